// Package redisadapter keeps sessions and verification tokens in Redis, for those
// who outgrow a table; users and accounts stay in a database:
//
//	client := redis.NewClient(&redis.Options{Addr: "localhost:6379"})
//	store := redisadapter.New(client)
//
// A [Store] is an authdb.DetachedSessionStore and an
// authdb.VerificationTokenStore, and no Adapter: authdb.Compose makes one of it
// and of an adapter for the users.
//
// # Keys
//
// They are those of Auth.js's @auth/upstash-redis-adapter, and so is what they
// hold, so that both sides may share them: each reads and writes the sessions and
// tokens of the other. See [Layout]. Beside them each user has an index of their
// sessions, which the other side does not have: it knows a user's latest session
// alone. [Store.Adopt] looks for the others.
//
// # Expiry
//
// A record has an end in Redis: its Expires and the layout's Grace. Until Expires
// it is valid, by the store's clock (authdb.WithClock); then it is
// authdb.ErrExpired, and after the grace authdb.ErrNotFound. Redis is told a
// duration, so that its own clock does not matter. Nothing has to be swept, but what
// Auth.js has written, which has no end: see [Store.Adopt] and [Store.DeleteExpired].
//
// # What an answer means
//
// Of all callers of UseVerificationToken Redis lets one have the token: by GETDEL,
// or by a script where there is none. go-redis would send a command again whose
// answer was lost, and the second would find nothing; so what may not be done twice
// is sent once, and a lost answer is authdb.ErrUnknownOutcome. Deletes and
// updates are sent again.
//
// No operation needs two keys at once, so that a cluster keeps the layout without
// hash tags. A session is in its user's index before it is stored, and an entry whose
// session is gone is removed by whoever sees it: what a crash leaves half done heals.
//
// # What is lost when Redis forgets
//
// Redis keeps what it acknowledges in memory. With appendonly off, a crash loses
// what came after the last snapshot: people are signed out, links in mails don't
// work, and what was deleted after it comes back: revoked sessions are valid again,
// used tokens can be used again. With appendonly on and appendfsync everysec, a
// crash loses what came in the last one or two seconds, in the same way; with
// appendfsync always it loses nothing. A failover to a replica loses what had not
// reached it, with the same consequences. [Store.Check] refuses a server that
// throws keys away when its memory is full, and [Store.Servers] says whether it has
// appendonly. A client that reads from replicas (ReadOnly, RouteByLatency,
// RouteRandomly) finds revoked sessions for as long as those lag.
package redisadapter
