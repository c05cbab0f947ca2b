// Package conversion is family S: latent linear dynamical systems and linear
// low-rank networks, when they are the same process, and what is lost when they
// are not (V: Valente, Ostojic, Pillow 2022, arXiv:2110.09804; + goes beyond).
//
// One file a theorem. What oracles know of an instance is in truth.go, laws and
// the bounds on them in law.go, exact instances in exact.go, generic matrices
// for certificates in symbolic.go, and the mistakes that several theorems must
// catch in twins.go.
package conversion

import "github.com/rankproof/rankproof/theorems"

// Family returns S1 to S13.
func Family() []theorems.Theorem {
	return []theorems.Theorem{
		FirstOrderMatch(), NotMarkov(), WhenMarkov(), Limits(), Memory(), ExactConversion(), MinimalDimension(),
		OneLikelihood(), RoundTrip(), PartlyObserved(), Equivariance(), Riccati(), Leak(),
	}
}
