// Package gate puts a child process under test: a pool of children that speak
// package wire, behind a wire.Call, and a run of theorems on what they answer.
//
// Nothing that a child does is an error of this program. What it does in place
// of answering is a Fault, which names what happened and the request that
// provoked it; a fresh child then goes on with the requests that were in line
// behind. A fault counts against a request only if a fresh child repeats it on
// that request alone: so it does not matter which child met it, or what else was
// in line, and what a run finds does not depend on the number of children.
package gate
