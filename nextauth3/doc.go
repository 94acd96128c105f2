// Package nextauth3 is the adapter contract of NextAuth 3 over any
// [authdb.Adapter]: for Go programs that were, or still are, one side of an
// application on NextAuth 3, and for code that is carried over from it.
//
//	adapter := nextauth3.New(gormadapter.New(db, authdb.WithModels(presets.NextAuth3())), nextauth3.Options{})
//	...
//	v3, err := adapter.GetAdapter(ctx, nextauth3.AppOptions{Secret: secret, BaseURL: url})
//	session, err := v3.GetSession(ctx, token)
//
// On the rows of presets.NextAuth3 a NextAuth 3 application and a Go program
// share one database. On other rows, such as the default ones, the contract is
// the same.
//
// # What is undefined, what is null
//
// NextAuth's TypeORM adapter answers undefined for what it did not find, and
// null for what it did not look for or has removed. Here both are nil and an
// error:
//
//	undefined                           authdb.ErrNotFound
//	null, as there is nothing to find   authdb.ErrNotFound
//	null, as it had expired             authdb.ErrExpired, which is an ErrNotFound too
//	null of updateSession               the session, not saved: see UpdateSession
//
// What version 3 throws is an [*Error]. An ErrNotFound is none, and is not
// logged.
//
// # Differences
//
// Where version 3 could do harm, this does not do as it does:
//
//   - updateUser and updateSession make a row if there is none, and so bring
//     back who was deleted or signed out meanwhile. UpdateUser and UpdateSession
//     return authdb.ErrNotFound.
//   - Its tables have no foreign keys, and it asks nobody: CreateSession and
//     LinkAccount for a user that is not there are authdb.ErrReference. A
//     session whose user is gone is not found.
//   - Keys match byte for byte, on MySQL too.
//   - Its core logs the arguments of every call, tokens among them. The log of
//     this has the codes and, of errors, a text without stored values.
//   - getVerificationRequest and deleteVerificationRequest let two requests in
//     that come at once. Both are here, and UseVerificationRequest, which lets
//     in one.
//
// deleteUser and unlinkAccount, which do nothing in version 3 and are never
// called, do what they are called. getUserByCredentials, which its documents
// promised, asks [Options].Authorize.
package nextauth3
