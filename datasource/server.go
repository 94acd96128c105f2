package datasource

import (
	"net"
	"path/filepath"
	"strconv"
	"strings"
)

// What PostgreSQL and MySQL have in common.

// checkServer refuses what no server's address is.
func checkServer(c Config) error {
	switch {
	case c.Database == "":
		return invalid("Database: missing: set it to the name of the database")
	case c.Password != "" && c.Username == "":
		return invalid("Username: missing, though there is a Password")
	case strings.HasPrefix(c.Host, "/"):
		return nil
	}
	for host := range strings.SplitSeq(c.Host, ",") {
		if err := checkHost(host); err != nil {
			return err
		}
	}
	return nil
}

// checkHost does not quote what it refuses: it may be the rest of a URL.
func checkHost(host string) error {
	switch {
	case host == "", net.ParseIP(host) != nil:
		return nil
	case filepath.IsAbs(host):
		return nil
	case strings.Contains(host, "@"):
		return invalid(`Host: there is an "@" in it: put user and password into Username and Password`)
	case strings.Contains(host, ":"):
		if bare, _, _ := strings.Cut(host, "%"); net.ParseIP(bare) != nil {
			return nil // with a zone
		}
		return invalid(`Host: there is a ":" in it: put the port into Port`)
	case strings.ContainsAny(host, `/?#\ "'`):
		return invalid("Host: it is neither a name nor an address, nor the absolute path of a socket")
	}
	return nil
}

// withDefaults fills in the server's address.
func withDefaults(c Config, port int) Config {
	if c.Host == "" {
		c.Host = "localhost"
	}
	if c.Port == 0 {
		c.Port = port
	}
	return c
}

// address is the host, or the hosts, with the port.
func address(hosts string, port int) string {
	var all []string
	for host := range strings.SplitSeq(hosts, ",") {
		all = append(all, net.JoinHostPort(host, strconv.Itoa(port)))
	}
	return strings.Join(all, ", ")
}
