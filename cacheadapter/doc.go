// Package cacheadapter puts a cache in front of GetSessionAndUser, the question
// that every request asks, of any authdb.Adapter:
//
//	cached, err := cacheadapter.New(adapter, cacheadapter.Options{MaxAge: 10 * time.Second})
//
// All else, and everything in a transaction, asks the adapter as before, and so
// does GetSessionAndUser with a context from [Fresh], for pages where money moves.
//
// # How late a change is seen
//
// What is changed through this adapter is seen by every read that begins after the
// change has returned: a session that was signed out is gone, a user who was
// deleted has none left, a new role is there. That holds for all adapters that
// have their Cache in common.
//
// What is changed past them (by a process with a Cache of its own, by the adapter
// inside, by SQL, by what a hook of a row writes to another record) is seen
// Options.MaxAge later at the latest, counted from the moment at which the
// database was asked. Where the database is asked on a replica, the replica's lag
// adds to it. [Adapter.ForgetUser] is for an application that has changed a user
// past the adapter and does not want to wait.
//
// Expiry needs no such delay: a session that has expired by the clock is not
// returned, however it is cached.
//
// "Nobody" is cached only if Options.NegativeMaxAge says so, and a session that is
// created through the adapter is found at once all the same. Errors of the database
// are never cached.
//
// # When the cache does not answer
//
// No call fails for that. Reads go to the database. After a change that the cache
// could not be told of, this adapter asks the database alone for MaxAge, and
// others may see the old answer for that long. [Adapter.Stats] counts both, and
// Options.Observe is told.
//
// # When a change may yet come
//
// A database may go on with a statement whose caller has gone: a locked MariaDB
// deletes a session some time after DeleteSession returned the context's error. What
// a call named that ended like that, or with ErrUnknownOutcome, this adapter asks the
// database for MaxAge. Others may see it MaxAge late.
//
// # What is not for this package
//
// An adapter whose answer depends on more than the token, such as a tenant in the
// context, needs a Cache for each of what it depends on. And what is returned is
// shared by processes that know nothing of each other's row types: see package
// rediscache on Extra.
package cacheadapter
