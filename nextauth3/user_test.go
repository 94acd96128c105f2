package nextauth3_test

import (
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/nextauth3"
)

func TestCreateUser(t *testing.T) {
	onEach(t, func(s store) {
		long := time.Date(1999, 1, 2, 3, 4, 5, 0, time.UTC)
		profile := &authdb.User{ID: "99", Name: "Ada", Email: "ada@example.com", Image: "https://img.example/ada", EmailVerified: &long}
		user, err := s.v3.CreateUser(s.Context(), profile)
		ok(s, err)
		if user.ID == "" || user.ID == "99" {
			s.Errorf("the ID is %q, want one that was made", user.ID)
		}
		if user.Name != "Ada" || user.Email != "ada@example.com" || user.Image != "https://img.example/ada" {
			s.Errorf("got %+v", user)
		}
		if user.EmailVerified == nil || !user.EmailVerified.Equal(s.clock.Now()) {
			s.Errorf("EmailVerified is %v, want the present", user.EmailVerified)
		}
		if profile.ID != "99" || !profile.EmailVerified.Equal(long) {
			s.Error("the profile was changed")
		}
		stored, err := s.v3.GetUser(s.Context(), user.ID)
		ok(s, err)
		if stored.Email != user.Email || !stored.EmailVerified.Equal(*user.EmailVerified) {
			s.Errorf("stored is %+v", stored)
		}
		bob, err := s.v3.CreateUser(s.Context(), &authdb.User{Email: "bob@example.com"})
		ok(s, err)
		if bob.EmailVerified != nil {
			s.Error("an address counts as verified that never was")
		}
		_, err = s.v3.CreateUser(s.Context(), profile)
		is(s, err, authdb.ErrDuplicate, "CreateUserError")
		_, err = s.v3.CreateUser(s.Context(), nil)
		is(s, err, authdb.ErrInvalid, "CreateUserError")
	})
}

// TestCreateUserExtra has the columns of a model of the application's.
func TestCreateUserExtra(t *testing.T) {
	memory := adaptertest.NewMemory()
	memory.Columns = map[string]map[string]any{"User": {"Role": ""}}
	v3, err := nextauth3.New(memory, nextauth3.Options{}).GetAdapter(t.Context(), nextauth3.AppOptions{Secret: secret})
	ok(t, err)
	user, err := v3.CreateUser(t.Context(), &authdb.User{Extra: map[string]any{"Role": "admin"}})
	ok(t, err)
	if !maps.Equal(user.Extra, map[string]any{"Role": "admin"}) {
		t.Errorf("Extra is %v", user.Extra)
	}
}

func TestGetUser(t *testing.T) {
	onEach(t, func(s store) {
		ada := s.ada()
		_, err := s.v3.LinkAccount(s.Context(), &authdb.Account{UserID: ada.ID, Type: "oauth", Provider: "github", ProviderAccountID: "7"})
		ok(s, err)
		finds := func(user *authdb.User, err error) {
			s.Helper()
			ok(s, err)
			if user.ID != ada.ID || user.Name != "Ada" {
				s.Errorf("got %+v", user)
			}
		}
		misses := func(user *authdb.User, err error) {
			s.Helper()
			is(s, err, authdb.ErrNotFound, "")
			if user != nil {
				s.Errorf("got %+v beside the error", user)
			}
		}
		finds(s.v3.GetUser(s.Context(), ada.ID))
		misses(s.v3.GetUser(s.Context(), "4711"))
		misses(s.v3.GetUser(s.Context(), ""))
		finds(s.v3.GetUserByEmail(s.Context(), "ada@example.com"))
		misses(s.v3.GetUserByEmail(s.Context(), "Ada@example.com"))
		misses(s.v3.GetUserByEmail(s.Context(), ""))
		finds(s.v3.GetUserByProviderAccountID(s.Context(), "github", "7"))
		misses(s.v3.GetUserByProviderAccountID(s.Context(), "github", "8"))
		misses(s.v3.GetUserByProviderAccountID(s.Context(), "google", "7"))
		misses(s.v3.GetUserByProviderAccountID(s.Context(), "github", ""))
	})
}

