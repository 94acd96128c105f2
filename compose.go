package authdb

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Stores says which store keeps what. One that is nil is that of the Users'
// adapter, if that keeps such records; else there are none, and what needs them is
// errors.ErrUnsupported, as where a table is [Absent].
//
// A store that is not the Users' adapter keeps no users of its own: it would look
// for the user there. All have to go by one clock, none is on a transaction of the
// application's, whose end the others would not wait for, and no ID is ever given to
// a second user.
type Stores struct {
	// Users is required.
	Users UserStore

	// Accounts apart from Users need an AccountLister.
	Accounts AccountStore

	// Sessions apart from Users.
	Sessions DetachedSessionStore

	VerificationTokens VerificationTokenStore

	// Authenticators apart from Users need an AuthenticatorRemover.
	Authenticators AuthenticatorStore
}

// A Rule is one of the contract that one adapter keeps and several together may
// not.
type Rule string

// The rules that a composition may not keep. Whoever accepts one accepts what is
// said here instead.
const (
	// RuleOneRoundTrip: GetSessionAndUser is one round trip. With sessions apart
	// it is two, the session's and then the user's. To store a session takes
	// three: it is looked for the user before, so that nothing is stored
	// needlessly, and after, so that nothing stays.
	RuleOneRoundTrip Rule = "OneRoundTrip"

	// RuleOneTransaction: DeleteUser removes a user with all that is theirs in one
	// transaction. With anything of theirs apart, the user is removed first, with
	// what is kept beside them, and then what is apart. From the first step on no
	// look-up finds any of it. If DeleteUser fails or the process dies before the
	// last, rows are left that nobody sees, and accounts and credential ids that
	// stay taken, until DeleteUser is called again with the same ID. So call it
	// until it returns nil.
	RuleOneTransaction Rule = "OneTransaction"

	// RuleNeverOutlives: a session, an account or an authenticator never outlives
	// its user. With these apart, one that is stored while its user is deleted
	// is removed again by who stored it. If that process dies at this moment, the
	// row is left as if DeleteUser had been interrupted: nobody sees it, and
	// another DeleteUser removes it.
	RuleNeverOutlives Rule = "NeverOutlives"

	// RuleSignIn: Register and Unlink do all or nothing, under a lock of the user,
	// and a Refresher stores tokens in a transaction. With accounts apart all three
	// are errors.ErrUnsupported, but for a sign-in with an account that is known.
	// With authenticators apart Register also stores who is new in every respect.
	RuleSignIn Rule = "SignIn"
)

// instead says in a line what a composition does that does not keep the rule. It is
// empty if there is no such rule.
func (r Rule) instead() string {
	switch r {
	case RuleOneRoundTrip:
		return "GetSessionAndUser is two round trips"
	case RuleOneTransaction:
		return "DeleteUser is several steps, and to be repeated if it fails"
	case RuleNeverOutlives:
		return "what is stored while its user is deleted may be left, unseen, if the process dies"
	case RuleSignIn:
		return "Register, Unlink and Refresher are unsupported where they need a transaction"
	}
	return ""
}

// A Composition is one Adapter of several stores. It is safe for concurrent use,
// and made by [Compose].
//
// As finds what the stores have: of accounts, sessions, tokens and authenticators
// what their store has, and of those that concern all (Validator, Checker,
// Synchronizer, SecretConverter, and Sweeper for sessions and tokens) as much as
// there is, each store asked in turn. A [Transactor] is found only where all is kept
// by one adapter, whose own extensions are then found, and a [UserTransactor] where
// one that has transactions keeps users, accounts and authenticators.
type Composition struct {
	users          UserStore
	accounts       kept[AccountStore]
	sessions       kept[SessionStore]         // beside the users
	detached       kept[DetachedSessionStore] // apart from them
	tokens         kept[VerificationTokenStore]
	authenticators kept[AuthenticatorStore]

	stores []any // each once, that of the users first
	inTx   bool  // users is that of a transaction, of which what is apart is no part
}

// kept says who keeps a kind of records. Its zero value is that nobody does.
type kept[S any] struct {
	by    S
	store any  // the same, to be asked for extensions
	apart bool // from the users
}

func (k kept[S]) is() bool { return k.store != nil }

// beside returns who keeps the records if the users' store does.
func beside[S any](users any) kept[S] {
	by, ok := find[S](users)
	if !ok {
		return kept[S]{}
	}
	return kept[S]{by: by, store: users}
}

// within returns what of it is in a transaction of the users' store.
func (k kept[S]) within(tx any) kept[S] {
	if k.apart || !k.is() {
		return k
	}
	return beside[S](tx)
}

var (
	_ Adapter                 = (*Composition)(nil)
	_ AuthenticatorStore      = (*Composition)(nil)
	_ AuthenticatorRemover    = (*Composition)(nil)
	_ AccountLister           = (*Composition)(nil)
	_ AccountUpdater          = (*Composition)(nil)
	_ SessionLister           = (*Composition)(nil)
	_ SessionRevoker          = (*Composition)(nil)
	_ SessionToucher          = (*Composition)(nil)
	_ VerificationTokenReader = (*Composition)(nil)
	_ Registrar               = (*Composition)(nil)
	_ UserTransactor          = (*Composition)(nil)
	_ UserLocker              = (*Composition)(nil)
	_ AccountLocker           = (*Composition)(nil)
	_ Sweeper                 = (*Composition)(nil)
	_ Validator               = (*Composition)(nil)
	_ Checker                 = (*Composition)(nil)
	_ Synchronizer            = (*Composition)(nil)
	_ SecretConverter         = (*Composition)(nil)
)

