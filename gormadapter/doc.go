// Package gormadapter keeps the contract of package authdb on SQLite,
// PostgreSQL, MySQL and MariaDB, through GORM and the application's own row
// types.
//
//	db, err := gorm.Open(postgres.Open(dsn), &gorm.Config{})
//	...
//	adapter := gormadapter.New(db)
//	if err := adapter.Synchronize(ctx); err != nil { ... } // or your own migrations
//
// Synchronize adds what is missing and can hurt nothing, and changes nothing that
// is there; Plan says what it would do, and what the contract suffers from in
// tables that something else made.
//
// It imports no driver. Package datasource opens a database for those who have
// none open.
//
// # Row types
//
// Any GORM struct can be a row. Each field of a record is stored in the row
// field of the same Go name, or in the one tagged auth:"Name"; columns, types,
// table names and naming strategy are the application's. Texts may be string,
// *string, sql.NullString, integers or UUID types; instants models.Time,
// models.Instant, time.Time, pointers to them, sql.NullTime, or integers and
// strings (see authdb.Layout). A row type may differ between databases
// (authdb.ByDatabase), and a field that is a one-to-one function of others is
// tagged with their names, auth:"Provider+ProviderAccountID": the row type fills
// it by itself. Further fields travel in Extra, keyed by their Go name, and
// come back typed through Decode.
//
// GORM's hooks run where GORM runs them for a struct: create, save and update
// hooks with the whole row, find hooks on every row whose values are used,
// delete hooks with the row loaded. DeleteExpired runs none. In hooks,
// TranslateError is off, and tx.Statement.Changed sees no change, as with GORM's
// own Save. Rows that the application soft-deleted (gorm.DeletedAt, or any type
// with query clauses) are not found.
//
// # Statements
//
// A look-up is one statement, GetSessionAndUser included. On tables that were
// made by Synchronize, or looked at by Check, a write is
//
//	CreateUser, CreateVerificationToken             1
//	LinkAccount, CreateSession, CreateAuthenticator 1, or 2 where no foreign key
//	                                                to the user is known, or users
//	                                                can be soft-deleted
//	UpdateUser, UpdateAccount, UpdateSession,
//	UpdateAuthenticatorCounter                      1, or 2 on MySQL and MariaDB; 1
//	                                                for an empty patch
//	UseVerificationToken                            1, or 2 on MySQL
//	UnlinkAccount, DeleteSession                    1, or 2 if the row type has
//	                                                delete hooks
//	DeleteUser                                      1, or 2 and 1 for each table that
//	                                                points at users and whose rows no
//	                                                foreign key deletes
//	DeleteSessionsByUserID                          2
//	DeleteExpired                                   2 for each table and 100 rows on
//	                                                SQLite, 500 on PostgreSQL, 250 on
//	                                                MySQL, where it is one more, and
//	                                                a DELETE for each row of a small
//	                                                table
//	CreateAll                                       1 for each 500 records of a kind
//	FindAll                                         the same, and 1 for each 16
//	                                                providers or identifiers
//	authdb.Register of somebody new                 3, and of somebody known a look-up
//	                                                and UpdateAccount
//
// besides BEGIN and COMMIT wherever it is more than one, except where MySQL reads a
// token before it is used, which needs neither. SQLite
// enforces foreign keys by a setting of each connection, so that Check can't know
// of them there: authdb.WithForeignKeys says so, and package datasource does.
//
// An update is 2 everywhere if something has to see the row before: update or find
// hooks of the row type, encrypted tokens of the account, or another token of the
// session; or if rows can be soft-deleted, or the key is one that no unique key
// guards. So is the use of a token. An update that writes nothing is followed by
// one of those, which says why. If an update is done and its row can't be read
// afterwards, the error is authdb.ErrUnknownOutcome; in a transaction it is undone.
//
// On MySQL a create is one more if the row type has columns that the database
// computes a default for, and on all databases if a column with a default is to be
// written zero. A key that no unique key guards costs a create, and an UpdateUser of
// Email, one statement more on SQLite, two on PostgreSQL and three on MySQL; there
// also an update by the key and LockAccount, one. An UPDATE or DELETE that finds
// nothing to write is sent twice on MySQL and MariaDB: see docs/decisions.md.
//
// The statements of look-ups are written once, and go through GORM's Row callbacks;
// those of writes are GORM's own, through its callbacks for create, update and
// delete. Loggers, tracing, resolvers and other plugins see all of them. Open the
// database with PrepareStmt on SQLite, MySQL and MariaDB: unprepared, they compile
// each statement anew. PostgreSQL's driver prepares by itself.
//
// # Replicas
//
// Where gorm.io/plugin/dbresolver sends look-ups to a replica, one that finds
// nothing there, or something that has expired, is sent once more, to the primary:
// a replica is behind. What has been deleted or revoked it may still find, for as
// long as it is behind. Lists are as the replica has them. Writes, and what InTx and
// WithTx do, are the primary's, and New(db.Clauses(dbresolver.Write)) is an adapter
// that asks it alone.
//
// # Transactions
//
// InTx does several things in one transaction of the adapter's own, and all of
// it again where the database has let others go first. WithTx(tx) does the same
// work inside a transaction of the application's, which it never commits and
// never repeats. In both, a method that fails has done nothing and the
// transaction goes on, also on PostgreSQL, which by itself would refuse every
// later statement: besides its statements, a write in a transaction costs
//
//	SAVEPOINT, RELEASE SAVEPOINT    on PostgreSQL, each write
//	                                on SQLite, MySQL and MariaDB those of
//	                                more than one statement, updates and
//	                                the use of a token
//
// and InTx itself BEGIN and COMMIT; on SQLite one statement that writes nothing
// and takes the right to write, and on MySQL one that sets the isolation level.
// InTx inside of InTx or WithTx is a savepoint.
//
// Some errors end the transaction without a word: a deadlock on MySQL, a full
// disk or an interrupted write on SQLite. The next statement would be stored at
// once, for good. After such an error the adapter sends nothing more, and each
// call returns an error. ErrConflict is one of them: InTx does all again, and in
// a transaction of the application's, roll back and begin anew.
//
// The application's statements belong on DB(ctx) of the transaction's adapter.
// There a failed statement of its own is as with GORM: on PostgreSQL it
// refuses what comes after, unless the application sets a savepoint
// (gorm's tx.Transaction does).
//
// A transaction of the application's is of the isolation that it began with. One
// that is not READ COMMITTED does not see what others have committed since its
// first look, also if it has waited for them. Only on MySQL and MariaDB, whose
// default is REPEATABLE READ, what is listed of users after LockUser is as it is
// stored now. authdb.Register and authdb.Unlink want READ COMMITTED.
//
// LockUser and LockAccount are SELECT ... FOR UPDATE. SQLite locks the database,
// so that it has no LockAccount. MySQL and MariaDB lock what they read: where a
// key has no unique key, and so perhaps no index, the row is looked for first and
// then locked by its primary key, or by its user if it has none. Such a lock of
// an account without a primary key may also hold up other accounts of the user.
//
// # Keys that no unique key guards
//
// Where authdb.Layout.Unguarded names a key, and no Check has found a unique key
// for it, the adapter locks the key's value, looks whether a row has it, soft-deleted
// or not, and writes, or returns ErrDuplicate. The lock is an advisory one of
// PostgreSQL, GET_LOCK on MySQL and MariaDB, and on SQLite the one writer. It
// holds among all adapters of this package on one server, and against nobody
// else who writes to the table; other values are not waited for. A hook of the
// row type that changes such a key gets ErrInvalid.
//
// Of rows that have the same key nevertheless, look-ups return the one with the
// least primary key, always the same. Updates and deletes by the key are of all
// of them, and a token that is stored twice is used once.
//
// Inside a transaction the lock lasts to its end, with two exceptions in those
// of the application's (WithTx, or New with a transaction):
//   - On PostgreSQL at REPEATABLE READ and stricter, the transaction does not see
//     what others committed after it began, and can store a duplicate of that.
//   - On MySQL and MariaDB the lock is given back when the row is written, since
//     nothing tells the adapter when the transaction ends. Others look with a lock
//     and wait for the row. So does the adapter in there, and keeps what it read
//     locked: two such transactions may wait for each other, and the server ends
//     one of them, which is ErrConflict.
//
// # Errors and logs
//
// An error names the operation, the contract's sentinel and the database's
// code. It never prints the driver's text, which quotes tokens and addresses;
// errors.As finds the driver's error in the chain. The adapter logs through the
// application's GORM logger, without parameters and without the driver's text.
// Errors of the application's hooks are wrapped in the same way.
package gormadapter
