package model_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rankproof/rankproof/model"
)

func TestLinearModelsAreValidated(t *testing.T) {
	one, two := isotropic(t, 1, 1), isotropic(t, 2, 1)
	law := func(mean ...float64) *model.Gaussian { return &model.Gaussian{Mean: mean, Cov: one} }
	half, tall := matrix(row(0.5)), column(1, 1)
	for want, c := range map[string]model.LDSConfig{
		"R is of no units":    {A: half, C: half, Q: one},
		"A is 2×1":            {A: tall, C: half, Q: one, R: one},
		"Q is of 2 latents":   {A: half, C: half, Q: two, R: one},
		"C is 2×1, want 1×1":  {A: half, C: tall, Q: one, R: one},
		"A[0,0]":              {A: matrix(row(math.NaN())), C: half, Q: one, R: one},
		"C[1,0]":              {A: half, C: column(1, math.Inf(1)), Q: one, R: two},
		"initial mean":        {A: half, C: half, Q: one, R: one, Initial: law(1, 2)},
		"initial mean[0]":     {A: half, C: half, Q: one, R: one, Initial: law(math.NaN())},
		"initial covariance ": {A: half, C: half, Q: one, R: one, Initial: &model.Gaussian{Mean: row(1), Cov: two}},
	} {
		_, err := model.NewLDS(c)
		require.ErrorIs(t, err, model.ErrInvalid, want)
		require.ErrorContains(t, err, want)
	}
	for want, c := range map[string]model.LinearRNNConfig{
		"P is of no units":    {J: half},
		"both J and loadings": {J: half, M: half, N: half, P: one},
		"one of M and N":      {M: half, P: one},
		"J is 1×1, want 2×2":  {J: half, P: two},
		"M is 1×1 and N is 2": {M: half, N: tall, P: one},
		"J[0,0]":              {J: matrix(row(math.NaN())), P: one},
		"N[1,0]":              {M: tall, N: column(1, math.Inf(-1)), P: two},
		"initial mean":        {J: half, P: one, Initial: law()},
		"initial covariance ": {J: half, P: one, Initial: &model.Gaussian{Mean: row(1), Cov: two}},
	} {
		_, err := model.NewLinearRNN(c)
		require.ErrorIs(t, err, model.ErrInvalid, want)
		require.ErrorContains(t, err, want)
	}
}
