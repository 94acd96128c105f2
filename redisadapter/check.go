package redisadapter

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"

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
	var (
		mu      sync.Mutex
		servers []Server
	)
	err := s.eachServer(ctx, func(ctx context.Context, client redis.UniversalClient) error {
		info, err := client.Info(ctx).Result()
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		servers = append(servers, parseServer(info))
		return nil
	})
	return servers, err
}

// eachServer calls f with a client of each server that is written to, several at
// once.
func (s *Store) eachServer(ctx context.Context, f func(context.Context, redis.UniversalClient) error) error {
	each := func(ctx context.Context, client *redis.Client) error { return f(ctx, client) }
	switch client := s.client.(type) {
	case *redis.ClusterClient:
		return client.ForEachMaster(ctx, each)
	case *redis.Ring:
		return client.ForEachShard(ctx, each)
	}
	return f(ctx, s.client)
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
