// Package plugins has no code but tests: that the adapter works with what
// applications put between GORM and PostgreSQL. It is a module of its own, so that
// the library does not depend on any of it.
//
//   - dbresolver_test.go: GORM's dbresolver, on two servers of which one follows
//     the other and lags as far as a test wants;
//   - opentelemetry_test.go: GORM's OpenTelemetry plugin, and what is in its spans;
//   - pgbouncer_test.go: PgBouncer in transaction mode.
//
// docs/plugins.md says what it comes to for an application.
package plugins
