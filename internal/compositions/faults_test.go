package compositions_test

import (
	"context"
	"errors"
	"testing"

	"github.com/authdb/authdb"
)

var errDied = errors.New("the process has died")

// TestDeleteUserThatDies at any step, before or after the store has done it, leaves
// all or nothing to see, and is finished by whoever repeats it.
func TestDeleteUserThatDies(t *testing.T) {
	steps := 0
	for done := false; !done; steps++ {
		for _, replied := range []bool{false, true} {
			w := newWorld(t)
			id, other := w.newUser(t, "a", "b"), w.newUser(t, "c")
			left := steps
			*w.call = func(_ string, call func() error) error {
				if left--; left > 0 {
					return call()
				}
				if left == 0 && replied { // and the reply is lost
					_ = call()
				}
				return errDied
			}
			if done = w.DeleteUser(t.Context(), id) == nil; done {
				break
			}
			*w.call = nil
			_, err := w.GetUser(t.Context(), id)
			seen := counted(t, w, id, "a", "b")
			if gone := errors.Is(err, authdb.ErrNotFound); gone && seen != 0 || !gone && seen != 12 {
				t.Errorf("died at step %d: %d of 12 are seen, of a user of whom GetUser says %v", steps, seen, err)
			}
			ok(t, w.DeleteUser(t.Context(), id))
			if left := counted(t, w.apart, id, "a", "b"); left != 0 {
				t.Errorf("died at step %d, and repeated: %d are left", steps, left)
			}
			if left := counted(t, w, other, "c"); left != 6 {
				t.Errorf("died at step %d: of another user %d of 6 are left", steps, left)
			}
		}
	}
	// The user; the sessions; a list and two accounts; a list and two authenticators.
	if steps != 1+8+1 {
		t.Errorf("DeleteUser made %d calls", steps-2)
	}
}

// TestDeleteUserGoesOn where a store fails: the others' records are removed.
func TestDeleteUserGoesOn(t *testing.T) {
	for _, method := range []string{"DeleteSessionsByUserID", "ListAccountsByUserID", "UnlinkAccount", "ListAuthenticatorsByUserID", "DeleteAuthenticator"} {
		w := newWorld(t)
		id := w.newUser(t, "a", "b")
		*w.call = func(m string, call func() error) error {
			if m == method {
				return errDied
			}
			return call()
		}
		if err := w.DeleteUser(t.Context(), id); !errors.Is(err, errDied) {
			t.Errorf("%s fails: %v", method, err)
		}
		*w.call = nil
		if left := counted(t, w.apart, id, "a", "b"); left != 4 {
			t.Errorf("%s fails: %d are left of one kind, want 4", method, left)
		}
	}
}

// TestDeleteUserThatIsRefused removes nothing.
func TestDeleteUserThatIsRefused(t *testing.T) {
	w := newWorld(t)
	id := w.newUser(t, "a")
	*w.call = func(m string, call func() error) error {
		if m == "DeleteUser" {
			return authdb.ErrReferenced
		}
		return call()
	}
	if err := w.DeleteUser(t.Context(), id); !errors.Is(err, authdb.ErrReferenced) {
		t.Errorf("got %v", err)
	}
	if left := counted(t, w, id, "a"); left != 6 {
		t.Errorf("%d of 6 are left", left)
	}
}

// TestDeleteUserWhoseContextEnds after the user is gone removes the rest.
func TestDeleteUserWhoseContextEnds(t *testing.T) {
	w := newWorld(t)
	id := w.newUser(t, "a")
	ctx, cancel := context.WithCancel(t.Context())
	*w.call = func(m string, call func() error) error {
		err := call()
		if m == "DeleteUser" {
			cancel()
		}
		return err
	}
	ok(t, w.DeleteUser(ctx, id))
	if left := counted(t, w.apart, id, "a"); left != 0 {
		t.Errorf("%d are left", left)
	}
}

// TestCreateWhile does something to the store, or the call, after a record was
// stored and before the user is looked at again.
func TestCreateWhile(t *testing.T) {
	var cancel context.CancelFunc
	for _, c := range []struct {
		name   string
		before func(w *world, id string) error // in the place of the second look; nil goes on
		lost   error                           // what becomes of the reply of the first
		want   error                           // nil: it is stored
		stays  bool
	}{
		{name: "nothing", stays: true},
		{name: "the user is deleted", before: func(w *world, id string) error { return w.users.DeleteUser(context.Background(), id) }, want: authdb.ErrReference},
		{name: "the user is soft-deleted", before: func(w *world, id string) error { w.users.SoftDeleteUser(id); return nil }, want: authdb.ErrReference},
		{name: "the users' store fails", before: func(*world, string) error { return errDied }, want: errDied},
		{name: "the context ends", before: func(*world, string) error { cancel(); return nil }, stays: true},
		{name: "the reply is lost", lost: authdb.ErrUnknownOutcome, want: authdb.ErrUnknownOutcome, stays: true},
		{
			name: "the reply is lost and the user deleted", lost: authdb.ErrUnknownOutcome, want: authdb.ErrUnknownOutcome,
			before: func(w *world, id string) error { return w.users.DeleteUser(context.Background(), id) },
		},
		{
			name: "the context ends and the user is deleted", lost: context.Canceled, want: context.Canceled,
			before: func(w *world, id string) error { return w.users.DeleteUser(context.Background(), id) },
		},
	} {
		for _, k := range kinds {
			w := newWorld(t)
			id := w.newUser(t)
			ctx, end := context.WithCancel(t.Context())
			cancel = end
			*w.call = func(m string, call func() error) error {
				switch m {
				case "CreateSession", "LinkAccount", "CreateAuthenticator":
					if err := call(); err != nil || c.lost == nil {
						return err
					}
					return c.lost
				case "UpdateUser":
					if c.before != nil {
						if err := c.before(w, id); err != nil {
							return err
						}
					}
				}
				return call()
			}
			err := k.create(ctx, w, id, "a")
			end()
			*w.call = nil
			if !errors.Is(err, c.want) || c.want == nil && err != nil {
				t.Errorf("%s, %s: got %v, want %v", k.name, c.name, err, c.want)
			}
			if found := counted(t, w.apart, id, "a"); (found != 0) != c.stays {
				t.Errorf("%s, %s: %d are there", k.name, c.name, found)
			}
		}
	}
}

