package plugins

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"gorm.io/driver/mysql"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"gorm.io/plugin/opentelemetry/tracing"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
)

// A traced is an adapter on PostgreSQL with the plugin, and the spans that end.
type traced struct {
	place    *place
	db       *gorm.DB
	adapter  *gormadapter.Adapter
	spans    *tracetest.SpanRecorder
	provider *sdktrace.TracerProvider
}

func trace(t *testing.T, opts ...tracing.Option) *traced {
	t.Helper()
	x := &traced{place: reach(t, testdb.New(t, testdb.Postgres), ""), spans: tracetest.NewSpanRecorder()}
	x.provider = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(x.spans))
	x.db = x.place.open(t, tracing.NewPlugin(append(opts, tracing.WithTracerProvider(x.provider), tracing.WithoutMetrics())...))
	x.adapter = gormadapter.New(x.db)
	if err := x.adapter.Synchronize(t.Context()); err != nil {
		t.Fatal(err)
	}
	return x
}

// secret marks whatever no span may hold.
const secret = "hush"

// A use is an operation of the contract on one user, whose secrets are all
// marked.
type use struct {
	name string
	want error
	// spans are what the statements do, as the plugin names them.
	spans []string
	call  func(ctx context.Context) error
}

func uses(a *gormadapter.Adapter) []use {
	var id string
	later := time.Now().Add(time.Hour)
	account := &authdb.Account{
		Type: authdb.AccountOIDC, Provider: "p", ProviderAccountID: secret + " account",
		AccessToken: secret + " access", RefreshToken: secret + " refresh", IDToken: secret + " id",
	}
	return []use{
		{"CreateUser", nil, []string{"insert users"}, func(ctx context.Context) error {
			user, err := a.CreateUser(ctx, &authdb.User{Email: secret + "@example.com"})
			id = user.ID
			return err
		}},
		{"CreateUser of the same address", authdb.ErrDuplicate, []string{"insert users"}, func(ctx context.Context) error {
			_, err := a.CreateUser(ctx, &authdb.User{Email: secret + "@example.com"})
			return err
		}},
		{"LinkAccount", nil, []string{"insert accounts"}, func(ctx context.Context) error {
			linked := *account
			linked.UserID = id
			_, err := a.LinkAccount(ctx, &linked)
			return err
		}},
		{"UpdateAccount", nil, []string{"update accounts"}, func(ctx context.Context) error {
			_, err := a.UpdateAccount(ctx, "p", account.ProviderAccountID, authdb.AccountPatch{AccessToken: authdb.Set(secret + " other")})
			return err
		}},
		{"CreateSession", nil, []string{"insert sessions"}, func(ctx context.Context) error {
			_, err := a.CreateSession(ctx, &authdb.Session{SessionToken: secret + " session", UserID: id, Expires: later})
			return err
		}},
		{"CreateSession again", authdb.ErrDuplicate, []string{"insert sessions"}, func(ctx context.Context) error {
			_, err := a.CreateSession(ctx, &authdb.Session{SessionToken: secret + " session", UserID: id, Expires: later})
			return err
		}},
		{"CreateSession of nobody", authdb.ErrReference, []string{"insert sessions", "select users"}, func(ctx context.Context) error {
			_, err := a.CreateSession(ctx, &authdb.Session{SessionToken: secret + " other", UserID: "nobody", Expires: later})
			return err
		}},
		{"GetSessionAndUser", nil, []string{"select sessions"}, func(ctx context.Context) error {
			_, _, err := a.GetSessionAndUser(ctx, secret+" session")
			return err
		}},
		{"GetSessionAndUser of nobody", authdb.ErrNotFound, []string{"select sessions"}, func(ctx context.Context) error {
			_, _, err := a.GetSessionAndUser(ctx, secret+" nobody")
			return err
		}},
		{"GetUser", nil, []string{"select users"}, func(ctx context.Context) error { _, err := a.GetUser(ctx, id); return err }},
		{"GetUserByEmail", nil, []string{"select users"}, func(ctx context.Context) error {
			_, err := a.GetUserByEmail(ctx, secret+"@example.com")
			return err
		}},
		{"Register", nil, []string{"select users", "update accounts"}, func(ctx context.Context) error {
			_, err := authdb.Register(ctx, a, &authdb.User{}, account, authdb.LinkPolicy{})
			return err
		}},
		{"UpdateSession", nil, []string{"update sessions"}, func(ctx context.Context) error {
			_, err := a.UpdateSession(ctx, secret+" session", authdb.SessionPatch{Expires: authdb.Set(later.Add(time.Hour))})
			return err
		}},
		{"CreateVerificationToken", nil, []string{"insert verification_tokens"}, func(ctx context.Context) error {
			_, err := a.CreateVerificationToken(ctx, &authdb.VerificationToken{Identifier: secret, Token: secret + " token", Expires: later})
			return err
		}},
		{"UseVerificationToken", nil, []string{"delete verification_tokens"}, func(ctx context.Context) error {
			_, err := a.UseVerificationToken(ctx, secret, secret+" token")
			return err
		}},
		{"DeleteSession", nil, []string{"delete sessions"}, func(ctx context.Context) error { return a.DeleteSession(ctx, secret+" session") }},
		{"DeleteUser", nil, []string{"delete users"}, func(ctx context.Context) error {
			return a.DeleteUser(ctx, id)
		}},
	}
}

