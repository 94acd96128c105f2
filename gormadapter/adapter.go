package gormadapter

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/models"
)

// An Adapter keeps the contract of package authdb, and all of its extensions,
// on a database that GORM reaches. It is safe for concurrent use.
type Adapter struct {
	opts    authdb.Options
	app     *gorm.DB // the application's; only ever the beginning of a session, as base is
	base    *gorm.DB // the same with our logger and clock
	dialect dialect
	tx      *transaction // that all is done in; nil if there is none
	whole   *whole       // that it works for, in tx; nil if for none
	err     error        // of the configuration
	secrets secrets

	// whether UPDATE and DELETE bring back the row
	updatesReturn, deletesReturn bool

	// nil where the table is absent; without users the others' are kept elsewhere
	users, accounts, sessions, tokens, authenticators *table

	*shared
}

// shared is what an adapter and those that it makes for transactions have in
// common.
type shared struct {
	planned      atomic.Pointer[queries]
	synchronized atomic.Bool
	synchronize  chan struct{} // held by the call that synchronises
	closeOnce    sync.Once
	waits        atomic.Bool // a sweep does, for locked rows: the server can't skip them
}

var (
	_ authdb.Adapter              = (*Adapter)(nil)
	_ authdb.Transactor           = (*Adapter)(nil)
	_ authdb.Registrar            = (*Adapter)(nil)
	_ authdb.UserLocker           = (*Adapter)(nil)
	_ authdb.AccountLocker        = (*Adapter)(nil)
	_ authdb.AuthenticatorStore   = (*Adapter)(nil)
	_ authdb.AuthenticatorRemover = (*Adapter)(nil)
	_ authdb.Validator            = (*Adapter)(nil)
	_ authdb.Checker              = (*Adapter)(nil)
	_ authdb.Synchronizer         = (*Adapter)(nil)
	_ authdb.Sweeper              = (*Adapter)(nil)
	_ authdb.SessionLister        = (*Adapter)(nil)
	_ authdb.DetachedSessionStore = (*Adapter)(nil)
	_ authdb.SessionRevoker       = (*Adapter)(nil)
	_ authdb.SessionToucher       = (*Adapter)(nil)
	_ authdb.AccountLister        = (*Adapter)(nil)
	_ authdb.AccountUpdater       = (*Adapter)(nil)
	_ authdb.SecretConverter      = (*Adapter)(nil)
)

// New returns an adapter on db, which stays the application's. It does no I/O
// and never fails: what is wrong with the configuration is returned by Validate
// and by every method.
//
// db may be a session with clauses of its own, such as a resolver's, or a
// transaction: then the adapter works inside it as one of WithTx does, but
// knows nothing that a Check found.
func New(db *gorm.DB, opts ...authdb.Option) *Adapter {
	a := &Adapter{opts: authdb.NewOptions(opts...), shared: &shared{synchronize: make(chan struct{}, 1)}}
	if err := a.configure(db); err != nil {
		a.err = &configError{err}
	}
	return a
}

func (a *Adapter) configure(db *gorm.DB) error {
	db, err := handle(db)
	if err != nil {
		return errors.Join(a.opts.Err, err)
	}
	if a.dialect, err = dialectOf(db.Name()); err != nil {
		return errors.Join(a.opts.Err, fmt.Errorf("gormadapter: %w", err))
	}
	a.updatesReturn = a.dialect.updatesReturn && canReturn(db.Callback().Update().Clauses)
	a.deletesReturn = canReturn(db.Callback().Delete().Clauses)
	a.tx = transactionOf(db)
	a.workOn(db)
	if err := errors.Join(a.opts.Err, a.resolve()); err != nil {
		return err
	}
	layout := a.opts.Models.Layout
	f := facts{exact: map[*column]bool{}, references: map[*table]bool{}, unguarded: unguarded(layout)}
	for _, t := range a.tables() {
		f.references[t] = layout.ForeignKeys
		for _, c := range t.columns {
			f.exact[c] = layout.ExactKeys
		}
	}
	a.planned.Store(a.plan(f))
	return nil
}

// workOn makes db, which the adapter holds alone, the beginning of its
// sessions.
func (a *Adapter) workOn(db *gorm.DB) {
	a.app = db
	a.base = db.Session(&gorm.Session{
		Logger:                 quiet{db.Logger, a},
		NowFunc:                a.now,
		SkipDefaultTransaction: true, // a single statement needs none, and the adapter begins those it needs
	})
	a.base.TranslateError = false // it throws away the code by which errors are told apart
	layout := a.opts.Models.Layout
	if layout.Location != nil || len(layout.Instants) > 0 {
		a.base = models.WithLayout(a.base, layout)
	}
}

