// Package authdb is the contract between authentication and the database that
// keeps it: the Adapter of Auth.js as a Go interface.
//
// [Adapter] has the methods that every sign-in needs, for users, the provider
// accounts linked to them, sessions and one-time verification tokens. What
// only some applications need (passkeys, lists of sessions, clean-up, ...) are
// further interfaces, asked for with [As].
//
// Three packages of this module keep the contract:
//
//   - gormadapter, on SQLite, PostgreSQL, MySQL and MariaDB, through GORM and
//     the application's own row types;
//   - datasource, which opens such a database from one configuration value
//     and returns a gormadapter;
//   - adaptertest, whose Memory keeps it in memory for tests, and whose Run
//     proves that any adapter keeps it.
//
// [Compose] makes one adapter of stores in several databases, such as package
// redisadapter's sessions and tokens in Redis. Package cacheadapter puts a cache in
// front of any. Package nextauth3 is the contract of NextAuth 3 over one, and
// fromnextauth3 moves its databases.
//
// On top of it are [Register], the sign-in with a provider, with a [LinkPolicy];
// [Unlink]; and a [Refresher] of providers' tokens.
//
// A sign-in with a provider and the look-up that every later request makes:
//
//	r, err := authdb.Register(ctx, adapter, &authdb.User{Name: "Ada", Email: "ada@example.com"}, &authdb.Account{
//		Type: authdb.AccountOIDC, Provider: "google", ProviderAccountID: "1098765",
//	}, authdb.LinkPolicy{})
//	...
//	_, err = adapter.CreateSession(ctx, &authdb.Session{
//		SessionToken: token, UserID: r.User.ID, Expires: time.Now().Add(30 * 24 * time.Hour),
//	})
//	...
//	session, user, err := adapter.GetSessionAndUser(ctx, token)
//	if errors.Is(err, authdb.ErrNotFound) {
//		// nobody is signed in
//	}
package authdb
