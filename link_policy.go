package authdb

import (
	"errors"
	"fmt"
	"slices"
)

// A LinkPolicy says what [Register] does with a new provider account whose
// email address belongs to a user who signs in otherwise. It is data; Decide is
// what follows from it. The zero value refuses, and is right for whoever is in
// doubt: the person signs in as before, and links the account from there with
// LinkAccount.
//
// An account is linked only where both sides have proven the address: else
// somebody who claims another's address gets at that user, or waits in a user
// that they made in another's name.
//
// So EmailVerified of a user has to say that whoever signs in as the user owns
// the address. An application that sets it by itself, after a magic link for
// example, first removes the accounts, sessions and passkeys that the user had
// when the address was not proven, as a reset does; and one that changes Email
// sets EmailVerified to NULL in the same patch.
type LinkPolicy struct {
	// Trusted are the providers whose word is taken that an address is proven:
	// those that let nobody have an address which they have not proven, as
	// "google" for its own. Of a user from any other provider EmailVerified
	// counts as nil. Default: none.
	Trusted []string

	// ResetUnproven lets the owner of an address take over a user with that
	// address which nobody has ever proven (EmailVerified is nil), as somebody
	// else may have made that user and wait in it. All accounts, sessions and
	// passkeys of the user are removed, Reset is applied, and EmailVerified set.
	// Default: such a user is not linked.
	ResetUnproven bool

	// Reset is what else changes of a user that is taken over: whatever somebody
	// could still sign in with, such as a column with a password, and what they
	// may have written there. It may not change Email and EmailVerified.
	// Default: nothing.
	Reset UserPatch
}

// A LinkDecision is what becomes of a new provider account with the address of
// an existing user.
type LinkDecision int

// The decisions. The zero value is LinkRefuse.
const (
	LinkRefuse LinkDecision = iota // nothing is done: ErrEmailTaken
	LinkAdd                        // the user gets the account
	LinkReset                      // the user gets the account, and loses all others
)

// String returns "refuse", "add" or "reset".
func (d LinkDecision) String() string {
	switch d {
	case LinkRefuse:
		return "refuse"
	case LinkAdd:
		return "add"
	case LinkReset:
		return "reset"
	}
	return fmt.Sprintf("LinkDecision(%d)", int(d))
}

// Decide says what the policy makes of the account, with which the incoming
// user came, where the existing user has the address:
//
//   - LinkRefuse, if the account's provider is not trusted, or does not say
//     that the address is proven, or the two addresses differ in more than the
//     case of ASCII letters;
//   - LinkAdd, if the existing user has proven the address too;
//   - LinkReset or LinkRefuse, by ResetUnproven, if not.
//
// It looks at nothing but its arguments, and does nothing. What is nil is
// refused.
func (p LinkPolicy) Decide(existing, incoming *User, account *Account) LinkDecision {
	switch {
	case existing == nil || incoming == nil || account == nil:
		return LinkRefuse
	case !p.trusts(account) || !proven(incoming):
		return LinkRefuse
	case incoming.Email == "" || !sameAddress(existing.Email, incoming.Email):
		return LinkRefuse
	case proven(existing):
		return LinkAdd
	case p.ResetUnproven:
		return LinkReset
	}
	return LinkRefuse
}

// proven reports whether the user has proven the address. The zero instant is
// that of nobody.
func proven(user *User) bool { return user.EmailVerified != nil && !user.EmailVerified.IsZero() }

func (p LinkPolicy) trusts(account *Account) bool {
	return slices.Contains(p.Trusted, account.Provider)
}

// validate refuses what contradicts itself.
func (p LinkPolicy) validate() error {
	var errs []error
	if slices.Contains(p.Trusted, "") {
		errs = append(errs, fmt.Errorf("%w: LinkPolicy.Trusted: an empty provider", ErrInvalid))
	}
	if p.Reset.Email.IsSet() || p.Reset.EmailVerified.IsSet() {
		errs = append(errs, fmt.Errorf("%w: LinkPolicy.Reset: leave Email and EmailVerified out: the address is what the user is known by", ErrInvalid))
	}
	return errors.Join(errs...)
}

// sameAddress is what GetUserByEmail takes for one address: never more than
// ASCII letters may differ, and those in case only.
func sameAddress(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lowerASCII(a[i]) != lowerASCII(b[i]) {
			return false
		}
	}
	return true
}

func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c | 0x20
	}
	return c
}
