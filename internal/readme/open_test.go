package readme_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/datasource"
	"github.com/authdb/authdb/gormadapter"
)

func openFields(ctx context.Context) (*gormadapter.Adapter, error) {
	adapter, err := datasource.Open(ctx, datasource.Config{
		Type: "postgres", Host: "db.example.com", Username: "app", Password: "p@ss/word", Database: "app",
		Params:      map[string]string{"sslmode": "require"},
		Synchronize: true,
	})
	return adapter, err
}

func openURL(ctx context.Context) (*gormadapter.Adapter, error) {
	adapter, err := datasource.Open(ctx, datasource.Config{
		URL: "postgres://app:p%40ss%2Fword@db.example.com/app?sslmode=require&synchronize=true",
	})
	return adapter, err
}

func openYours(ctx context.Context, dialector gorm.Dialector) (*gormadapter.Adapter, error) {
	db, err := gorm.Open(dialector, &gorm.Config{}) // yours, and closed by you
	if err != nil {
		return nil, err
	}
	adapter := gormadapter.New(db)
	return adapter, adapter.Check(ctx)
}

func openDB(ctx context.Context) (*gormadapter.Adapter, error) {
	cfg, err := datasource.Parse("sqlite:app.db")
	if err != nil {
		return nil, err
	}
	cfg.MaxOpenConns = 4
	db, err := datasource.OpenDB(ctx, cfg) // a *gorm.DB, for other uses as well
	if err != nil {
		return nil, err
	}
	return gormadapter.New(db, authdb.WithSynchronize()), nil
}

// Those that no database answers are only compiled.
var _ = []any{openFields, openURL, openYours, openDB, serve}

func openJSON(ctx context.Context) error {
	file := []byte(`{"type": "sqlite", "database": ":memory:", "synchronize": true}`)
	var cfg datasource.Config
	if err := json.Unmarshal(file, &cfg); err != nil {
		return err
	}
	adapter, err := datasource.Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer adapter.Close()
	_, err = adapter.CreateUser(ctx, &authdb.User{Name: "Ada"})
	return err
}

func Example_openJSON() {
	fmt.Println(openJSON(context.Background()))
	// Output: <nil>
}

func sweep(ctx context.Context, adapter authdb.Adapter) error {
	if sweeper, ok := authdb.As[authdb.Sweeper](adapter); ok {
		swept, err := sweeper.DeleteExpired(ctx, 1000) // at most so many of each
		if err != nil {
			return err
		}
		fmt.Println(swept.Sessions, swept.VerificationTokens)
	}
	return nil
}

func Example_sweep() {
	onSQLite(func(ctx context.Context, db *gorm.DB) error {
		return sweep(ctx, gormadapter.New(db, authdb.WithSynchronize()))
	})
	// Output: 0 0
}

func serve(w http.ResponseWriter, r *http.Request, adapter authdb.Adapter, token string) {
	_, user, err := adapter.GetSessionAndUser(r.Context(), token)
	switch {
	case errors.Is(err, authdb.ErrNotFound): // ErrExpired is one too
		http.Error(w, "sign in first", http.StatusUnauthorized)
	case err != nil:
		log.Print(err) // safe: it quotes no token and no address
		http.Error(w, "try again", http.StatusServiceUnavailable)
	default:
		fmt.Fprintln(w, "Hello", user.Name)
	}
}

func Example_revoke() {
	onSQLite(func(ctx context.Context, db *gorm.DB) error {
		adapter := gormadapter.New(db, authdb.WithSynchronize())
		user, err := adapter.CreateUser(ctx, &authdb.User{})
		if err != nil {
			return err
		}
		for _, cookie := range []string{"laptop", "phone", "tablet"} {
			expires := time.Now().Add(time.Hour)
			_, err := adapter.CreateSession(ctx, &authdb.Session{SessionToken: cookie, UserID: user.ID, Expires: expires})
			if err != nil {
				return err
			}
		}
		n, err := adapter.DeleteSessionsByUserID(ctx, user.ID, "laptop")
		fmt.Println(n)
		return err
	})
	// Output: 2
}
