// Package readme holds the code that the README shows, where it is compiled and
// run. Its tests find every snippet of the project's documents in the code, and
// every output in an example's.
package readme
