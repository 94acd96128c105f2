package bench_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/authdb/authdb"
)

// A statement is one written by hand: prepared on the pool, or sent as it is.
type statement struct {
	pool *sql.DB
	text string
	stmt *sql.Stmt // nil unless it is prepared
}

func prepared(b testing.TB, pool *sql.DB, d database, text string) statement {
	b.Helper()
	stmt := must[*sql.Stmt](b)(pool.PrepareContext(b.Context(), d.bind(text)))
	b.Cleanup(func() { _ = stmt.Close() })
	return statement{pool: pool, text: d.bind(text), stmt: stmt}
}

func (s statement) query(ctx context.Context, args ...any) *sql.Row {
	if s.stmt != nil {
		return s.stmt.QueryRowContext(ctx, args...)
	}
	return s.pool.QueryRowContext(ctx, s.text, args...)
}

func (s statement) queryAll(ctx context.Context, args ...any) (*sql.Rows, error) {
	if s.stmt != nil {
		return s.stmt.QueryContext(ctx, args...)
	}
	return s.pool.QueryContext(ctx, s.text, args...)
}

func (s statement) exec(ctx context.Context, args ...any) (int64, error) {
	var res sql.Result
	var err error
	if s.stmt != nil {
		res, err = s.stmt.ExecContext(ctx, args...)
	} else {
		res, err = s.pool.ExecContext(ctx, s.text, args...)
	}
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// queryIn is query inside a transaction.
func (s statement) queryIn(ctx context.Context, tx *sql.Tx, args ...any) *sql.Row {
	if s.stmt != nil {
		return tx.StmtContext(ctx, s.stmt).QueryRowContext(ctx, args...) //nolint:sqlclosecheck // the transaction closes it
	}
	return tx.QueryRowContext(ctx, s.text, args...)
}

// in is exec inside a transaction.
func (s statement) in(ctx context.Context, tx *sql.Tx, args ...any) error {
	var err error
	if s.stmt != nil {
		_, err = tx.StmtContext(ctx, s.stmt).ExecContext(ctx, args...) //nolint:sqlclosecheck // the transaction closes it
	} else {
		_, err = tx.ExecContext(ctx, s.text, args...)
	}
	return err
}

// byHand does, on the default tables, what the adapter does: the same
// records, times in UTC, and the fewest statements that the database allows.
type byHand struct {
	pool *sql.DB
	d    database
	t    tables

	getSessionAndUser, getUser, getUserByEmail, getUserByAccount, getAccount, getAuthenticator, listSessions statement

	insertUser, insertAccount, insertSession, insertToken, insertAuthenticator statement
	updateUser, updateAccount, updateSession, updateCounter                    statement
	getSession                                                                 statement // after an update, where that returns nothing
	deleteSession, deleteAccount, deleteToken, deleteUser                      statement
	getToken                                                                   statement // before a delete, where that returns nothing
}

func newByHand(b testing.TB, pool *sql.DB, d database, t tables, isPrepared bool) *byHand {
	b.Helper()
	s := &byHand{pool: pool, d: d, t: t}
	prepare := func(to *statement, text string) {
		if *to = (statement{pool: pool, text: d.bind(text)}); isPrepared {
			*to = prepared(b, pool, d, text)
		}
	}
	returning := func(can bool, columns string) string {
		if !can {
			return ""
		}
		return " RETURNING " + columns
	}
	u, a, n, v, p := t.users, t.accounts, t.sessions, t.tokens, t.authenticators
	ofUser := func(owner table, key string) string {
		return " FROM " + owner.name + " o JOIN " + u.name + " u ON u." + u.column("id") + " = o." + owner.column("user_id") + " WHERE " + key
	}
	account := a.column("provider") + " = ? AND " + a.column("provider_account_id") + " = ?"
	token := v.column("identifier") + " = ? AND " + v.column("token") + " = ?"
	prepare(&s.getSessionAndUser, "SELECT "+n.all("o")+", "+u.all("u")+ofUser(n, "o."+n.column("session_token")+" = ?"))
	prepare(&s.getUser, u.selected(u.column("id")+" = ?"))
	prepare(&s.getUserByEmail, u.selected(u.column("email")+" = ?"))
	prepare(&s.getUserByAccount, "SELECT "+u.all("u")+ofUser(a, "o."+a.column("provider")+" = ? AND o."+a.column("provider_account_id")+" = ?"))
	prepare(&s.getAccount, a.selected(account))
	prepare(&s.getSession, n.selected(n.column("session_token")+" = ?"))
	prepare(&s.listSessions, n.selected(n.column("user_id")+" = ?"))
	prepare(&s.getToken, v.selected(token))
	prepare(&s.getAuthenticator, p.selected(p.column("credential_id")+" = ?"))
	prepare(&s.insertUser, u.insert())
	prepare(&s.insertAccount, a.insert())
	prepare(&s.insertSession, n.insert())
	prepare(&s.insertToken, v.insert())
	prepare(&s.insertAuthenticator, p.insert())
	prepare(&s.updateUser, u.update("name")+u.column("id")+" = ?"+returning(d.updates, u.all("")))
	prepare(&s.updateAccount, a.update("access_token", "expires_at")+account+returning(d.updates, a.all("")))
	prepare(&s.updateSession, n.update("expires")+n.column("session_token")+" = ? AND "+n.column("expires")+" >= ?"+returning(d.updates, n.all("")))
	prepare(&s.updateCounter, p.update("counter")+p.column("credential_id")+" = ?"+returning(d.updates, p.all("")))
	prepare(&s.deleteSession, n.deleted(n.column("session_token")+" = ?"))
	prepare(&s.deleteAccount, a.deleted(account))
	prepare(&s.deleteToken, v.deleted(token)+returning(d.deletes, v.all("")))
	prepare(&s.deleteUser, u.deleted(u.column("id")+" = ?"))
	return s
}

// userRow is a row of users as it is scanned.
type userRow struct {
	id                 string
	name, email, image sql.NullString
	verified           sql.NullTime
	further            *furtherRow
}

// user makes the record.
func (r *userRow) user() *authdb.User {
	u := &authdb.User{ID: r.id, Name: r.name.String, Email: r.email.String, Image: r.image.String}
	if r.verified.Valid {
		at := r.verified.Time.UTC()
		u.EmailVerified = &at
	}
	if r.further != nil {
		u.Extra = r.further.extra()
	}
	return u
}

// into adds where a row of users is scanned into.
func (s *byHand) into(all []any, r *userRow) []any {
	all = append(all, &r.id, &r.name, &r.email, s.nullInstantInto(&r.verified), &r.image)
	if s.t.further {
		r.further = new(furtherRow)
		all = r.further.into(all)
	}
	return all
}

func (s *byHand) scanUser(row *sql.Row) (*authdb.User, error) {
	var r userRow
	if err := row.Scan(s.into(make([]any, 0, len(s.t.users.columns)), &r)...); err != nil {
		return nil, err
	}
	return r.user(), nil
}

func (s *byHand) scanAccount(row *sql.Row) (*authdb.Account, error) {
	a := new(authdb.Account)
	var refresh, access, typ, scope, id, state sql.NullString
	var expires sql.NullInt64
	into := [...]any{&a.ID, &a.UserID, &a.Type, &a.Provider, &a.ProviderAccountID, &refresh, &access, &expires, &typ, &scope, &id, &state}
	err := row.Scan(into[s.t.withoutIDs:]...)
	a.RefreshToken, a.AccessToken, a.ExpiresAt, a.TokenType, a.Scope, a.IDToken, a.SessionState = refresh.String, access.String, expires.Int64, typ.String, scope.String, id.String, state.String
	return a, err
}

// sessionInto returns where a row of sessions is scanned into, with room for one of
// users.
func (s *byHand) sessionInto(session *authdb.Session) []any {
	into := make([]any, 0, 4+len(s.t.users.columns))
	return append(into, &session.ID, &session.SessionToken, &session.UserID, s.instantInto(&session.Expires))[s.t.withoutIDs:]
}

func (s *byHand) scanSession(row *sql.Row) (*authdb.Session, error) {
	session := new(authdb.Session)
	err := row.Scan(s.sessionInto(session)...)
	session.Expires = session.Expires.UTC()
	return session, err
}

func (s *byHand) scanToken(row *sql.Row) (*authdb.VerificationToken, error) {
	t := new(authdb.VerificationToken)
	err := row.Scan(&t.Identifier, &t.Token, s.instantInto(&t.Expires))
	t.Expires = t.Expires.UTC()
	return t, err
}

func (s *byHand) scanAuthenticator(row *sql.Row) (*authdb.Authenticator, error) {
	a := new(authdb.Authenticator)
	var transports sql.NullString
	err := row.Scan(&a.CredentialID, &a.UserID, &a.ProviderAccountID, &a.CredentialPublicKey, &a.Counter, &a.CredentialDeviceType, &a.CredentialBackedUp, &transports)
	a.Transports = transports.String
	return a, err
}

//nolint:unparam // as the adapter returns both
func (s *byHand) sessionAndUser(ctx context.Context, token string) (*authdb.Session, *authdb.User, error) {
	session := new(authdb.Session)
	var r userRow
	err := s.getSessionAndUser.query(ctx, token).Scan(s.into(s.sessionInto(session), &r)...)
	if err == nil && session.Expires.Before(time.Now()) {
		err = authdb.ErrExpired
	}
	if err != nil {
		return nil, nil, err
	}
	session.Expires = session.Expires.UTC()
	return session, r.user(), nil
}

func null(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }

func (s *byHand) createUser(ctx context.Context, u *authdb.User) (*authdb.User, error) {
	created := *u
	created.ID = authdb.NewID()
	_, err := s.insertUser.exec(ctx, s.userArgs(&created)...)
	return &created, err
}

func (s *byHand) userArgs(u *authdb.User) []any {
	var verified any
	if u.EmailVerified != nil {
		verified = s.instant(*u.EmailVerified)
	}
	args := []any{u.ID, null(u.Name), null(u.Email), verified, null(u.Image)}
	if s.t.further {
		args = furtherArgs(args, u.Extra)
	}
	return args
}

func (s *byHand) accountArgs(a *authdb.Account) []any {
	args := [...]any{
		a.ID, a.UserID, a.Type, a.Provider, a.ProviderAccountID, null(a.RefreshToken), null(a.AccessToken),
		sql.NullInt64{Int64: a.ExpiresAt, Valid: a.ExpiresAt != 0},
		null(a.TokenType), null(a.Scope), null(a.IDToken), null(a.SessionState),
	}
	return args[s.t.withoutIDs:]
}

func (s *byHand) linkAccount(ctx context.Context, a *authdb.Account) (*authdb.Account, error) {
	linked := *a
	linked.ID = authdb.NewID()
	_, err := s.insertAccount.exec(ctx, s.accountArgs(&linked)...)
	return &linked, err
}

func (s *byHand) createSession(ctx context.Context, session *authdb.Session) (*authdb.Session, error) {
	created := *session
	created.ID = authdb.NewID()
	created.Expires = created.Expires.UTC().Truncate(time.Millisecond)
	args := [...]any{created.ID, created.SessionToken, created.UserID, s.instant(created.Expires)}
	_, err := s.insertSession.exec(ctx, args[s.t.withoutIDs:]...)
	return &created, err
}

func (s *byHand) createToken(ctx context.Context, t *authdb.VerificationToken) (*authdb.VerificationToken, error) {
	created := *t
	created.Expires = created.Expires.UTC().Truncate(time.Millisecond)
	_, err := s.insertToken.exec(ctx, created.Identifier, created.Token, s.instant(created.Expires))
	return &created, err
}

func (s *byHand) createAuthenticator(ctx context.Context, a *authdb.Authenticator) (*authdb.Authenticator, error) {
	created := *a
	_, err := s.insertAuthenticator.exec(ctx, a.CredentialID, a.UserID, a.ProviderAccountID, a.CredentialPublicKey, int64(a.Counter), a.CredentialDeviceType, a.CredentialBackedUp, null(a.Transports))
	return &created, err
}

// changed sends an update and returns the row as it is then. Where UPDATE can't bring
// it back, both are one transaction: an update by itself may be written late, after
// its caller has given up and another was acknowledged.
func changed[R any](ctx context.Context, s *byHand, update, get statement, scan func(*sql.Row) (*R, error), set []any, key []any, more ...any) (row *R, err error) {
	args := append(append(set, key...), more...)
	if s.d.updates {
		return scan(update.query(ctx, args...))
	}
	err = s.inTx(ctx, func(tx *sql.Tx) error {
		if err := update.in(ctx, tx, args...); err != nil {
			return err
		}
		row, err = scan(get.queryIn(ctx, tx, key...))
		return err
	})
	return row, err
}

func (s *byHand) rollSession(ctx context.Context, token string, expires time.Time) (*authdb.Session, error) {
	return changed(ctx, s, s.updateSession, s.getSession, s.scanSession, []any{s.instant(expires)}, []any{token}, s.instant(time.Now()))
}

func (s *byHand) rename(ctx context.Context, id, name string) (*authdb.User, error) {
	return changed(ctx, s, s.updateUser, s.getUser, s.scanUser, []any{name}, []any{id})
}

func (s *byHand) renew(ctx context.Context, provider, id, token string, expires int64) (*authdb.Account, error) {
	return changed(ctx, s, s.updateAccount, s.getAccount, s.scanAccount, []any{token, expires}, []any{provider, id})
}

func (s *byHand) count(ctx context.Context, id string, counter int64) (*authdb.Authenticator, error) {
	return changed(ctx, s, s.updateCounter, s.getAuthenticator, s.scanAuthenticator, []any{counter}, []any{id})
}

func (s *byHand) useToken(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
	if s.d.deletes {
		return s.scanToken(s.deleteToken.query(ctx, identifier, token))
	}
	t, err := s.scanToken(s.getToken.query(ctx, identifier, token))
	if err != nil {
		return nil, err
	}
	n, err := s.deleteToken.exec(ctx, identifier, token)
	if err == nil && n != 1 {
		err = sql.ErrNoRows
	}
	return t, err
}

// register stores a new person: nobody has the account, and nobody the address.
func (s *byHand) register(ctx context.Context, u *authdb.User, a *authdb.Account) error {
	if _, err := s.scanUser(s.getUserByAccount.query(ctx, a.Provider, a.ProviderAccountID)); !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("known: %w", err)
	}
	return s.inTx(ctx, func(tx *sql.Tx) error {
		user, account := *u, *a
		user.ID, account.ID = authdb.NewID(), authdb.NewID()
		account.UserID = user.ID
		if err := s.insertUser.in(ctx, tx, s.userArgs(&user)...); err != nil {
			return err
		}
		return s.insertAccount.in(ctx, tx, s.accountArgs(&account)...)
	})
}

func (s *byHand) inTx(ctx context.Context, f func(tx *sql.Tx) error) error {
	tx, err := s.pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}

// sessionsOf looks the sessions of a user up.
func (s *byHand) sessionsOf(ctx context.Context, userID string) ([]*authdb.Session, error) {
	rows, err := s.listSessions.queryAll(ctx, userID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []*authdb.Session
	for rows.Next() {
		session := new(authdb.Session)
		if err := rows.Scan(s.sessionInto(session)...); err != nil {
			return nil, err
		}
		all = append(all, session)
	}
	return all, rows.Err()
}
