// Package meanfield is family M: Gaussian-mixture low-rank networks, the
// mean field that they follow, and what R-dimensional dynamics it can be made
// to follow (B: Beiran, Dubreuil, Valente, Mastrogiuseppe, Ostojic 2021,
// arXiv:2007.02062; + goes beyond).
//
// One file a theorem. What oracles know of an instance is in truth.go.
package meanfield

import (
	"github.com/rankproof/rankproof/theorems"
)

// Family returns M1 to M15.
func Family() []theorems.Theorem {
	return []theorems.Theorem{
		ExactReduction(), MeanField(), FiniteSize(), WhatMatters(), Gauge(), Trapping(), Centred(), Rotation(),
		RankOne(), Symmetry(), Index(), Approximation(), Truncation(), Completion(), FromUnitsToField(),
	}
}
