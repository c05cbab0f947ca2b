package netfile

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rankproof/rankproof/internal/npz"
	"github.com/rankproof/rankproof/model"
)

// The three dimensions of an array make a covariance isotropic, diagonal or
// dense; one dimension makes loadings of rank one.
func TestLinearArchive(t *testing.T) {
	l, err := LoadLinear(save(t, array("A", []float64{.5, .1, 0, -.25}, 2, 2), array("C", []float64{1, 2, 3, 4, 5, 6}, 3, 2),
		array("Q", []float64{1, 0}, 2), array("R", []float64{.5})))
	require.NoError(t, err)
	require.Equal(t, written(t, readLinear(t, linearTexts["lds"])), written(t, l))
	require.Contains(t, l.Summary, "small.npz: lds; N = 3, K = 2")

	l, err = LoadLinear(save(t, array("M", []float64{1, 2}, 2), array("N", []float64{.25, 0}, 2), array("P", []float64{0, 1}, 2),
		array("P_factor", []float64{1, 2}, 2), array("mean", []float64{0, 0}, 2), array("cov", []float64{1, 2}, 2), array("cov_minus", []float64{.5, .5}, 2, 1)))
	require.NoError(t, err)
	require.Equal(t, written(t, readLinear(t, linearTexts["rnn structured"])), written(t, l))

	l, err = LoadLinear(save(t, array("J", []float64{.5}, 1, 1), array("P", []float64{2}, 1, 1)))
	require.NoError(t, err)
	require.Equal(t, model.DenseNoiseKind, l.RNN.P().Kind())
	require.Equal(t, .5, l.RNN.J().At(0, 0))

	// Without latents or rank the shapes tell N.
	l, err = LoadLinear(save(t, array("A", nil, 0, 0), array("C", nil, 3, 0), array("Q", nil, 0, 0), array("R", []float64{2})))
	require.NoError(t, err)
	require.Equal(t, 3, l.Units())
	l, err = LoadLinear(save(t, array("M", nil, 3, 0), array("N", nil, 3, 0), array("P", []float64{2})))
	require.NoError(t, err)
	require.Equal(t, 3, l.Units())
}

