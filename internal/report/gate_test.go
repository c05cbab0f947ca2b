package report

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOnTheWire: a child is told of what it lacks by the names that it knows.
func TestOnTheWire(t *testing.T) {
	for functions, want := range map[string]string{
		"Modes":                              "modes",
		"ContextChange, Modes":               "context_change, modes",
		"RNNLogLikelihood, LDSLogLikelihood": "log_likelihood",
		"hankel_rank":                        "hankel_rank",
		"":                                   "",
	} {
		require.Equal(t, want, onTheWire(functions), functions)
	}
}