// TestCreateAsksThePrimary: a replica may say that a user is there who is not.
func TestCreateAsksThePrimary(t *testing.T) {
	for _, k := range kinds {
		w := newWorld(t)
		id := w.newUser(t)
		ok(t, w.users.DeleteUser(t.Context(), id))
		w.Composition = composed(t, authdb.Stores{
			Users: lagging{faultyUsers{w.users, w.call}}, Accounts: w.apart, Sessions: w.apart, Authenticators: w.apart,
		})
		if err := k.create(t.Context(), w, id, "a"); !errors.Is(err, authdb.ErrReference) {
			t.Errorf("%s: %v", k.name, err)
		}
		if left := counted(t, w.apart, id, "a"); left != 0 {
			t.Errorf("%s: %d are left", k.name, left)
		}
	}
}

// lagging has every user.
type lagging struct{ faultyUsers }

func (lagging) GetUser(_ context.Context, id string) (*authdb.User, error) {
	return &authdb.User{ID: id}, nil
}

// TestCreateOfAnothers key removes nothing of theirs.
func TestCreateOfAnothers(t *testing.T) {
	for _, k := range kinds[1:] { // a session's token nobody else has
		w := newWorld(t)
		other, id := w.newUser(t, "a"), w.newUser(t)
		*w.call = func(m string, call func() error) error {
			switch m {
			case "LinkAccount", "CreateAuthenticator": // the duplicate is not heard of
				_ = call()
				return authdb.ErrUnknownOutcome
			case "UpdateUser":
				ok(t, w.users.DeleteUser(t.Context(), id))
			}
			return call()
		}
		if err := k.create(t.Context(), w, id, "a"); !errors.Is(err, authdb.ErrUnknownOutcome) {
			t.Errorf("%s: %v", k.name, err)
		}
		*w.call = nil
		if left := counted(t, w, other, "a"); left != 6 {
			t.Errorf("%s: of the other user %d of 6 are left", k.name, left)
		}
	}
}

// TestCreateThatCantBeUndone says so.
func TestCreateThatCantBeUndone(t *testing.T) {
	for _, deleted := range []bool{true, false} {
		w := newWorld(t)
		id := w.newUser(t)
		*w.call = func(m string, call func() error) error {
			switch {
			case m == "DeleteSession":
				return errDied
			case m == "UpdateUser" && deleted:
				ok(t, w.users.DeleteUser(t.Context(), id))
			case m == "UpdateUser":
				return context.DeadlineExceeded
			}
			return call()
		}
		err := kinds[0].create(t.Context(), w, id, "a")
		want := authdb.ErrUnknownOutcome
		if deleted {
			want = authdb.ErrReference
		}
		if !errors.Is(err, want) || !errors.Is(err, errDied) {
			t.Errorf("deleted %t: %v", deleted, err)
		}
		*w.call = nil
		if _, _, err := w.GetSessionAndUser(t.Context(), "a"); deleted && !errors.Is(err, authdb.ErrNotFound) {
			t.Errorf("the session that was left is seen: %v", err)
		}
		ok(t, w.DeleteUser(t.Context(), id))
		if left := counted(t, w.apart, id, "a"); left != 0 {
			t.Errorf("%d are left after DeleteUser", left)
		}
	}
}

// TestCreateForNobody asks the store for nothing.
func TestCreateForNobody(t *testing.T) {
	for _, k := range kinds {
		w := newWorld(t)
		*w.call = func(m string, call func() error) error {
			if m != "GetUser" {
				t.Errorf("%s: %s was called", k.name, m)
			}
			return call()
		}
		if err := k.create(t.Context(), w, authdb.NewID(), "a"); !errors.Is(err, authdb.ErrReference) {
			t.Errorf("%s: %v", k.name, err)
		}
		*w.call = nil
		if err := k.create(t.Context(), w, "", "a"); !errors.Is(err, authdb.ErrInvalid) {
			t.Errorf("%s without UserID: %v", k.name, err)
		}
	}
}

// TestCreateOfATakenKey while the user is deleted removes nothing of whose it is.
func TestCreateOfATakenKey(t *testing.T) {
	for _, k := range kinds {
		w := newWorld(t)
		other, id := w.newUser(t, "a"), w.newUser(t)
		*w.call = func(m string, call func() error) error {
			err := call()
			if m == "GetUser" {
				ok(t, w.users.DeleteUser(t.Context(), id))
			}
			return err
		}
		if err := k.create(t.Context(), w, id, "a"); !errors.Is(err, authdb.ErrDuplicate) {
			t.Errorf("%s: %v", k.name, err)
		}
		*w.call = nil
		if left := counted(t, w, other, "a"); left != 6 {
			t.Errorf("%s: of the other user %d of 6 are left", k.name, left)
		}
	}
}