// Compose makes one Adapter of the stores. It does no I/O. A rule of the contract
// that these stores together can't keep is an ErrInvalid that names it, unless it
// is accepted:
//
//	adapter, err := authdb.Compose(authdb.Stores{Users: users, Sessions: sessions},
//		authdb.RuleOneRoundTrip, authdb.RuleOneTransaction, authdb.RuleNeverOutlives)
//
// To accept one that they keep is no error. What Validate of a store says, and a
// store that can't be where it stands, are errors too.
func Compose(stores Stores, accept ...Rule) (*Composition, error) {
	c, err := compose(stores)
	if err == nil {
		err = c.unkept(accept)
	}
	if err != nil {
		return nil, fmt.Errorf("authdb: compose: %w", err)
	}
	return c, nil
}

func compose(s Stores) (*Composition, error) {
	if s.Users == nil {
		return nil, fmt.Errorf("%w: Stores.Users is nil: pass the store that keeps the users", ErrInvalid)
	}
	c := &Composition{users: s.Users, stores: []any{s.Users}}
	// Before they are asked what they have, which is all if they can't tell.
	for _, store := range []any{s.Users, s.Accounts, s.Sessions, s.VerificationTokens, s.Authenticators} {
		if v, ok := find[Validator](store); ok {
			if err := v.Validate(); err != nil {
				return nil, err
			}
		}
	}
	if !has[UserStore](s.Users) {
		return nil, fmt.Errorf("%w: Stores.Users keeps no users: its table is Absent", ErrInvalid)
	}
	var errs [4]error
	c.accounts, errs[0] = place(c, "Accounts", s.Accounts, needs[AccountLister]("AccountLister"), usersElsewhere)
	if s.Sessions == nil || same(s.Sessions, s.Users) {
		c.sessions = beside[SessionStore](s.Users)
	} else {
		c.detached, errs[1] = place(c, "Sessions", s.Sessions, usersElsewhere)
	}
	c.tokens, errs[2] = place(c, "VerificationTokens", s.VerificationTokens)
	c.authenticators, errs[3] = place(c, "Authenticators", s.Authenticators, needs[AuthenticatorRemover]("AuthenticatorRemover"), usersElsewhere)
	return c, errors.Join(errs[:]...)
}

// place returns who keeps a kind of records, and whether that is apart from the
// users. One that is apart has to meet the conditions.
func place[S any](c *Composition, name string, store S, conditions ...func(store any) string) (kept[S], error) {
	if any(store) == nil || same(store, c.users) {
		return beside[S](c.users), nil
	}
	for _, problem := range conditions {
		if p := problem(store); p != "" {
			return kept[S]{}, fmt.Errorf("%w: Stores.%s: %s", ErrInvalid, name, p)
		}
	}
	by, ok := find[S](store)
	if !ok {
		return kept[S]{}, fmt.Errorf("%w: Stores.%s: As finds no %s there: its table is Absent", ErrInvalid, name, reflect.TypeFor[S]().Name())
	}
	if !slices.ContainsFunc(c.stores, func(other any) bool { return same(other, store) }) {
		c.stores = append(c.stores, store)
	}
	return kept[S]{by: by, store: store, apart: true}, nil
}

func needs[T any](name string) func(store any) string {
	return func(store any) string {
		if has[T](store) {
			return ""
		}
		return "apart from the users it has to be an " + name + " too, so that what a user has can be removed"
	}
}

func usersElsewhere(store any) string {
	if has[UserStore](store) {
		return "it keeps users of its own, and would look for the user there: make them Absent"
	}
	return ""
}

// unkept returns an error that names the rules that are not kept and not accepted.
func (c *Composition) unkept(accept []Rule) error {
	for _, rule := range accept {
		if rule.instead() == "" {
			return fmt.Errorf("%w: no rule %q: use the constants of package authdb, such as RuleOneRoundTrip", ErrInvalid, string(rule))
		}
	}
	var rules []Rule
	if c.detached.is() {
		rules = append(rules, RuleOneRoundTrip)
	}
	if c.apart() {
		rules = append(rules, RuleOneTransaction, RuleNeverOutlives)
	}
	if c.accounts.apart || c.authenticators.apart {
		rules = append(rules, RuleSignIn)
	}
	var names []string
	for _, rule := range rules {
		if !slices.Contains(accept, rule) {
			names = append(names, fmt.Sprintf("Rule%s (%s)", rule, rule.instead()))
		}
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("%w: these stores together do not keep %s: pass the names to Compose to accept what is said there", ErrInvalid, strings.Join(names, ", "))
}

// apart reports whether anything of a user's is kept apart from the user.
func (c *Composition) apart() bool {
	return c.detached.is() || c.accounts.apart || c.authenticators.apart
}

// sessionStore returns what keeps the sessions, to be asked for extensions.
func (c *Composition) sessionStore() any {
	if c.detached.is() {
		return c.detached.store
	}
	return c.sessions.store
}
