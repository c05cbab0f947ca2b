// Package bridges is where the three papers meet: the spectrum of a low-rank
// network in N and in R dimensions (X1), and the way from a mixture to a latent
// linear system and back (X2, X3).
//
// One file a theorem.
package bridges

import (
	"github.com/rankproof/rankproof/theorems"
)

// Family returns X1 to X3.
func Family() []theorems.Theorem {
	return []theorems.Theorem{OneSpectrum(), PopulationsToLatents(), TwoNoisyForms()}
}
