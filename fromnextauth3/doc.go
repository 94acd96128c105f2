// Package fromnextauth3 moves what NextAuth 3 has stored to the tables of today.
//
//	old, err := datasource.OpenDB(ctx, datasource.Config{URL: "postgres://..."})
//	...
//	report, err := fromnextauth3.Run(ctx, old, adapter, fromnextauth3.Options{})
//
// The old tables are those that next-auth 3 made by itself, with the TypeORM in
// it, on SQLite, PostgreSQL, MySQL or MariaDB (see presets.NextAuth3). They are
// only read. The new ones are whatever the adapter stores in, in the same
// database beside the old ones or in another, of any kind: the adapter's tables
// have to be there (Synchronize), and nobody else may write to them before the
// move is over.
//
//	users                  users, under the old number as text: "1"
//	accounts               accounts: the provider's id and type have other names,
//	                       and the instant at which a token expires is a number
//	sessions               sessions, with their tokens: nobody is signed out
//	verification_requests  verification tokens, with their hashes, which Auth.js
//	                       makes in the same way: open links stay good
//
// What has no place there is left out: the compound ids, the access tokens of
// sessions, and when a row was made and changed. Options.Complete puts it in
// columns of the application's own.
//
// # Again
//
// Run may end at any time, by a kill as well, and be called again, also by
// several processes at once: it passes over what is there, and what comes out is
// the same. What has changed on the old side since is changed on the new one: a
// user's name, image and proof of the address, the tokens of an account, the
// expiry of a session.
//
// While NextAuth 3 is still in use, Options.InUse moves users and accounts alone.
// A session that is signed out meanwhile, or a link that is used, would be good
// again in the copy. They come with the last run, between the stop of the old
// application and the start of the new one. After that, never again: Run can't
// tell a session that was signed out in the new application from one that was
// not moved yet.
//
// # What is not moved
//
// Sessions and verification requests that have expired stay behind, and are
// counted. A row that can't be moved is refused and reported, and all others go
// on: see [Reason].
package fromnextauth3
