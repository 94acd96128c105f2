package nextauth3_test

import (
	"context"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/nextauth3"
)

func TestLinkAccount(t *testing.T) {
	onEach(t, func(s store) {
		ada, expires := s.ada(), s.clock.Now().Add(time.Hour).Unix()
		account := &authdb.Account{
			ID: "99", UserID: ada.ID, Type: "oauth", Provider: "github", ProviderAccountID: "7",
			RefreshToken: "r", AccessToken: "a", ExpiresAt: expires,
		}
		linked, err := s.v3.LinkAccount(s.Context(), account)
		ok(s, err)
		if linked.ID == "99" || account.ID != "99" {
			s.Errorf("the ID is %q, want one that was made; that of the argument %q", linked.ID, account.ID)
		}
		stored, err := s.adapter.GetAccount(s.Context(), "github", "7")
		ok(s, err)
		for _, got := range []*authdb.Account{linked, stored} {
			if got.UserID != ada.ID || got.Type != "oauth" || got.RefreshToken != "r" || got.AccessToken != "a" || got.ExpiresAt != expires {
				s.Errorf("got %+v", got)
			}
		}
		_, err = s.v3.LinkAccount(s.Context(), account)
		is(s, err, authdb.ErrDuplicate, "LinkAccountError")
		account.UserID, account.ProviderAccountID = "4711", "8"
		_, err = s.v3.LinkAccount(s.Context(), account)
		is(s, err, authdb.ErrReference, "LinkAccountError")
		_, err = s.v3.LinkAccount(s.Context(), nil)
		is(s, err, authdb.ErrInvalid, "LinkAccountError")
	})
}

func TestUnlinkAccount(t *testing.T) {
	onEach(t, func(s store) {
		ada := s.ada()
		bob, err := s.v3.CreateUser(s.Context(), &authdb.User{Name: "Bob"})
		ok(s, err)
		simple, err := nextauth3.New(plain{s.adapter}, nextauth3.Options{}).GetAdapter(s.Context(), nextauth3.AppOptions{Secret: secret})
		ok(s, err)
		for name, v3 := range map[string]*nextauth3.Instance{"in a transaction": s.v3, "without": simple} {
			for _, id := range []string{"7", "8"} {
				_, err := v3.LinkAccount(s.Context(), &authdb.Account{UserID: ada.ID, Type: "oauth", Provider: "github", ProviderAccountID: id})
				ok(s, err)
			}
			ok(s, v3.UnlinkAccount(s.Context(), bob.ID, "github", "7"))
			ok(s, v3.UnlinkAccount(s.Context(), ada.ID, "google", "7"))
			if _, err := v3.GetUserByProviderAccountID(s.Context(), "github", "7"); err != nil {
				s.Errorf("%s: somebody else has unlinked it: %v", name, err)
			}
			ok(s, v3.UnlinkAccount(s.Context(), ada.ID, "github", "7"))
			_, err = v3.GetUserByProviderAccountID(s.Context(), "github", "7")
			is(s, err, authdb.ErrNotFound, "")
			_, err = v3.GetUserByProviderAccountID(s.Context(), "github", "8")
			ok(s, err)
			is(s, v3.UnlinkAccount(canceled(s), ada.ID, "github", "8"), context.Canceled, "UnlinkAccountError")
			ok(s, v3.UnlinkAccount(s.Context(), ada.ID, "github", "8"))
		}
	})
}

func TestCompoundID(t *testing.T) {
	// By sha256sum.
	const want = "2a47f80988756f901c09a18fc3fe67263fe52b6ed0eaac9012e26bdacb426c47"
	if got := nextauth3.CompoundID("github", "7"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