// TestOpenTelemetry: each statement of an operation is a span below the caller's,
// says what it does to which table, and holds no secret. What is not found is no
// error.
func TestOpenTelemetry(t *testing.T) {
	x := trace(t, tracing.WithoutQueryVariables())
	for _, u := range uses(x.adapter) {
		t.Run(u.name, func(t *testing.T) {
			x.spans.Reset()
			x.place.take()
			ctx, parent := x.provider.Tracer("test").Start(t.Context(), u.name)
			if err := u.call(ctx); !errors.Is(err, u.want) {
				t.Errorf("%v, want %v", err, u.want)
			}
			parent.End()

			var names []string
			for _, span := range x.spans.Ended() {
				if span.Name() == u.name {
					continue
				}
				names = append(names, span.Name())
				operation, table, _ := strings.Cut(span.Name(), " ")
				for key, want := range map[string]string{"db.system.name": "postgresql", "db.operation.name": operation, "db.collection.name": table} {
					if got := value(span, key); got != want {
						t.Errorf("%s: %s is %q", span.Name(), key, got)
					}
				}
				if value(span, "db.query.text") == "" {
					t.Errorf("%s has no text", span.Name())
				}
				if span.Parent().SpanID() != parent.SpanContext().SpanID() {
					t.Errorf("%s is no child of the caller's span", span.Name())
				}
				if all := everything(span); strings.Contains(all, secret) {
					t.Errorf("a secret is in %s", all)
				}
				failed := span.Status().Code == codes.Error
				if refused := errors.Is(u.want, authdb.ErrDuplicate) || errors.Is(u.want, authdb.ErrReference); failed && !refused {
					t.Errorf("%s is an error: %s", span.Name(), span.Status().Description)
				}
			}
			if !slices.Equal(names, u.spans) {
				t.Errorf("spans %q, want %q", names, u.spans)
			}
			sent := slices.DeleteFunc(x.place.take(), func(sql string) bool {
				return slices.Contains([]string{"begin", "begin isolation level read committed", "commit", "rollback"}, sql)
			})
			if len(sent) != len(names) {
				t.Errorf("%d statements were sent, and %d spans made: %q", len(sent), len(names), sent)
			}
		})
	}
}

// TestOpenTelemetry_Variables: without the option that docs/plugins.md tells to
// set, all of it is in the spans. When this fails, tell the readers.
func TestOpenTelemetry_Variables(t *testing.T) {
	x := trace(t)
	for _, u := range uses(x.adapter) {
		if err := u.call(t.Context()); !errors.Is(err, u.want) {
			t.Errorf("%s: %v, want %v", u.name, err, u.want)
		}
	}
	var all strings.Builder
	for _, span := range x.spans.Ended() {
		all.WriteString(everything(span))
	}
	for _, token := range []string{" session", " token", " access", " refresh", " id"} {
		if !strings.Contains(all.String(), secret+token) {
			t.Errorf("%q is in no span", secret+token)
		}
	}
}

// TestOpenTelemetry_Refused: an error in a span has the words of the server.
// Those of MySQL and MariaDB quote a key that is there already, by which
// docs/plugins.md tells to hash tokens. When this fails, tell the readers.
func TestOpenTelemetry_Refused(t *testing.T) {
	for _, server := range []string{testdb.MySQL, testdb.MariaDB} {
		t.Run(server, func(t *testing.T) {
			db, err := gorm.Open(mysql.Open(testdb.New(t, server).DSN+"?parseTime=true"), &gorm.Config{Logger: logger.Discard})
			if err != nil {
				t.Fatal(err)
			}
			spans := tracetest.NewSpanRecorder()
			provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))
			if err := db.Use(tracing.NewPlugin(tracing.WithoutQueryVariables(), tracing.WithTracerProvider(provider), tracing.WithoutMetrics())); err != nil {
				t.Fatal(err)
			}
			for hashed, opts := range map[bool][]authdb.Option{false: nil, true: {authdb.WithHashedTokens(authdb.HashedTokens{})}} {
				a := gormadapter.New(db, opts...)
				if err := a.Synchronize(t.Context()); err != nil {
					t.Fatal(err)
				}
				user, err := a.CreateUser(t.Context(), &authdb.User{Name: "Ada"})
				if err != nil {
					t.Fatal(err)
				}
				session := &authdb.Session{SessionToken: secret, UserID: user.ID, Expires: time.Now().Add(time.Hour)}
				if _, err := a.CreateSession(t.Context(), session); err != nil {
					t.Fatal(err)
				}
				spans.Reset()
				if _, err := a.CreateSession(t.Context(), session); !errors.Is(err, authdb.ErrDuplicate) {
					t.Errorf("%v, want ErrDuplicate", err)
				}
				quoted := false
				for _, span := range spans.Ended() {
					quoted = quoted || strings.Contains(everything(span), secret)
				}
				if quoted == hashed {
					t.Errorf("hashed: %t, and the token is in a span: %t", hashed, quoted)
				}
			}
		})
	}
}

// value returns an attribute of the span.
func value(span sdktrace.ReadOnlySpan, key string) string {
	for _, a := range span.Attributes() {
		if a.Key == attribute.Key(key) {
			return a.Value.String()
		}
	}
	return ""
}

// everything returns all that the span holds.
func everything(span sdktrace.ReadOnlySpan) string {
	return fmt.Sprint(span.Name(), span.Status(), span.Attributes(), span.Events(), span.Links(), span.Resource())
}
