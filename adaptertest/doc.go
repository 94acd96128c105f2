// Package adaptertest proves that an adapter keeps the contract of package
// authdb, and has the adapter to read beside it.
//
// [Run] is the whole suite in one call. Each rule is a subtest named by a
// sentence of the contract, so that a failure says which promise is broken,
// and -run finds it:
//
//	func TestAdapter(t *testing.T) {
//		adaptertest.Run(t, func(t testing.TB) authdb.Adapter {
//			return myadapter.New(emptyDatabase(t))
//		})
//	}
//
// The function that makes the adapters is called for every rule. It may make
// an empty database each time, or return one and the same adapter: the rules
// use keys of their own, and do not mind what else is stored.
//
// What Run can't find out, options tell it: [WithClock] that the adapters go
// by a test's clock, [NumberedIDs] and [UUIDs] what ids look like, [FoldsEmail]
// that the database takes two spellings of an address for one, [Extra] which
// further columns there are, [SoftDelete] how the application bans a user. A
// rule that an adapter can't keep goes on a list with its reason, by
// [Without]; it is run all the same, and fails the test on the day on which
// the adapter keeps it.
//
// # Extensions
//
// The rules of an extension (authdb.AuthenticatorStore, Sweeper, ...) are run
// where [authdb.As] finds it. The log says which are not; [Require] makes a
// failure of it.
//
// # Writing an adapter
//
// Start from the methods of [Memory], which are the contract in a few lines
// each, and from Run with everything failing; docs/writing-an-adapter.md goes that
// way step by step. Three things are worth knowing
// before the first line of SQL:
//
//   - UseVerificationToken must let the database decide who wins: delete the
//     row, and take the number of deleted rows, or the returned row, for the
//     answer. Reading first and deleting then lets two callers in.
//   - Keys match byte for byte. Most collations do not.
//   - An error is a sentinel of package authdb with the operation's name, and
//     reveals its cause by Unwrap only. What drivers say quotes the values.
//
// # Memory
//
// [Memory] keeps the contract in memory. It is what tests of code that uses an
// authdb.Adapter want: no database, no files, ready to use as its zero value.
// [DetachedMemory] is a part of an adapter for [authdb.Compose].
package adaptertest