// handle returns a session that begins as db does, or what is wrong with it.
func handle(db *gorm.DB) (*gorm.DB, error) {
	switch {
	case db == nil || db.Config == nil || db.Statement == nil:
		return nil, errors.New("gormadapter: nil *gorm.DB: pass what gorm.Open returned")
	case db.Error != nil:
		return nil, errors.New("gormadapter: the *gorm.DB holds an error of an earlier statement: pass a new session of it")
	case db.Dialector == nil:
		return nil, errors.New("gormadapter: the *gorm.DB has no dialector: pass what gorm.Open returned")
	}
	db = db.Scopes() // a hook's *gorm.DB holds the statement that called it, and would begin another
	return db.Session(&gorm.Session{}), checkHandle(db)
}

// checkHandle refuses what would make writes do nothing, or to something else.
func checkHandle(db *gorm.DB) error {
	stmt := db.Statement
	carried := len(stmt.Selects)+len(stmt.Omits)+len(stmt.Joins)+len(stmt.Preloads) > 0 || stmt.Distinct || stmt.Table != "" || stmt.Unscoped
	for _, name := range []string{"WHERE", "LIMIT", "ORDER BY", "GROUP BY", "ON CONFLICT", "RETURNING", "SET", "FOR"} {
		_, ok := stmt.Clauses[name]
		carried = carried || ok
	}
	switch {
	case db.DryRun:
		return errors.New("gormadapter: the *gorm.DB is in DryRun, in which nothing is written: pass another session of it")
	case carried:
		return errors.New("gormadapter: the *gorm.DB has conditions or other clauses of an earlier chain: pass db.Session(&gorm.Session{NewDB: true})")
	}
	return nil
}

// resolve maps every record onto its row type.
func (a *Adapter) resolve() error {
	m := a.opts.Models
	var errs []error
	for _, r := range []struct {
		to            **table
		record        any
		roles         roles
		row, fallback any
		key           []string
	}{
		{&a.users, authdb.User{}, userRoles, m.User, models.User{}, []string{"ID"}},
		{&a.accounts, authdb.Account{}, accountRoles, m.Account, models.Account{}, []string{"Provider", "ProviderAccountID"}},
		{&a.sessions, authdb.Session{}, sessionRoles, m.Session, models.Session{}, []string{"SessionToken"}},
		{&a.tokens, authdb.VerificationToken{}, verificationTokenRoles, m.VerificationToken, models.VerificationToken{}, []string{"Identifier", "Token"}},
		{&a.authenticators, authdb.Authenticator{}, authenticatorRoles, m.Authenticator, models.Authenticator{}, []string{"CredentialID"}},
	} {
		if each, ok := r.row.(authdb.ByDatabase); ok {
			if r.row = each[a.dialect.name]; r.row == nil {
				errs = append(errs, fmt.Errorf("gormadapter: Models.%s has no row type for %s, but for %s: open another database, or pass a row type of your own",
					reflect.TypeOf(r.record).Name(), a.dialect.name, strings.Join(slices.Sorted(maps.Keys(each)), ", ")))
				continue
			}
		}
		switch r.row {
		case authdb.Absent:
			continue
		case nil:
			r.row = r.fallback
		}
		t, err := a.newTable(r.record, r.roles, r.row, r.key...)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		*r.to = t
	}
	if len(errs) == 0 && len(a.tables()) == 0 {
		errs = append(errs, errors.New("gormadapter: all of Models is Absent: there is nothing to keep"))
	}
	errs = append(errs, a.checkReferences()...)
	errs = append(errs, checkLayout(m.Layout)...)
	errs = append(errs, a.configureSecrets()...)
	return errors.Join(errs...)
}

// checkReferences compares the types of the users' ids and of what points at
// them.
func (a *Adapter) checkReferences() (errs []error) {
	if a.users == nil {
		return nil
	}
	id := a.users.column("ID")
	for _, t := range a.children() {
		ref := t.column("UserID")
		if id != nil && ref != nil && isInteger(id.stored) != isInteger(ref.stored) {
			errs = append(errs, t.errorf("UserID is a %v and the ID of %v a %v: they are to be alike",
				ref.field.FieldType, a.users.schema.ModelType, id.field.FieldType))
		}
	}
	return errs
}