func TestUpdateUser(t *testing.T) {
	onEach(t, func(s store) {
		ada, now := s.ada(), s.clock.Now()
		user, err := s.v3.UpdateUser(s.Context(), ada.ID, authdb.UserPatch{EmailVerified: authdb.Set(now)})
		ok(s, err)
		if user.Name != "Ada" || user.Email != "ada@example.com" || !user.EmailVerified.Equal(now) {
			s.Errorf("got %+v, want what was there and EmailVerified", user)
		}
		_, err = s.v3.UpdateUser(s.Context(), "4711", authdb.UserPatch{Name: authdb.Set("Eve"), Email: authdb.Set("eve@example.com")})
		is(s, err, authdb.ErrNotFound, "")
		_, err = s.v3.GetUserByEmail(s.Context(), "eve@example.com")
		is(s, err, authdb.ErrNotFound, "")
		_, err = s.v3.CreateUser(s.Context(), &authdb.User{Email: "bob@example.com"})
		ok(s, err)
		_, err = s.v3.UpdateUser(s.Context(), ada.ID, authdb.UserPatch{Email: authdb.Set("bob@example.com")})
		is(s, err, authdb.ErrDuplicate, "UpdateUserError")
	})
}

func TestDeleteUser(t *testing.T) {
	onEach(t, func(s store) {
		ada := s.ada()
		session, err := s.v3.CreateSession(s.Context(), ada.ID)
		ok(s, err)
		_, err = s.v3.LinkAccount(s.Context(), &authdb.Account{UserID: ada.ID, Type: "oauth", Provider: "github", ProviderAccountID: "7"})
		ok(s, err)
		ok(s, s.v3.DeleteUser(s.Context(), ada.ID))
		_, err = s.v3.GetUser(s.Context(), ada.ID)
		is(s, err, authdb.ErrNotFound, "")
		_, err = s.v3.GetSession(s.Context(), session.SessionToken)
		is(s, err, authdb.ErrNotFound, "")
		_, err = s.v3.GetUserByProviderAccountID(s.Context(), "github", "7")
		is(s, err, authdb.ErrNotFound, "")
		ok(s, s.v3.DeleteUser(s.Context(), ada.ID))
		is(s, s.v3.DeleteUser(canceled(s), ada.ID), context.Canceled, "DeleteUserError")
	})
}

func TestGetUserByCredentials(t *testing.T) {
	onEach(t, func(s store) {
		ada, failure := s.ada(), errors.New("the password is hunter2")
		v3 := s.with(nextauth3.Options{Authorize: func(_ context.Context, credentials map[string]string) (string, error) {
			switch credentials["password"] {
			case "right":
				return ada.ID, nil
			case "of nobody":
				return "", nil
			case "unknown":
				return "", authdb.ErrNotFound
			}
			return "", failure
		}}, nextauth3.AppOptions{})
		with := func(password string) (*authdb.User, error) {
			return v3.GetUserByCredentials(s.Context(), map[string]string{"password": password})
		}
		user, err := with("right")
		ok(s, err)
		if user.Name != "Ada" {
			s.Errorf("got %+v", user)
		}
		_, err = with("of nobody")
		is(s, err, authdb.ErrNotFound, "")
		_, err = with("unknown")
		is(s, err, authdb.ErrNotFound, "")
		_, err = with("wrong")
		is(s, err, failure, "GetUserByCredentialsError")
		if want := "nextauth3: GetUserByCredentialsError: Authorize returned *errors.errorString"; err.Error() != want {
			s.Errorf("the error is %q, want %q", err, want)
		}
		_, err = s.v3.GetUserByCredentials(s.Context(), nil)
		is(s, err, errors.ErrUnsupported, "GetUserByCredentialsError")
	})
}
