package plugins

import (
	"context"
	"testing"

	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/plugin/dbresolver"
	"gorm.io/plugin/opentelemetry/tracing"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/datasource"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
)

// What docs/plugins.md shows.

func withReplica(primary, replica string) (*gormadapter.Adapter, error) {
	db, err := gorm.Open(postgres.Open(primary), &gorm.Config{})
	if err != nil {
		return nil, err
	}
	err = db.Use(dbresolver.Register(dbresolver.Config{
		Replicas: []gorm.Dialector{postgres.Open(replica)},
	}))
	if err != nil {
		return nil, err
	}
	return gormadapter.New(db), nil
}

func pinned(db *gorm.DB) *gormadapter.Adapter {
	strict := gormadapter.New(db.Clauses(dbresolver.Write))
	return strict
}

func withTracing(db *gorm.DB) error {
	err := db.Use(tracing.NewPlugin(tracing.WithoutQueryVariables()))
	return err
}

func behindPgBouncer(ctx context.Context, url string) (*gormadapter.Adapter, error) {
	adapter, err := datasource.Open(ctx, datasource.Config{
		URL:    url,
		Params: map[string]string{"default_query_exec_mode": "exec"},
	})
	return adapter, err
}

// TestSnippets: they work, all at once.
func TestSnippets(t *testing.T) {
	direct := testdb.New(t, testdb.Postgres)
	pooled := testdb.PgBouncer(t, direct)
	adapter, err := behindPgBouncer(t.Context(), pooled.DSN+"&synchronize=true")
	if err != nil {
		t.Fatal(err)
	}
	defer adapter.Close()
	user, err := adapter.CreateUser(t.Context(), &authdb.User{Name: "Ada"})
	if err != nil {
		t.Fatal(err)
	}
	resolved, err := withReplica(direct.DSN, direct.DSN)
	if err != nil {
		t.Fatal(err)
	}
	db := resolved.DB(t.Context())
	if err := withTracing(db); err != nil {
		t.Fatal(err)
	}
	for _, a := range []authdb.Adapter{resolved, pinned(db)} {
		if _, err := a.GetUser(t.Context(), user.ID); err != nil {
			t.Error(err)
		}
	}
	// What PgBouncer does not know of a session it refuses.
	if _, err := behindPgBouncer(t.Context(), pooled.DSN+"&search_path=public"); err == nil {
		t.Error("search_path came through the pooler")
	} else {
		t.Log(err)
	}
}
