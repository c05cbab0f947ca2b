package model

import (
	"math/rand/v2"
	"testing"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/stretchr/testify/require"
)

// Tests of this package from inside look at arrays; these are their helpers.

func arrayRows(b array) [][]float64 {
	rows := make([][]float64, b.rows)
	for i := range rows {
		rows[i] = b.row(i)
	}
	return rows
}

func rowsArray(rows ...[]float64) array {
	b := newArray(len(rows), len(rows[0]))
	for i, r := range rows {
		copy(b.row(i), r)
	}
	return b
}

// exactly returns the array as rationals.
func exactly(t testing.TB, b array) *exact.Matrix {
	t.Helper()
	if b.empty() {
		return exact.Zero(b.rows, b.cols)
	}
	m, err := exact.FromFloat64(arrayRows(b))
	require.NoError(t, err)
	return m
}

// nearest returns the matrix rounded, entry by entry.
func nearest(m *exact.Matrix) array {
	b := newArray(m.Rows(), m.Cols())
	for i, row := range m.Float64() {
		copy(b.row(i), row)
	}
	return b
}

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

func gaussianArray(rng *rand.Rand, rows, cols int) array {
	b := newArray(rows, cols)
	for i := range b.data {
		b.data[i] = rng.NormFloat64()
	}
	return b
}

func orthogonalArray(t testing.TB, rng *rand.Rand, n int) array {
	t.Helper()
	g := gaussianArray(rng, n, n)
	_, v, err := g.plus(g.t()).eigenSym()
	require.NoError(t, err)
	return v
}

// exactNoise returns Σ in rationals.
func exactNoise(t testing.TB, s Noise) *exact.Matrix {
	t.Helper()
	if s.Kind() == DenseNoiseKind {
		return exactly(t, s.full)
	}
	f, h := exactly(t, s.plus), exactly(t, s.minus)
	return exactly(t, diagonalArray(s.diag)).Add(f.Mul(f.T())).Sub(h.Mul(h.T()))
}
