// Package authjs answers who a request is from, in a Go program behind or beside a
// front end on Auth.js (NextAuth): it reads the session cookie that Auth.js has
// set, whatever version wrote it, and finds the session.
//
//	auth, err := authjs.New(authjs.Config{
//		URL:     "https://app.example.com", // AUTH_URL
//		Secrets: []string{os.Getenv("AUTH_SECRET")},
//		Adapter: adapter, // for database sessions; nil for encrypted ones alone
//	})
//	...
//	session, err := auth.Session(ctx, request)
//	switch {
//	case errors.Is(err, authjs.ErrNoSession): // 401
//	case err != nil: // 503: the database can't be asked
//	default: // session.User
//	}
//
// [Auth.Load] and [Auth.Require] are that as middleware of net/http.
//
// # What is read
//
// The cookie of Auth.js 5 (authjs.session-token), of NextAuth 4 and 3
// (next-auth.session-token), each with the prefix __Secure- or __Host-, or one of
// your own name; in one piece or in chunks. What is in it is either an encrypted
// token, which is opened with one of the secrets, or the token of a session that
// is in the database, which the adapter looks up together with its user in one
// round trip. Tokens are told apart by their form. Without a cookie an encrypted
// token may come as Authorization: Bearer, as Auth.js's getToken takes it.
//
//	version                 strategy   token
//	Auth.js 5, NextAuth 5   jwt        JWE, A256CBC-HS512 with a key ID, or A256GCM
//	NextAuth 4              jwt        JWE, A256GCM
//	NextAuth 3              jwt        JWS, HS512, or that in a JWE
//	any                     database   as it is stored
//
// The clock may be 15 seconds off, as in Auth.js: a token is good until less than
// 15 seconds after its exp.
//
// # What is written
//
// [Auth.Issue] signs somebody in, [Auth.Renew] extends a session by the arithmetic
// of Auth.js, [Auth.Revoke] ends it. Cookies have the names and attributes that
// Auth.js gives them, so that a session begun here is one there. Nothing is
// written unless one of these is called; above all, no look-up writes.
//
// [Auth.CSRFToken] and [Auth.VerifyCSRF] are Auth.js's double-submit cookie, and
// [Auth.CallbackURL] is its rule of where to go after a sign-in.
//
// An encrypted session can't be revoked: it is good until it expires, wherever it
// was copied to. Database sessions can.
package authjs
