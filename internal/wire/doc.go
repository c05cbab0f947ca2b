// Package wire is the protocol by which an implementation in another process,
// and another language, is put under test: docs/protocol.md.
//
// An operation of the wire is a function of a theorems.Subject written down
// once, as params and result. Serve answers requests from a Subject; NewSubject
// is the Subject whose functions ask somebody else. So a subject that is served
// and asked is the subject again.
package wire
