package bench_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
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

	getSessionAndUser, getUser, getUserByEmail, getUserByAccount, getAccount, getAuthenticator, listSessions statement

	insertUser, insertAccount, insertSession, insertToken, insertAuthenticator statement
	updateUser, updateAccount, updateSession, updateCounter                    statement
	getSession                                                                 statement // after an update, where that returns nothing
	deleteSession, deleteAccount, deleteToken, deleteUser                      statement
	getToken                                                                   statement // before a delete, where that returns nothing
}

const (
	userColumns          = "id, name, email, email_verified, image"
	accountColumns       = "id, user_id, type, provider, provider_account_id, refresh_token, access_token, expires_at, token_type, scope, id_token, session_state"
	sessionColumns       = "id, session_token, user_id, expires"
	tokenColumns         = "identifier, token, expires"
	authenticatorColumns = "credential_id, user_id, provider_account_id, credential_public_key, counter, credential_device_type, credential_backed_up, transports"
)

// qualified puts an alias before each of the columns.
func qualified(alias, columns string) string {
	return alias + "." + strings.ReplaceAll(columns, ", ", ", "+alias+".")
}

func newByHand(b testing.TB, pool *sql.DB, d database, isPrepared bool) *byHand {
	b.Helper()
	s := &byHand{pool: pool, d: d}
	prepare := func(to *statement, text string) {
		if *to = (statement{pool: pool, text: d.bind(text)}); isPrepared {
			*to = prepared(b, pool, d, text)
		}
	}
	insert := func(table, columns string) string {
		return "INSERT INTO " + table + " (" + columns + ") VALUES (?" + strings.Repeat(", ?", strings.Count(columns, ",")) + ")"
	}
	returning := func(can bool, columns string) string {
		if !can {
			return ""
		}
		return " RETURNING " + columns
	}
	prepare(&s.getSessionAndUser, "SELECT "+qualified("s", sessionColumns)+", "+qualified("u", userColumns)+" FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.session_token = ?")
	prepare(&s.getUser, "SELECT "+userColumns+" FROM users WHERE id = ?")
	prepare(&s.getUserByEmail, "SELECT "+userColumns+" FROM users WHERE email = ?")
	prepare(&s.getUserByAccount, "SELECT "+qualified("u", userColumns)+" FROM accounts a JOIN users u ON u.id = a.user_id WHERE a.provider = ? AND a.provider_account_id = ?")
	prepare(&s.getAccount, "SELECT "+accountColumns+" FROM accounts WHERE provider = ? AND provider_account_id = ?")
	prepare(&s.getSession, "SELECT "+sessionColumns+" FROM sessions WHERE session_token = ?")
	prepare(&s.listSessions, "SELECT "+sessionColumns+" FROM sessions WHERE user_id = ?")
	prepare(&s.getToken, "SELECT "+tokenColumns+" FROM verification_tokens WHERE identifier = ? AND token = ?")
	prepare(&s.getAuthenticator, "SELECT "+authenticatorColumns+" FROM authenticators WHERE credential_id = ?")
	prepare(&s.insertUser, insert("users", userColumns))
	prepare(&s.insertAccount, insert("accounts", accountColumns))
	prepare(&s.insertSession, insert("sessions", sessionColumns))
	prepare(&s.insertToken, insert("verification_tokens", tokenColumns))
	prepare(&s.insertAuthenticator, insert("authenticators", authenticatorColumns))
	prepare(&s.updateUser, "UPDATE users SET name = ? WHERE id = ?"+returning(d.updates, userColumns))
	prepare(&s.updateAccount, "UPDATE accounts SET access_token = ?, expires_at = ? WHERE provider = ? AND provider_account_id = ?"+returning(d.updates, accountColumns))
	prepare(&s.updateSession, "UPDATE sessions SET expires = ? WHERE session_token = ? AND expires >= ?"+returning(d.updates, sessionColumns))
	prepare(&s.updateCounter, "UPDATE authenticators SET counter = ? WHERE credential_id = ?"+returning(d.updates, authenticatorColumns))
	prepare(&s.deleteSession, "DELETE FROM sessions WHERE session_token = ?")
	prepare(&s.deleteAccount, "DELETE FROM accounts WHERE provider = ? AND provider_account_id = ?")
	prepare(&s.deleteToken, "DELETE FROM verification_tokens WHERE identifier = ? AND token = ?"+returning(d.deletes, tokenColumns))
	prepare(&s.deleteUser, "DELETE FROM users WHERE id = ?")
	return s
}

// userRow is a row of users as it is scanned.
type userRow struct {
	id                 string
	name, email, image sql.NullString
	verified           sql.NullTime
}

func (r *userRow) user() *authdb.User {
	u := &authdb.User{ID: r.id, Name: r.name.String, Email: r.email.String, Image: r.image.String}
	if r.verified.Valid {
		at := r.verified.Time.UTC()
		u.EmailVerified = &at
	}
	return u
}

