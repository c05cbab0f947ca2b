// Package linearization is family L: what linearizing a rate network before
// and after its nonlinearity have in common, and where they differ
// (P: Pagan, Valente, Ostojic, Brody 2023, arXiv:2309.04030; + goes beyond).
//
// One file a theorem. What oracles know of an instance is in truth.go, the
// claims about eigenvectors that several theorems share in spectra.go, exact
// instances in pair.go, counterexamples to dropped hypotheses in witnesses.go.
package linearization

import (
	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/theorems"
)

// Family returns L1 to L13.
func Family() []theorems.Theorem {
	return []theorems.Theorem{
		FixedPoints(), Spectrum(), RightEigenvectors(), LeftEigenvectors(), Pairing(), InputGain(), Context(),
		RankOne(), Jordan(), Trajectories(), Order(), UnitWiseTau(), Euler(),
	}
}

// atPoints is a claim about what a subject computes at fixed points of random
// networks, the truth of each observed beforehand.
func atPoints(name string, o generators.NetworkOptions, judge func(f *theorems.Finding, t *truth, s theorems.Subject) error) theorems.Check {
	return theorems.Claim(name, generators.Points(o), func(s theorems.Subject, c generators.Point) (f theorems.Finding, err error) {
		t, err := observe(c.Network, c.X, s.UnitRoundoff)
		if err != nil {
			return f, err
		}
		return f, judge(&f, t, s)
	})
}

// onModes is what atPoints judges when only the subject's modes are wanted. An
// abstention on them is one on the instance.
func onModes(expect func(t *truth, f *theorems.Finding, modes []mode)) func(*theorems.Finding, *truth, theorems.Subject) error {
	return func(f *theorems.Finding, t *truth, s theorems.Subject) error {
		modes, err := t.modesOf(s, f)
		if err == nil && f.Verdict == theorems.Holds {
			expect(t, f, modes)
		}
		return err
	}
}
