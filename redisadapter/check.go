package redisadapter

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/authdb/authdb"
)

// A Server is what a server says of itself.
type Server struct {
	Version        string // "7.0.15"
	Cluster        bool
	Replica        bool   // it can't be written to
	AppendOnly     bool   // what was acknowledged is in a file too; see the package on when
	MaxMemory      int64  // in bytes; 0 is without a limit
	EvictionPolicy string // what goes when that is full: "noeviction", "allkeys-lru" ...
}

// oldestMajor is the first version whose scripts may write what they have looked at.
const oldestMajor = 5

// Servers asks the server, or in a cluster or ring each one that is written to, what
// it is. AppendOnly is for the operator to judge: Check asks for nothing there.
func (s *Store) Servers(ctx context.Context) ([]Server, error) {
	servers, err := s.servers(ctx)
	return servers, wrap(ctx, "servers", err)
}

func (s *Store) servers(ctx context.Context) ([]Server, error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	clients, err := s.masters(ctx)
	if err != nil {
		return nil, err
	}
	servers := make([]Server, len(clients))
	for i, client := range clients {
		info, err := client.Info(ctx).Result()
		if err != nil {
			return nil, err
		}
		servers[i] = parseServer(info)
	}
	return servers, nil
}

// parseServer reads what INFO says.
func parseServer(info string) Server {
	fields := map[string]string{}
	for line := range strings.Lines(info) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			fields[name] = value
		}
	}
	memory, _ := strconv.ParseInt(fields["maxmemory"], 10, 64)
	return Server{
		Version:        fields["redis_version"],
		Cluster:        fields["redis_mode"] == "cluster",
		Replica:        fields["role"] == "slave",
		AppendOnly:     fields["aof_enabled"] == "1",
		MaxMemory:      memory,
		EvictionPolicy: fields["maxmemory_policy"],
	}
}

// Check implements authdb.Checker. It returns authdb.ErrSchema if a server is older
// than Redis 5, is a replica, or throws away keys when its memory is full: a session
// whose place in the index is thrown away can't be revoked with the others.
func (s *Store) Check(ctx context.Context) error {
	servers, err := s.servers(ctx)
	for _, server := range servers {
		err = errors.Join(err, server.check())
	}
	return wrap(ctx, "check", err)
}

func (server Server) check() error {
	major, _, _ := strings.Cut(server.Version, ".")
	version, _ := strconv.Atoi(major)
	switch {
	case version < oldestMajor:
		return faultf(authdb.ErrSchema, "Redis %s is too old: Redis %d or later is needed", server.Version, oldestMajor)
	case server.Replica:
		return faultf(authdb.ErrSchema, "the server is a replica: use the address of the primary, or redis.NewFailoverClient")
	case server.MaxMemory > 0 && server.EvictionPolicy != "noeviction":
		return faultf(authdb.ErrSchema, "maxmemory-policy is %s, which throws sessions and tokens away: set it to noeviction, or use a Redis without other things in it", server.EvictionPolicy)
	}
	return nil
}