func scanUser(row *sql.Row) (*authdb.User, error) {
	var r userRow
	if err := row.Scan(&r.id, &r.name, &r.email, &r.verified, &r.image); err != nil {
		return nil, err
	}
	return r.user(), nil
}

func scanAccount(row *sql.Row) (*authdb.Account, error) {
	a := new(authdb.Account)
	var refresh, access, typ, scope, id, state sql.NullString
	var expires sql.NullInt64
	err := row.Scan(&a.ID, &a.UserID, &a.Type, &a.Provider, &a.ProviderAccountID, &refresh, &access, &expires, &typ, &scope, &id, &state)
	a.RefreshToken, a.AccessToken, a.ExpiresAt, a.TokenType, a.Scope, a.IDToken, a.SessionState = refresh.String, access.String, expires.Int64, typ.String, scope.String, id.String, state.String
	return a, err
}

func scanSession(row *sql.Row) (*authdb.Session, error) {
	s := new(authdb.Session)
	err := row.Scan(&s.ID, &s.SessionToken, &s.UserID, &s.Expires)
	s.Expires = s.Expires.UTC()
	return s, err
}

func scanToken(row *sql.Row) (*authdb.VerificationToken, error) {
	t := new(authdb.VerificationToken)
	err := row.Scan(&t.Identifier, &t.Token, &t.Expires)
	t.Expires = t.Expires.UTC()
	return t, err
}

func scanAuthenticator(row *sql.Row) (*authdb.Authenticator, error) {
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
	err := s.getSessionAndUser.query(ctx, token).Scan(&session.ID, &session.SessionToken, &session.UserID, &session.Expires,
		&r.id, &r.name, &r.email, &r.verified, &r.image)
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
		verified = s.d.instant(*u.EmailVerified)
	}
	return []any{u.ID, null(u.Name), null(u.Email), verified, null(u.Image)}
}

func accountArgs(a *authdb.Account) []any {
	return []any{
		a.ID, a.UserID, a.Type, a.Provider, a.ProviderAccountID, null(a.RefreshToken), null(a.AccessToken),
		sql.NullInt64{Int64: a.ExpiresAt, Valid: a.ExpiresAt != 0},
		null(a.TokenType), null(a.Scope), null(a.IDToken), null(a.SessionState),
	}
}

func (s *byHand) linkAccount(ctx context.Context, a *authdb.Account) (*authdb.Account, error) {
	linked := *a
	linked.ID = authdb.NewID()
	_, err := s.insertAccount.exec(ctx, accountArgs(&linked)...)
	return &linked, err
}

func (s *byHand) createSession(ctx context.Context, session *authdb.Session) (*authdb.Session, error) {
	created := *session
	created.ID = authdb.NewID()
	created.Expires = created.Expires.UTC().Truncate(time.Millisecond)
	_, err := s.insertSession.exec(ctx, created.ID, created.SessionToken, created.UserID, s.d.instant(created.Expires))
	return &created, err
}

func (s *byHand) createToken(ctx context.Context, t *authdb.VerificationToken) (*authdb.VerificationToken, error) {
	created := *t
	created.Expires = created.Expires.UTC().Truncate(time.Millisecond)
	_, err := s.insertToken.exec(ctx, created.Identifier, created.Token, s.d.instant(created.Expires))
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
	return changed(ctx, s, s.updateSession, s.getSession, scanSession, []any{s.d.instant(expires)}, []any{token}, s.d.instant(time.Now()))
}

func (s *byHand) rename(ctx context.Context, id, name string) (*authdb.User, error) {
	return changed(ctx, s, s.updateUser, s.getUser, scanUser, []any{name}, []any{id})
}

func (s *byHand) renew(ctx context.Context, provider, id, token string, expires int64) (*authdb.Account, error) {
	return changed(ctx, s, s.updateAccount, s.getAccount, scanAccount, []any{token, expires}, []any{provider, id})
}

func (s *byHand) count(ctx context.Context, id string, counter int64) (*authdb.Authenticator, error) {
	return changed(ctx, s, s.updateCounter, s.getAuthenticator, scanAuthenticator, []any{counter}, []any{id})
}

func (s *byHand) useToken(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
	if s.d.deletes {
		return scanToken(s.deleteToken.query(ctx, identifier, token))
	}
	t, err := scanToken(s.getToken.query(ctx, identifier, token))
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
	if _, err := scanUser(s.getUserByAccount.query(ctx, a.Provider, a.ProviderAccountID)); !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("known: %w", err)
	}
	return s.inTx(ctx, func(tx *sql.Tx) error {
		user, account := *u, *a
		user.ID, account.ID = authdb.NewID(), authdb.NewID()
		account.UserID = user.ID
		if err := s.insertUser.in(ctx, tx, s.userArgs(&user)...); err != nil {
			return err
		}
		return s.insertAccount.in(ctx, tx, accountArgs(&account)...)
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
		if err := rows.Scan(&session.ID, &session.SessionToken, &session.UserID, &session.Expires); err != nil {
			return nil, err
		}
		all = append(all, session)
	}
	return all, rows.Err()
}
