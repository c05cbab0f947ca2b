// Package theorems is the registry's vocabulary: a Theorem is a value with its
// statement, the checks that test it, the certificates that prove it, and the
// false twins that it must refute.
//
// The path of data is straight: a generator draws an instance, a Subject
// computes on it, a claim compares with an oracle and a bound derived for that
// instance, and a verdict with its margin goes into the report.
package theorems

import (
	"github.com/rankproof/rankproof/oracles/certificate"
)

// Theorem is one statement with its evidence.
type Theorem struct {
	Ref, ID   string // "L3", "linearization/right-eigenvectors": stable
	Statement string // quantifiers explicit
	Source    string // paper and equation; "+" when it goes beyond
	Given     []string
	Needed    []Witness
	Why       string // the error analysis behind the bound

	Claims       []Check       // of the implementation, in floating point
	Exact        []Check       // of the statement, in rationals
	Certificates []Certificate // of the statement, for every matrix of a shape
	Twins        []Twin        // at least three, each to be refuted

	Sharp []Sharp // inequalities whose supremum is known
	Slack []Slack // inequalities whose margins stay below 10⁻⁶, and why

	// MaxUnknown bounds the share of instances that stay unknown after exact
	// escalation.
	MaxUnknown float64
	// MaxEscalated bounds the share of floating-point instances on which the
	// claims abstain and exact arithmetic decides: that is about the statement,
	// and says nothing of the subject.
	MaxEscalated float64
}

// Certificate is an identity between matrices of rational functions, or a lower
// bound of a generic rank (non-zero minors), with the shapes that it is proved
// for. Exactly one of the two is set.
type Certificate struct {
	Identity certificate.Identity
	Rank     *certificate.RankClaim
	Shapes   []certificate.Shape
}

// Name returns the name of the identity or of the rank claim.
func (c Certificate) Name() string {
	if c.Rank != nil {
		return c.Rank.Name
	}
	return c.Identity.Name
}

// Twin is a plausible mistake, in an implementation (Break) or in the
// statement (False, FalseIdentity). Exactly one of them is set.
type Twin struct {
	Name    string
	Mistake string // what somebody did, in a phrase
	Break   func(Subject) Subject
	False   []Check
	// FalseIdentity, or a rank claimed too high, is refuted at random points of each shape.
	FalseIdentity *Certificate
}

// Witness is an instance that shows a hypothesis to be needed: without it, the
// statement fails there.
type Witness struct {
	Without string // the hypothesis
	Shows   string // what happens instead
	Check   Check  // the statement without the hypothesis
	Case    any    // where it fails
}

// Sharp is an inequality whose supremum of error/bound over all instances is
// known: 1 where the bound is attained or approached.
type Sharp struct {
	Check, What string
	Supremum    float64
	Why         string // where it is attained, or how approached
}

// Slack explains an inequality whose bound is larger than any error ever seen
// by more than a factor of 10⁶.
type Slack struct{ Check, What, Why string }

// SlackBelow is the margin below which a bound must be explained.
const SlackBelow = 1e-6
