// This program runs a front end on Auth.js and a Go API beside it, which share one
// database and one sign-in:
//
//	go run ./examples/nextjs-and-go
//
// The front end is Express with Auth.js (web/server.mjs); Next.js has the same
// routes and cookies. People sign in there, with an OpenID provider that this
// program brings along (provider.go). The API (api.go) finds their sessions in
// PostgreSQL. It needs Node.js and PostgreSQL; DATABASE_URL names a database that
// runs already.
package main

import (
	"bufio"
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/authjs"
	"github.com/authdb/authdb/datasource"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/presets"
)

//go:embed schema.sql
var schema string

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, "127.0.0.1:3000", func(address string) {
		fmt.Println("Open", address, "and press Ctrl-C to end.")
	})
	ended := ctx.Err() != nil
	stop()
	if err != nil && !ended {
		log.Fatal(err)
	}
}

// run serves until the context ends, and calls ready when it does.
func run(ctx context.Context, address string, ready func(url string)) error {
	database, stop, err := findDatabase()
	if err != nil {
		return err
	}
	defer stop()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	defer listener.Close()
	site := "http://" + strings.Replace(listener.Addr().String(), "127.0.0.1", "localhost", 1)
	secret := rand.Text() + rand.Text()

	provider, err := newProvider()
	if err != nil {
		return err
	}
	defer provider.close()
	front, err := startFront(ctx, site, secret, database, provider.issuer)
	if err != nil {
		return err
	}

	adapter, err := openDatabase(ctx, database)
	if err != nil {
		return err
	}
	defer adapter.Close()
	auth, err := authjs.New(authjs.Config{URL: site, Secrets: []string{secret}, Adapter: adapter})
	if err != nil {
		return err
	}

	// One origin, as behind any proxy: the API is below /go, all else is the front
	// end's.
	mux := http.NewServeMux()
	mux.Handle("/go/", http.StripPrefix("/go", api(auth, adapter)))
	mux.Handle("/", front)
	server := &http.Server{Handler: mux}
	ended := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer ended()
	ready(site)
	return server.Serve(listener)
}

// findDatabase returns the URL of a database, and what ends its server if it is
// one of our own.
func findDatabase() (where string, stop func(), err error) {
	if where := os.Getenv("DATABASE_URL"); where != "" {
		return where, func() {}, nil
	}
	server, err := testdb.Launch(testdb.Postgres)
	if err != nil {
		return "", nil, fmt.Errorf("%w\nor set DATABASE_URL to a PostgreSQL database", err)
	}
	db, err := server.DB()
	if err != nil {
		server.Stop()
		return "", nil, err
	}
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(db.Username, db.Password),
		Host: net.JoinHostPort(db.Host, strconv.Itoa(db.Port)), Path: db.Name, RawQuery: "sslmode=disable",
	}
	return u.String(), server.Stop, nil
}

// openDatabase opens what the front end uses as well.
func openDatabase(ctx context.Context, where string) (*gormadapter.Adapter, error) {
	db, err := datasource.OpenDB(ctx, datasource.Config{URL: where})
	if err != nil {
		return nil, err
	}
	pool, err := db.DB()
	if err != nil {
		return nil, err
	}
	if err := db.Exec(schema).Error; err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	adapter := gormadapter.New(db, authdb.WithModels(presets.PG()), authdb.WithCloser(pool))
	return adapter, adapter.Check(ctx)
}

// startFront starts the Node.js program, and returns a proxy to it.
func startFront(ctx context.Context, site, secret, database, issuer string) (http.Handler, error) {
	_, file, _, _ := runtime.Caller(0)
	folder := filepath.Join(filepath.Dir(file), "web")
	if _, err := os.Stat(filepath.Join(folder, "node_modules")); err != nil {
		install := exec.CommandContext(ctx, "npm", "ci", "--no-progress")
		install.Dir, install.Stdout, install.Stderr = folder, os.Stderr, os.Stderr
		if err := install.Run(); err != nil {
			return nil, fmt.Errorf("npm ci: %w", err)
		}
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	node := exec.CommandContext(ctx, "node", "server.mjs")
	node.Dir, node.Stderr = folder, os.Stderr
	node.Env = append(os.Environ(), "PORT="+port, "AUTH_SECRET="+secret, "AUTH_URL="+site, "DATABASE_URL="+database, "ISSUER="+issuer)
	out, err := node.StdoutPipe()
	if err == nil {
		err = node.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("node: %w", err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ready\n" {
		return nil, fmt.Errorf("node: it did not start: %q, %w", line, errors.Join(err, node.Wait()))
	}
	go func() { // it ends with the context
		_, _ = io.Copy(os.Stderr, out)
		_ = node.Wait()
	}()
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: "127.0.0.1:" + port})
		r.Out.Host = r.In.Host
		r.SetXForwarded()
	}}, nil
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}
