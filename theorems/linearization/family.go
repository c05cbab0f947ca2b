// Package linearization is family L: what linearizing a rate network before
// and after its nonlinearity have in common, and where they differ
// (P: Pagan, Valente, Ostojic, Brody 2023, arXiv:2309.04030; + goes beyond).
//
// One file a theorem. What oracles know of an instance is in truth.go, the
// claims about eigenvectors that several theorems share in spectra.go, exact
// instances in pair.go, counterexamples to dropped hypotheses in witnesses.go.
package linearization

import "github.com/rankproof/rankproof/theorems"

// Family returns L1 to L13.
func Family() []theorems.Theorem {
	return []theorems.Theorem{
		FixedPoints(), Spectrum(), RightEigenvectors(), LeftEigenvectors(), Pairing(), InputGain(), Context(),
		RankOne(), Jordan(), Trajectories(), Order(), UnitWiseTau(), Euler(),
	}
}
