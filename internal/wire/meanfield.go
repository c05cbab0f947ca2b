package wire

import (
	"github.com/rankproof/rankproof/theorems"
)

func meanFieldOperations() []operation { return nil }

// answerEquilibria is fixed_points of a mixture.
func answerEquilibria(theorems.Subject, pointsParams) (*pointsResult, error) {
	return nil, theorems.Missing("fixed points of a mixture")
}

// installEquilibria sets Equilibria, which asks fixed_points.
func installEquilibria(*theorems.Subject, *client) {}