func TestBadLinearArchives(t *testing.T) {
	a, c := array("A", []float64{.5, .1, 0, -.25}, 2, 2), array("C", []float64{1, 2, 3, 4, 5, 6}, 3, 2)
	q, r := array("Q", []float64{1, 0}, 2), array("R", []float64{.5})
	m, n, p := array("M", []float64{1, 2, 3}, 3, 1), array("N", []float64{1, 2, 3}, 3, 1), array("P", []float64{1})
	for name, at := range map[string]struct {
		arrays  []npz.Array
		problem string
	}{
		"no model":      {[]npz.Array{m, n}, `array "P" is missing, if this is an rnn; the arrays are M, N: a convention is needed for those of a network with a nonlinearity`},
		"nothing":       {nil, "(M and N, or J; P): none at all: a convention"},
		"unknown":       {[]npz.Array{a, c, q, r, array("x", []float64{1})}, `array "x" is none of an lds (A, C, Q, R)`},
		"two kinds":     {[]npz.Array{a, c, q, r, p}, `array "P" is none of an lds`},
		"lower case":    {[]npz.Array{a, array("c", []float64{1, 2}, 1, 2), q, r}, `array "c" is none of an lds`},
		"no C":          {[]npz.Array{a, q, r}, `array "C" is missing; the arrays are A, Q, R`},
		"no A":          {[]npz.Array{q, r}, `array "A" is missing`},
		"A a number":    {[]npz.Array{array("A", []float64{1}), c, q, r}, `array "A" is scalar, want two dimensions`},
		"A oblong":      {[]npz.Array{array("A", []float64{1, 2}, 2), c, q, r}, `array "A" is 2×1, want square`},
		"C transposed":  {[]npz.Array{a, array("C", make([]float64, 6), 2, 3), q, r}, `array "C" is 2×3, latents×units: want units×2, as in y = C x; save its transpose`},
		"C columns":     {[]npz.Array{a, array("C", make([]float64, 9), 3, 3), q, r}, `array "C" is 3×3, want units×2, a column for each latent of "A"`},
		"Q length":      {[]npz.Array{a, c, array("Q", []float64{1, 2, 3}, 3), r}, `array "Q" is 3, want 2 variances as "A" has`},
		"Q shape":       {[]npz.Array{a, c, array("Q", []float64{1, 2}, 2, 1), r}, `array "Q" is 2×1, want 2×2 as "A" has`},
		"Q cube":        {[]npz.Array{a, c, array("Q", []float64{1}, 1, 1, 1), r}, `array "Q" is 1×1×1, want a number, 2 variances, or 2×2`},
		"Q negative":    {[]npz.Array{a, c, array("Q", []float64{1, -1}, 2), r}, `array "Q": entry 1 is -1, want a variance ≥ 0`},
		"Q asymmetric":  {[]npz.Array{a, c, array("Q", []float64{1, 0, .5, 1}, 2, 2), r}, `array "Q": covariance[0,1] is 0 and covariance[1,0] is 0.5`},
		"R negative":    {[]npz.Array{a, c, q, array("R", []float64{-1})}, `array "R": entry 0 is -1, want a variance ≥ 0`},
		"dense, factor": {[]npz.Array{a, c, array("Q", []float64{1, 0, 0, 1}, 2, 2), r, array("Q_factor", []float64{1, 2}, 2)}, `array "Q" is dense and "Q_factor" is given`},
		"factor rows":   {[]npz.Array{a, c, q, r, array("R_factor", []float64{1, 2}, 2)}, `array "R_factor" is 2×1, want 3 rows, one for each entry of "R"`},
		"minus":         {[]npz.Array{a, c, q, r, array("R_minus", []float64{1, 2, 3}, 3)}, `array "R": variance 0 is negative: H takes 1 away from 0.5`},
		"mean alone":    {[]npz.Array{a, c, q, r, array("mean", []float64{1, 2}, 2)}, `array "cov" is missing`},
		"cov alone":     {[]npz.Array{a, c, q, r, array("cov", []float64{1, 2}, 2)}, `array "mean" is missing`},
		"mean length":   {[]npz.Array{m, n, p, array("mean", []float64{1, 2}, 2), array("cov", []float64{1})}, `array "mean" is 2, want 3 numbers as "M" has`},
		"loadings wide": {[]npz.Array{array("M", []float64{1, 2, 3}, 1, 3), n, p}, `array "M" is 1×3, rank×units: want units×rank, as in J = M Nᵀ; save its transpose`},
		"N wide":        {[]npz.Array{m, array("N", []float64{1, 2, 3}, 1, 3), p}, `array "N" is 1×3, rank×units`},
		"shapes":        {[]npz.Array{m, array("N", []float64{1, 2}, 2), p}, `array "N" is 2×1 and "M" is 3×1, want one shape`},
		"J and M":       {[]npz.Array{m, array("J", []float64{1}, 1, 1), p}, `both "J" and loadings are given`},
		"J oblong":      {[]npz.Array{array("J", []float64{1, 2}, 1, 2), p}, `array "J" is 1×2, want square`},
		"no P":          {[]npz.Array{array("J", []float64{1}, 1, 1)}, `array "P" is missing; the arrays are J`},
		"P length":      {[]npz.Array{m, n, array("P", []float64{1, 2}, 2)}, `array "P" is 2, want 3 variances as "M" has`},
		"no units":      {[]npz.Array{array("M", nil, 0, 0), array("N", nil, 0, 0), array("P", nil, 0)}, `P is of no units`},
	} {
		t.Run(name, func(t *testing.T) {
			path := save(t, at.arrays...)
			_, err := LoadLinear(path)
			requireRefused(t, err, path, at.problem)
		})
	}
	// With a convention an archive is a network, whatever its arrays are called.
	loaded, err := LoadModel(save(t, array("A", []float64{1, 2, 3, 4}, 2, 2)), parse(t, `{"w": "A", "w_layout": "targets-by-sources"`+rest))
	require.NoError(t, err)
	require.Nil(t, loaded.Linear)
	require.Equal(t, 2, loaded.Network.RNN.Units())
}
