package plugins

import (
	"context"
	"errors"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/plugin/dbresolver"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/models"
)

// A pair is an adapter on a primary, with a resolver that reads from a replica.
type pair struct {
	*testdb.Replication
	primary, replica *place
	db               *gorm.DB
	adapter          *gormadapter.Adapter
	clock            *adaptertest.Clock
}

// resolve starts a pair whose tables are there. params are those of the
// primary's DSN, and tables what the resolver is for, which is all if there are
// none.
func resolve(t *testing.T, params string, tables ...any) *pair {
	t.Helper()
	p := &pair{Replication: testdb.Replicate(t), clock: adaptertest.NewClock(time.Now())}
	here, there := p.DB(t)
	p.primary, p.replica = reach(t, here, params), reach(t, there, "")
	p.db = p.primary.open(t, dbresolver.Register(dbresolver.Config{
		Replicas: []gorm.Dialector{p.replica.dialector()},
	}, tables...))
	p.adapter = p.on(p.db)
	if err := p.adapter.Synchronize(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.CatchUp(t)
	return p
}

// on returns an adapter on a session of the pair's database.
func (p *pair) on(db *gorm.DB, opts ...authdb.Option) *gormadapter.Adapter {
	return gormadapter.New(db, append(opts, authdb.WithClock(p.clock.Now))...)
}

// sends checks the error of a call, and how many statements go where.
func (p *pair) sends(t *testing.T, what string, primary, replica int, want error, call func(ctx context.Context) error) {
	t.Helper()
	p.primary.take()
	p.replica.take()
	if err := call(t.Context()); !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
	here, there := p.primary.take(), p.replica.take()
	if len(here) != primary || len(there) != replica {
		t.Errorf("%s: %d statements to the primary and %d to the replica, want %d and %d:\n%q\n%q",
			what, len(here), len(there), primary, replica, here, there)
	}
}

// A subject is a user with one of everything, all of which are called by its name.
type subject struct{ id, name string }

func (p *pair) subject(t *testing.T) subject {
	t.Helper()
	ctx, name := t.Context(), authdb.NewID()
	user, err := p.adapter.CreateUser(ctx, &authdb.User{Email: name})
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.adapter.CreateSession(ctx, &authdb.Session{SessionToken: name, UserID: user.ID, Expires: p.clock.Now().Add(time.Hour)})
	if err == nil {
		_, err = p.adapter.LinkAccount(ctx, &authdb.Account{UserID: user.ID, Type: authdb.AccountOAuth, Provider: "p", ProviderAccountID: name})
	}
	if err == nil {
		_, err = p.adapter.CreateAuthenticator(ctx, &authdb.Authenticator{
			CredentialID: name, UserID: user.ID, ProviderAccountID: name, CredentialPublicKey: "k", CredentialDeviceType: "singleDevice",
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return subject{user.ID, name}
}

// lookups are those of one record.
func (s subject) lookups(a *gormadapter.Adapter) map[string]func(ctx context.Context) error {
	return map[string]func(ctx context.Context) error{
		"GetSessionAndUser": func(ctx context.Context) error { _, _, err := a.GetSessionAndUser(ctx, s.name); return err },
		"GetUser":           func(ctx context.Context) error { _, err := a.GetUser(ctx, s.id); return err },
		"GetUserByEmail":    func(ctx context.Context) error { _, err := a.GetUserByEmail(ctx, s.name); return err },
		"GetUserByAccount":  func(ctx context.Context) error { _, err := a.GetUserByAccount(ctx, "p", s.name); return err },
		"GetAccount":        func(ctx context.Context) error { _, err := a.GetAccount(ctx, "p", s.name); return err },
		"GetAuthenticator":  func(ctx context.Context) error { _, err := a.GetAuthenticator(ctx, s.name); return err },
	}
}

// lists are the look-ups of several.
func (s subject) lists(a *gormadapter.Adapter) map[string]func(ctx context.Context) (int, error) {
	return map[string]func(ctx context.Context) (int, error){
		"ListSessionsByUserID": func(ctx context.Context) (int, error) {
			l, err := a.ListSessionsByUserID(ctx, s.id)
			return len(l), err
		},
		"ListAccountsByUserID": func(ctx context.Context) (int, error) {
			l, err := a.ListAccountsByUserID(ctx, s.id)
			return len(l), err
		},
		"ListAuthenticatorsByUserID": func(ctx context.Context) (int, error) {
			l, err := a.ListAuthenticatorsByUserID(ctx, s.id)
			return len(l), err
		},
	}
}

// TestResolver_Lookups: a look-up is one statement to the replica. What that has
// not seen yet, or shows as expired, is asked of the primary, and so is what does
// not exist: two statements. Lists are the replica's.
func TestResolver_Lookups(t *testing.T) {
	p := resolve(t, "")
	known, nobody := p.subject(t), subject{"nobody", "nothing"}
	p.CatchUp(t)
	for name, call := range known.lookups(p.adapter) {
		p.sends(t, name, 0, 1, nil, call)
	}
	for name, list := range known.lists(p.adapter) {
		p.sends(t, name, 0, 1, nil, func(ctx context.Context) error {
			n, err := list(ctx)
			if n != 1 {
				t.Errorf("%s: %d records, want 1", name, n)
			}
			return err
		})
	}
	for name, call := range nobody.lookups(p.adapter) {
		p.sends(t, name+" of nobody", 1, 1, authdb.ErrNotFound, call)
	}

	p.Pause(t)
	fresh := p.subject(t)
	for name, call := range fresh.lookups(p.adapter) {
		p.sends(t, name+", paused", 1, 1, nil, call)
	}
	for name, call := range known.lookups(p.adapter) {
		p.sends(t, name+", paused, of what the replica has", 0, 1, nil, call)
	}
	for name, list := range fresh.lists(p.adapter) {
		p.sends(t, name+", paused", 0, 1, nil, func(ctx context.Context) error {
			n, err := list(ctx)
			if n != 0 {
				t.Errorf("%s: %d records of the replica's, want 0", name, n)
			}
			return err
		})
	}
}

// TestResolver_Session follows a session on a replica that stands still.
func TestResolver_Session(t *testing.T) {
	p := resolve(t, "")
	known := p.subject(t)
	look := func(ctx context.Context) error {
		_, _, err := p.adapter.GetSessionAndUser(ctx, known.name)
		return err
	}
	p.CatchUp(t)
	p.Pause(t)

	extended := p.clock.Now().Add(3 * time.Hour)
	if _, err := p.adapter.UpdateSession(t.Context(), known.name, authdb.SessionPatch{Expires: authdb.Set(extended)}); err != nil {
		t.Fatal(err)
	}
	p.clock.Advance(2 * time.Hour)
	p.sends(t, "expired on the replica, and extended", 1, 1, nil, func(ctx context.Context) error {
		session, _, err := p.adapter.GetSessionAndUser(ctx, known.name)
		if err == nil && !session.Expires.Equal(extended.Truncate(time.Millisecond)) {
			t.Errorf("it expires at %v, want %v", session.Expires, extended)
		}
		return err
	})
	p.clock.Advance(2 * time.Hour)
	p.sends(t, "expired on both", 1, 1, authdb.ErrExpired, look)
	p.clock.Advance(-4 * time.Hour)

	if err := p.adapter.DeleteSession(t.Context(), known.name); err != nil {
		t.Fatal(err)
	}
	p.sends(t, "revoked, and the replica does not know", 0, 1, nil, look)
	p.sends(t, "the same on the primary", 1, 0, authdb.ErrNotFound, func(ctx context.Context) error {
		_, _, err := p.on(p.db.Clauses(dbresolver.Write)).GetSessionAndUser(ctx, known.name)
		return err
	})
	p.Resume(t)
	p.sends(t, "revoked, and the replica knows", 1, 1, authdb.ErrNotFound, look)
}

// TestResolver_Pinned: who says where to read gets that, in one statement, and so
// does who is in a transaction.
func TestResolver_Pinned(t *testing.T) {
	p := resolve(t, "")
	p.Pause(t)
	fresh, nobody := p.subject(t), subject{"nobody", "nothing"}

	writer, reader := p.on(p.db.Clauses(dbresolver.Write)), p.on(p.db.Clauses(dbresolver.Read))
	for name, call := range fresh.lookups(writer) {
		p.sends(t, name+", Write", 1, 0, nil, call)
	}
	for name, call := range nobody.lookups(writer) {
		p.sends(t, name+" of nobody, Write", 1, 0, authdb.ErrNotFound, call)
	}
	for name, call := range fresh.lookups(reader) {
		p.sends(t, name+", Read", 0, 1, authdb.ErrNotFound, call)
	}
	p.replica.take()
	if err := reader.DeleteUser(t.Context(), fresh.id); err == nil || len(p.replica.take()) == 0 {
		t.Errorf("DeleteUser, Read: %v, want the replica's refusal", err)
	}
	for name, list := range fresh.lists(writer) {
		p.sends(t, name+", Write", 1, 0, nil, func(ctx context.Context) error {
			n, err := list(ctx)
			if n != 1 {
				t.Errorf("%s, Write: %d records, want 1", name, n)
			}
			return err
		})
	}

	inside := func(a *gormadapter.Adapter) {
		for name, call := range fresh.lookups(a) {
			p.sends(t, name+", in a transaction", 1, 0, nil, call)
		}
		for name, call := range nobody.lookups(a) {
			p.sends(t, name+" of nobody, in a transaction", 1, 0, authdb.ErrNotFound, call)
		}
		for name, list := range fresh.lists(a) {
			if n, err := list(t.Context()); n != 1 || err != nil {
				t.Errorf("%s, in a transaction: %d records, %v, want 1", name, n, err)
			}
		}
	}
	if err := p.adapter.InTx(t.Context(), func(_ context.Context, tx authdb.Adapter) error {
		inside(tx.(*gormadapter.Adapter))
		return nil
	}); err != nil {
		t.Error(err)
	}
	if err := p.db.Transaction(func(tx *gorm.DB) error {
		inside(p.adapter.WithTx(tx))
		inside(p.on(tx))
		return nil
	}); err != nil {
		t.Error(err)
	}
}

// TestResolver_Tables: a resolver for some tables only.
func TestResolver_Tables(t *testing.T) {
	for name, table := range map[string]any{"the row type": &models.Session{}, "the table's name": "sessions"} {
		t.Run(name, func(t *testing.T) {
			p := resolve(t, "", table)
			known := p.subject(t)
			p.CatchUp(t)
			for name, call := range known.lookups(p.adapter) {
				if name == "GetSessionAndUser" {
					p.sends(t, name, 0, 1, nil, call)
				} else {
					p.sends(t, name, 1, 0, nil, call)
				}
			}
			p.Pause(t)
			fresh := p.subject(t)
			for name, call := range fresh.lookups(p.adapter) {
				if name == "GetSessionAndUser" {
					p.sends(t, name+", paused", 1, 1, nil, call)
				} else {
					p.sends(t, name+", paused", 1, 0, nil, call)
				}
			}
		})
	}
}
