package adaptertest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/authdb/authdb"
)

// facts are what is known about the adapter under test and its database. They
// decide which rules are run.
type facts uint64

const (
	hasAccounts facts = 1 << iota
	hasSessions
	hasTokens
	hasAuthenticators
	hasAuthenticatorRemover
	hasSweeper
	hasTokenReader
	hasSessionLister
	hasSessionRevoker
	hasSessionToucher
	hasAccountLister
	hasAccountUpdater
	hasRegistrar
	hasTransactor
	hasUserTransactor
	hasUserLocker
	hasAccountLocker
	hasSecretConverter
	hasValidator
	hasChecker

	// It has one of the two that have transactions of users and accounts.
	transactsUsers

	// The type has the methods, and As declines the store.
	declinesAccounts
	declinesSessions
	declinesTokens
	declinesAuthenticators

	withClock
	numbersUsers
	uuidsOnly
	foldsEmail
	softDeletes
	referencesUsers
	misconfigures
	hidesTokens

	extraUser
	extraAccount
	extraSession
	extraVerificationToken
	extraAuthenticator
)

// stores are what As can find, in the order of the contract.
var stores = []struct {
	name          string
	has, declines facts
	find          func(authdb.Adapter) bool // asks As
	typed         func(authdb.Adapter) bool // asks the type
	nonsense      func(authdb.Adapter) bool // asks As, and looks at what it set
}{
	{"AccountStore", hasAccounts, declinesAccounts, as[authdb.AccountStore], typed[authdb.AccountStore], nonsense[authdb.AccountStore]},
	{"SessionStore", hasSessions, declinesSessions, as[authdb.SessionStore], typed[authdb.SessionStore], nonsense[authdb.SessionStore]},
	{"VerificationTokenStore", hasTokens, declinesTokens, as[authdb.VerificationTokenStore], typed[authdb.VerificationTokenStore], nonsense[authdb.VerificationTokenStore]},
	{"VerificationTokenReader", hasTokenReader, 0, as[authdb.VerificationTokenReader], typed[authdb.VerificationTokenReader], nonsense[authdb.VerificationTokenReader]},
	{"AuthenticatorStore", hasAuthenticators, declinesAuthenticators, as[authdb.AuthenticatorStore], typed[authdb.AuthenticatorStore], nonsense[authdb.AuthenticatorStore]},
	{"AuthenticatorRemover", hasAuthenticatorRemover, 0, as[authdb.AuthenticatorRemover], typed[authdb.AuthenticatorRemover], nonsense[authdb.AuthenticatorRemover]},
	{"Sweeper", hasSweeper, 0, as[authdb.Sweeper], typed[authdb.Sweeper], nonsense[authdb.Sweeper]},
	{"SessionLister", hasSessionLister, 0, as[authdb.SessionLister], typed[authdb.SessionLister], nonsense[authdb.SessionLister]},
	{"SessionRevoker", hasSessionRevoker, 0, as[authdb.SessionRevoker], typed[authdb.SessionRevoker], nonsense[authdb.SessionRevoker]},
	{"SessionToucher", hasSessionToucher, 0, as[authdb.SessionToucher], typed[authdb.SessionToucher], nonsense[authdb.SessionToucher]},
	{"AccountLister", hasAccountLister, 0, as[authdb.AccountLister], typed[authdb.AccountLister], nonsense[authdb.AccountLister]},
	{"AccountUpdater", hasAccountUpdater, 0, as[authdb.AccountUpdater], typed[authdb.AccountUpdater], nonsense[authdb.AccountUpdater]},
	{"Registrar", hasRegistrar, 0, as[authdb.Registrar], typed[authdb.Registrar], nonsense[authdb.Registrar]},
	{"Transactor", hasTransactor, 0, as[authdb.Transactor], typed[authdb.Transactor], nonsense[authdb.Transactor]},
	{"UserTransactor", hasUserTransactor, 0, as[authdb.UserTransactor], typed[authdb.UserTransactor], nonsense[authdb.UserTransactor]},
	{"UserLocker", hasUserLocker, 0, as[authdb.UserLocker], typed[authdb.UserLocker], nonsense[authdb.UserLocker]},
	{"AccountLocker", hasAccountLocker, 0, as[authdb.AccountLocker], typed[authdb.AccountLocker], nonsense[authdb.AccountLocker]},
	{"SecretConverter", hasSecretConverter, 0, as[authdb.SecretConverter], typed[authdb.SecretConverter], nonsense[authdb.SecretConverter]},
	{"Validator", hasValidator, 0, as[authdb.Validator], typed[authdb.Validator], nonsense[authdb.Validator]},
	{"Checker", hasChecker, 0, as[authdb.Checker], typed[authdb.Checker], nonsense[authdb.Checker]},
}

func as[T any](a authdb.Adapter) bool {
	_, ok := authdb.As[T](a)
	return ok
}

func nonsense[T comparable](a authdb.Adapter) bool {
	var zero T
	found, ok := authdb.As[T](a)
	return ok == (found == zero)
}

func typed[T any](a authdb.Adapter) bool {
	_, ok := a.(T)
	return ok
}

// learn asks the adapter what it has. The names of what it lacks are for the
// log.
func learn(a authdb.Adapter, c *config) (known facts, lacks []string) {
	for _, store := range stores {
		switch {
		case store.find(a):
			known |= store.has
		case store.typed(a):
			known |= store.declines
			fallthrough
		default:
			lacks = append(lacks, store.name)
		}
	}
	if known&(hasTransactor|hasUserTransactor) != 0 {
		known |= transactsUsers
	}
	return known | c.facts(), lacks
}

// checkRequired returns an error if something that the caller requires is not
// there.
func checkRequired(required, lacks []string) error {
	var err error
	for _, name := range required {
		for _, lack := range lacks {
			if name == lack {
				err = errors.Join(err, fmt.Errorf("adaptertest: As finds no %s, which is required", name))
			}
		}
	}
	return err
}

func storeNames() string {
	list := make([]string, 0, len(stores))
	for _, store := range stores {
		list = append(list, store.name)
	}
	return strings.Join(list, ", ")
}