// checkLayout finds names and values that mean nothing, which would else be
// passed over.
func checkLayout(layout authdb.Layout) (errs []error) {
	if strings.Contains(layout.Schema, ".") || strings.Contains(layout.TablePrefix, ".") {
		errs = append(errs, errors.New("gormadapter: Layout.Schema and Layout.TablePrefix are one name each: no dots"))
	}
	for name, form := range layout.Instants {
		if _, err := dialectOf(name); err != nil {
			errs = append(errs, fmt.Errorf("gormadapter: Layout.Instants: %w", err))
		}
		if form < authdb.InstantDefault || form > authdb.ISO8601 {
			errs = append(errs, fmt.Errorf("gormadapter: Layout.Instants[%q]: no form %d: use UnixMilli or ISO8601", name, form))
		}
	}
	return append(errs, checkUnguarded(layout)...)
}

// tables returns those that are not absent, in an order in which they can be
// created.
func (a *Adapter) tables() []*table {
	var tables []*table
	for _, t := range []*table{a.users, a.accounts, a.sessions, a.tokens, a.authenticators} {
		if t != nil {
			tables = append(tables, t)
		}
	}
	return tables
}

// children returns the tables that point at users.
func (a *Adapter) children() []*table {
	var tables []*table
	for _, t := range []*table{a.accounts, a.sessions, a.authenticators} {
		if t != nil {
			tables = append(tables, t)
		}
	}
	return tables
}

// hidesUsers reports whether there may be users whom the application has
// soft-deleted.
func (a *Adapter) hidesUsers() bool { return a.users != nil && a.users.softDeletes() }

func (a *Adapter) queries() *queries { return a.planned.Load() }

func (a *Adapter) now() time.Time { return milli(a.opts.Clock()) }

// begun is the beginning of every method: it returns the error of the
// configuration or of the context, or that of the tables that the method needs,
// and synchronises if this is the first call.
func (a *Adapter) begun(ctx context.Context, tables ...*table) error {
	if a.err != nil {
		return a.err
	}
	if err := checkContext(ctx); err != nil {
		return err
	}
	if err := a.tx.usable(); err != nil {
		return err
	}
	for _, t := range tables {
		if t == nil {
			return faultf(errors.ErrUnsupported, "the table is Absent from authdb.Models")
		}
	}
	return a.synchronizeOnce(ctx)
}

func checkContext(ctx context.Context) error {
	if ctx == nil {
		return faultf(authdb.ErrInvalid, "nil context: pass context.Background()")
	}
	return ctx.Err()
}

// Validate returns what is wrong with the configuration: row types that can't
// store a record, a database that the adapter does not know, options that
// contradict each other.
func (a *Adapter) Validate() error { return a.err }

// Close closes what authdb.WithCloser gave the adapter, once, and nothing else:
// a database that the application opened stays open.
func (a *Adapter) Close() (err error) {
	if c := a.opts.Closer; c != nil {
		a.closeOnce.Do(func() { err = c.Close() })
	}
	return err
}

// As implements the search of authdb.As: an extension whose table is absent is
// not there, nor is one that the database can't serve.
func (a *Adapter) As(target any) bool {
	absent := func(t *table) bool { return a.err == nil && t == nil }
	switch target.(type) {
	case *authdb.AuthenticatorStore, *authdb.AuthenticatorRemover:
		if absent(a.authenticators) {
			return false
		}
	case *authdb.UserStore, *authdb.UserLocker:
		if absent(a.users) {
			return false
		}
	case *authdb.AccountStore, *authdb.AccountLister, *authdb.AccountUpdater:
		if absent(a.accounts) {
			return false
		}
	case *authdb.Registrar:
		if absent(a.users) || absent(a.accounts) {
			return false
		}
	case *authdb.AccountLocker:
		if a.err == nil && (a.accounts == nil || a.dialect.forUpdate == "") {
			return false
		}
	case *authdb.SecretConverter:
		if a.err == nil && a.secrets == (secrets{}) {
			return false
		}
	case *authdb.SessionStore:
		if absent(a.users) || absent(a.sessions) {
			return false
		}
	case *authdb.DetachedSessionStore:
		if absent(a.sessions) || a.err == nil && a.users != nil {
			return false
		}
	case *authdb.SessionLister:
		if absent(a.sessions) {
			return false
		}
	case *authdb.SessionRevoker:
		if absent(a.sessions) || a.err == nil && !a.sessions.revokes() {
			return false
		}
	case *authdb.SessionToucher:
		if absent(a.sessions) || a.err == nil && !a.sessions.touches() {
			return false
		}
	case *authdb.VerificationTokenStore, *authdb.VerificationTokenReader:
		if absent(a.tokens) {
			return false
		}
	}
	v := reflect.ValueOf(target)
	if v.Kind() != reflect.Pointer || v.IsNil() || !reflect.TypeOf(a).AssignableTo(v.Type().Elem()) {
		return false
	}
	v.Elem().Set(reflect.ValueOf(a))
	return true
}
