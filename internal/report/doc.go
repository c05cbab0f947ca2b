// Package report writes what runs of theorems found: a line a theorem while
// they run, what is behind each refutation and each doubt, shares of instances,
// the same as JSON; and what a theorem says, for people to read.
//
// Everything goes to an io.Writer, whose errors are the caller's to remember.
package report
