package authdb

import "reflect"

// find is As for a store, which need not be a whole adapter.
func find[T any](store any) (T, bool) {
	var target T
	if a, ok := store.(interface{ As(target any) bool }); ok {
		ok = a.As(&target)
		return target, ok
	}
	target, ok := store.(T)
	return target, ok
}

func has[T any](store any) bool {
	_, ok := find[T](store)
	return ok
}

// need is find where it is errors.ErrUnsupported if there is none.
func need[T any](store any) (T, error) {
	found, ok := find[T](store)
	if !ok {
		return found, unsupported(reflect.TypeFor[T]().Name())
	}
	return found, nil
}

// same reports whether two stores are one. Of types that can't be compared no two
// are.
func same(a, b any) bool {
	return a != nil && b != nil && reflect.TypeOf(a) == reflect.TypeOf(b) && reflect.ValueOf(a).Comparable() && a == b
}

// As implements the search of the function As.
func (c *Composition) As(target any) bool {
	if len(c.stores) == 1 {
		return findInto(c.stores[0], target)
	}
	return c.serves(target) && assign(c, target)
}

// findInto is find for a target whose type is not known here.
func findInto(store, target any) bool {
	if a, ok := store.(interface{ As(target any) bool }); ok {
		return a.As(target)
	}
	return assign(store, target)
}

// assign sets what target points at to v, if its type allows.
func assign(v, target any) bool {
	to := reflect.ValueOf(target)
	if to.Kind() != reflect.Pointer || to.IsNil() || !reflect.TypeOf(v).AssignableTo(to.Type().Elem()) {
		return false
	}
	to.Elem().Set(reflect.ValueOf(v))
	return true
}

// serves reports whether the stores have what the target is for. What the type
// Composition lacks, assign declines.
func (c *Composition) serves(target any) bool {
	switch target.(type) {
	case *AccountStore:
		return c.accounts.is()
	case *AccountLister:
		return has[AccountLister](c.accounts.store)
	case *AccountUpdater:
		return has[AccountUpdater](c.accounts.store)
	case *SessionStore:
		return c.sessionStore() != nil
	case *SessionLister:
		return has[SessionLister](c.sessionStore())
	case *SessionRevoker:
		return has[SessionRevoker](c.sessionStore())
	case *SessionToucher:
		return has[SessionToucher](c.sessionStore())
	case *VerificationTokenStore:
		return c.tokens.is()
	case *VerificationTokenReader:
		return has[VerificationTokenReader](c.tokens.store)
	case *AuthenticatorStore:
		return c.authenticators.is()
	case *AuthenticatorRemover:
		return has[AuthenticatorRemover](c.authenticators.store)
	case *Registrar:
		return c.registers()
	case *UserTransactor:
		return c.transacts()
	case *UserLocker:
		return c.transacts() && has[UserLocker](c.users)
	case *AccountLocker:
		return c.transacts() && has[AccountLocker](c.accounts.store)
	case *Sweeper:
		return len(c.sweepers()) > 0
	case *Validator:
		return len(all[Validator](c.stores)) > 0
	case *Checker:
		return len(all[Checker](c.stores)) > 0
	case *Synchronizer:
		return len(all[Synchronizer](c.stores)) > 0
	case *SecretConverter:
		return len(all[SecretConverter](c.stores)) > 0
	}
	return true
}
