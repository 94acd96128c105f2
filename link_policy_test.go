package authdb_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
)

// TestDecide goes through every combination of what a policy looks at.
func TestDecide(t *testing.T) {
	const (
		refuse = authdb.LinkRefuse
		add    = authdb.LinkAdd
		reset  = authdb.LinkReset
		no     = false
		yes    = true
	)
	for _, c := range []struct {
		trusted, incoming, existing, resets bool
		want                                authdb.LinkDecision
	}{
		{no, no, no, no, refuse},
		{no, no, no, yes, refuse},
		{no, no, yes, no, refuse},
		{no, no, yes, yes, refuse},
		{no, yes, no, no, refuse},
		{no, yes, no, yes, refuse},
		{no, yes, yes, no, refuse},
		{no, yes, yes, yes, refuse},
		{yes, no, no, no, refuse},
		{yes, no, no, yes, refuse},
		{yes, no, yes, no, refuse},
		{yes, no, yes, yes, refuse},
		{yes, yes, no, no, refuse},
		{yes, yes, no, yes, reset},
		{yes, yes, yes, no, add},
		{yes, yes, yes, yes, add},
	} {
		policy := authdb.LinkPolicy{Trusted: []string{"github", "google"}, ResetUnproven: c.resets}
		account := &authdb.Account{Provider: "google"}
		if !c.trusted {
			policy.Trusted = []string{"github"}
		}
		for _, address := range []struct {
			existing, incoming string
			same               bool
		}{
			{"ada@example.com", "ada@example.com", true},
			{"Ada@Example.com", "ada@example.COM", true},
			{"ada@example.com", "bob@example.com", false},
			{"ada@example.com", "ada@example.co", false},
			{"ada@example.com", "ada@example.com ", false},
			{"k@example.com", "\u212a@example.com", false}, // the Kelvin sign, which Unicode folds into k
			{"@da@example.com", "`da@example.com", false},  // as far apart as A and a
			{"ada@example.com", "", false},
			{"", "", false},
		} {
			want := c.want
			if !address.same {
				want = refuse
			}
			existing := &authdb.User{ID: "1", Email: address.existing, EmailVerified: proven(c.existing)}
			incoming := &authdb.User{Email: address.incoming, EmailVerified: proven(c.incoming)}
			if got := policy.Decide(existing, incoming, account); got != want {
				t.Errorf("%+v, %q and %q: got %v, want %v", c, address.existing, address.incoming, got, want)
			}
		}
	}
}

func proven(is bool) *time.Time {
	if !is {
		return nil
	}
	at := time.Date(2024, time.February, 29, 12, 0, 0, 0, time.UTC)
	return &at
}

func TestDecideRefusesWhatIsNil(t *testing.T) {
	policy := authdb.LinkPolicy{Trusted: []string{"google", ""}, ResetUnproven: true}
	user, account := &authdb.User{Email: "ada@example.com", EmailVerified: proven(true)}, &authdb.Account{Provider: "google"}
	for _, got := range []authdb.LinkDecision{
		policy.Decide(nil, user, account), policy.Decide(user, nil, account), policy.Decide(user, user, nil),
		authdb.LinkPolicy{}.Decide(user, user, account), authdb.LinkPolicy{ResetUnproven: true}.Decide(user, user, account),
	} {
		if got != authdb.LinkRefuse {
			t.Errorf("got %v, want refuse", got)
		}
	}
}

// TestDecideZeroInstant: a pointer to no instant proves nothing, on either side.
func TestDecideZeroInstant(t *testing.T) {
	policy := authdb.LinkPolicy{Trusted: []string{"google"}}
	account, good := &authdb.Account{Provider: "google"}, &authdb.User{Email: "ada@example.com", EmailVerified: proven(true)}
	zero := &authdb.User{Email: "ada@example.com", EmailVerified: new(time.Time)}
	if got := policy.Decide(good, zero, account); got != authdb.LinkRefuse {
		t.Errorf("the provider proves nothing: %v", got)
	}
	if got := policy.Decide(zero, good, account); got != authdb.LinkRefuse {
		t.Errorf("the user has proven nothing: %v", got)
	}
}

func TestLinkDecisionString(t *testing.T) {
	got := fmt.Sprint(authdb.LinkRefuse, authdb.LinkAdd, authdb.LinkReset, authdb.LinkDecision(7))
	if want := "refuse add reset LinkDecision(7)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPolicyThatContradictsItself(t *testing.T) {
	memory := new(adaptertest.Memory)
	for name, policy := range map[string]authdb.LinkPolicy{
		"an empty provider":       {Trusted: []string{""}},
		"Reset.Email":             {Reset: authdb.UserPatch{Email: authdb.Null[string]()}},
		"Reset.EmailVerified":     {Reset: authdb.UserPatch{EmailVerified: authdb.Null[time.Time]()}},
		"also where nobody asked": {Trusted: []string{"google"}, Reset: authdb.UserPatch{Email: authdb.Set("x@example.com")}},
	} {
		_, err := authdb.Register(t.Context(), memory, newUser(), newAccount(), policy)
		if !errors.Is(err, authdb.ErrInvalid) {
			t.Errorf("%s: got %v, want ErrInvalid", name, err)
		}
	}
}

func ExampleLinkPolicy_Decide() {
	policy := authdb.LinkPolicy{Trusted: []string{"google"}}
	now := time.Now()
	ada := &authdb.User{Name: "Ada", Email: "ada@example.com", EmailVerified: &now}
	profile := &authdb.User{Email: "ada@example.com", EmailVerified: &now} // what the provider says

	fmt.Println(policy.Decide(ada, profile, &authdb.Account{Provider: "google"}))
	fmt.Println(policy.Decide(ada, profile, &authdb.Account{Provider: "discord"}))
	// Output:
	// add
	// refuse
}
