// Package rediscache keeps what package cacheadapter caches in Redis, so that
// several processes share one cache: a session that one of them revokes is gone for
// all of them at once.
//
//	cache, err := rediscache.New(client, rediscache.Options{Secret: secret})
//	...
//	cached, err := cacheadapter.New(adapter, cacheadapter.Options{Cache: cache})
//
// # What is in Redis
//
// For each session that was asked for, a string under a name that is an HMAC of its
// token, by Options.Secret. Its value is encrypted under a key of the secret and the
// token, and so has neither token nor address for those who can read Redis. Those
// who can write there can't invent a session, but they can let one that was revoked
// live for MaxAge. One sorted set says which sessions and users were forgotten, and
// when, and is kept for eleven minutes. All of it expires by itself.
//
// The names have one hash tag, so that a cluster keeps a cache in one slot; several
// caches have several names (Options.Name). What writes must go to a primary, and
// what reads too. It takes Redis 5 or later.
//
// # What is lost when Redis forgets
//
// Nothing that the database does not have. If what was forgotten is lost (by a
// failover to a replica that lags, or by eviction of the sorted set) and what was
// cached is not, a change is seen MaxAge later, as one that was made past the
// cache. So is a change by a process with another Secret or Name.
//
// # Extra
//
// The further columns of sessions and users are stored as JSON, and get the Go types
// back that the process has seen in answers of its own database. An answer that
// would not come back as it was (a type that hides its value from JSON) is not
// cached, and Stats of the adapter counts it under ReadsFailed; one with other
// columns, by a process with other row types, is not used.
package rediscache
