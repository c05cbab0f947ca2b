package model_test

import (
	"errors"
	"fmt"
	"math"
	"math/cmplx"
	"testing"

	"github.com/rankproof/rankproof/model"
	truth "github.com/rankproof/rankproof/oracles/dense"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// requireModes checks what Modes promises of every mode, with bounds from the
// backward error that eigen itself refuses to exceed: ten times 10·n·u‖A‖ of
// the n×n problem that was solved, and the rounding of N products.
func requireModes(t testing.TB, l *model.Linearization, m *model.Modes) {
	t.Helper()
	units := l.Network().Units()
	d := l.Slopes()
	mx, mr := l.Matrix(model.Activation), l.Matrix(model.Activity)
	size := mat.Norm(mx, 2) + mat.Norm(mr, 2)
	backward := 100 * float64(units) * u * size
	for k, lambda := range m.Eigenvalues {
		v, w := m.Activation.Right[k], m.Activity.Right[k]
		lx, lr := m.Activation.Left[k], m.Activity.Left[k]
		// N additions of rounded squares, and N divisions.
		require.LessOrEqual(t, math.Abs(truth.VectorNorm2(v)-1), float64(units+4)*u, "v has norm 1")
		for i := range d {
			require.Equal(t, complex(d[i], 0)*v[i], w[i], "w = D v, one product an entry")
			require.Equal(t, complex(d[i], 0)*lr[i], lx[i], "l_x = D l_r, one product an entry")
		}
		// l_r = Wᵀ(…)/shift: what l has as a residual, ‖M‖/|shift| amplifies.
		shift := math.Inf(1)
		for i := range units {
			shift = min(shift, cmplx.Abs(lambda+complex(1/l.Network().Tau(i), 0)))
		}
		amplified := backward * (1 + size/shift) * (1 + m.Condition)
		require.LessOrEqual(t, residual(mx, lambda, v), backward, "M_x v = λv")
		require.LessOrEqual(t, residual(mr, lambda, w), backward, "M_r w = λw")
		require.LessOrEqual(t, residual(transposed(mx), lambda, lx), amplified*truth.VectorNorm2(lr), "l_xᵀM_x = λl_xᵀ")
		require.LessOrEqual(t, residual(transposed(mr), lambda, lr), amplified*truth.VectorNorm2(lr), "l_rᵀM_r = λl_rᵀ")
	}
	requireBiorthonormal(t, m)
}

func transposed(a *mat.Dense) *mat.Dense { return mat.DenseCopyOf(a.T()) }

func residual(a *mat.Dense, lambda complex128, v []complex128) float64 {
	av := truth.MatVecComplex(rowsOf(a), v)
	for i := range av {
		av[i] -= lambda * v[i]
	}
	return truth.VectorNorm2(av)
}

// requireBiorthonormal: l_jᵀv_k = δ_jk in both forms. A system of k equations
// of condition κ is solved for the left vectors, and N products are added:
// (N+8k)uκ times the lengths. Between distinct eigenvalues it is residual over
// gap, which these tests keep above 1/100: 100·100N u.
func requireBiorthonormal(t testing.TB, m *model.Modes) {
	t.Helper()
	for _, form := range []model.Vectors{m.Activation, m.Activity} {
		for j, left := range form.Left {
			for k, right := range form.Right {
				want := 0.0
				if j == k {
					want = 1
				}
				n, modes := float64(len(left)), float64(len(form.Left))
				lengths := truth.VectorNorm2(m.Activity.Left[j]) * truth.VectorNorm2(m.Activation.Right[k])
				bound := ((n+8*modes)*m.Condition + 1e4*n) * u * (1 + lengths)
				require.LessOrEqual(t, cmplx.Abs(truth.Dot(left, right)-complex(want, 0)), bound, "l_%dᵀv_%d", j, k)
			}
		}
	}
}

func modesOf(t testing.TB, l *model.Linearization) *model.Modes {
	t.Helper()
	m, err := l.Modes()
	require.NoError(t, err)
	return m
}

// Every form of the reduced problem gives modes of the N×N one.
func TestModesOfGroups(t *testing.T) {
	for name, c := range groups {
		t.Run(name, func(t *testing.T) {
			units := len(c.tau)
			if units == 1 {
				units = 4
			}
			rng := random(400)
			low := lowRank(t, gaussian(rng, units, c.rank, 1), gaussian(rng, units, c.rank, 1), 0.5)
			x := gaussian(rng, 1, units, 0.5).RawRowView(0)
			for _, w := range []model.Connectivity{low, dense(t, low.Dense())} {
				l := linearized(t, network(t, w, model.Tanh(), withTau(c.tau...)), x)
				m := modesOf(t, l)
				requireModes(t, l, m)
				if _, scalar := l.Network().ScalarTau(); scalar {
					require.Len(t, m.Mu, c.rank, "as many modes with μ ≠ 0 as R, dense or not")
				}
			}
		})
	}
}

// Left vectors are transposed, not conjugated: a rotation tells.
func TestComplexModes(t *testing.T) {
	w := matrix([]float64{1, -2, 0}, []float64{2, 1, 0.5}, []float64{0, 0.25, -1})
	l := linearized(t, network(t, dense(t, w), model.Tanh(), withTau(0.5)), []float64{0.5, -0.25, 1})
	m := modesOf(t, l)
	requireModes(t, l, m)
	require.NotZero(t, imag(m.Mu[0]))
	require.Equal(t, m.Mu[0], cmplx.Conj(m.Mu[1]), "a pair")
	for i, z := range m.Activation.Left[0] {
		require.Equal(t, cmplx.Conj(z), m.Activation.Left[1][i], "and its vectors")
	}
}

// Complex spectra of any orientation.
func TestRandomModes(t *testing.T) {
	pairs := 0
	for seed := range uint64(20) {
		rng := random(700 + seed)
		l := linearized(t, network(t, dense(t, gaussian(rng, 6, 6, 0.5)), model.Tanh(), withTau(2)), gaussian(rng, 1, 6, 1).RawRowView(0))
		m := modesOf(t, l)
		require.Len(t, m.Mu, 6)
		requireModes(t, l, m)
		for _, mu := range m.Mu {
			if imag(mu) > 0 {
				pairs++
			}
		}
	}
	require.Greater(t, pairs, 20)
}

// A mode is dropped when rounding hides it, and not for being small.
func TestSmallModesAreKept(t *testing.T) {
	w := matrix([]float64{1, 0, 0, 0}, []float64{0, 1e-3, 0, 0}, []float64{0, 0, 1e-9, 0}, []float64{0, 0, 0, 1e-13})
	m := modesOf(t, linearized(t, network(t, dense(t, w), model.Identity()), nil))
	require.Equal(t, []complex128{1, 1e-3, 1e-9, 1e-13}, m.Mu, "10·4u of norm 1 is 4e-15")
	require.Empty(t, m.Dropped)
}

// unimodular is an integer matrix with an integer inverse: S = L U with ones on
// both diagonals. S J S⁻¹ then has J's Jordan structure, exactly.
func unimodular(seed uint64, n int) (s, inverse *mat.Dense) {
	rng := random(seed)
	s, inverse = mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
	for i := range n {
		s.Set(i, i, 1)
		inverse.Set(i, i, 1)
	}
	for range 3 * n {
		i := rng.IntN(n)
		j := (i + 1 + rng.IntN(n-1)) % n
		e := float64(2*rng.IntN(2) - 1)
		for k := range n { // S ← S(I + e·e_i e_jᵀ), S⁻¹ ← (I − e·e_i e_jᵀ)S⁻¹
			s.Set(k, j, s.At(k, j)+e*s.At(k, i))
			inverse.Set(i, k, inverse.At(i, k)-e*inverse.At(j, k))
		}
	}
	return s, inverse
}

func similar(seed uint64, j *mat.Dense) *mat.Dense {
	n, _ := j.Dims()
	s, inverse := unimodular(seed, n)
	var w mat.Dense
	w.Mul(s, j)
	w.Mul(&w, inverse)
	return &w
}

// Repeated eigenvalues with as many eigenvectors: pairs cannot be scaled one by
// one, they have to be mixed.
func TestSemisimpleModes(t *testing.T) {
	for seed := range uint64(12) {
		diagonal := mat.NewDense(5, 5, nil)
		for i, mu := range []float64{2, 2, 2, -1, -1} {
			diagonal.Set(i, i, mu)
		}
		l := linearized(t, network(t, dense(t, similar(seed, diagonal)), model.Identity()), nil)
		m := modesOf(t, l)
		require.Len(t, m.Mu, 5)
		requireBiorthonormal(t, m)
	}
	// In κ: NᵀM/4 = 2I.
	m := matrix([]float64{1, 1}, []float64{1, -1}, []float64{1, 1}, []float64{1, -1})
	n := mat.NewDense(4, 2, nil)
	n.Scale(2, m)
	l := linearized(t, network(t, lowRank(t, m, n, 0.25), model.Identity()), nil)
	low := modesOf(t, l)
	require.Equal(t, []complex128{2, 2}, low.Mu)
	requireModes(t, l, low)
}

// A nilpotent W has no modes with μ ≠ 0, and W = 0 none at all to drop.
func TestModesAtZeroAreDropped(t *testing.T) {
	shift := matrix([]float64{0, 1, 0}, []float64{0, 0, 1}, []float64{0, 0, 0})
	m := modesOf(t, linearized(t, network(t, dense(t, shift), model.Identity(), withTau(0.5)), nil))
	require.Empty(t, m.Eigenvalues)
	require.Equal(t, []complex128{-2, -2, -2}, m.Dropped)
	require.Equal(t, 1.0, m.Condition)

	// Every unit silent: D = 0, and W D = 0.
	m = modesOf(t, linearized(t, network(t, dense(t, shift), model.ReLU()), []float64{-1, -1, -1}))
	require.Empty(t, m.Eigenvalues)
	require.Len(t, m.Dropped, 3)

	// Loadings at right angles: μ = 0 in one of two directions.
	low := lowRank(t, matrix([]float64{1, 0}, []float64{0, 1}, []float64{0, 0}), matrix([]float64{2, 0}, []float64{0, 0}, []float64{0, 1}), 1)
	l := linearized(t, network(t, low, model.Identity()), nil)
	m = modesOf(t, l)
	require.Equal(t, []complex128{2}, m.Mu)
	require.Equal(t, []complex128{-1}, m.Dropped)
	requireModes(t, l, m)
}

// The condition of eigenvalues that a parameter makes worse: reported, or
// refused. For [[1, 1], [ε, 1]], μ = 1 ± √ε and 1/|lᵀv| = (1+ε)/(2√ε).
func TestNearlyDefectiveModes(t *testing.T) {
	for _, eps := range []float64{1e-4, 1e-8, 1e-12} {
		l := linearized(t, network(t, dense(t, matrix([]float64{1, 1}, []float64{eps, 1})), model.Identity()), nil)
		m, err := l.Modes()
		if errors.Is(err, model.ErrDefective) {
			require.ErrorContains(t, err, "condition")
			continue
		}
		require.NoError(t, err)
		for k, left := range m.Activation.Left {
			want := (1 + eps) / (2 * math.Sqrt(eps))
			// The eigenvalue condition moves with a relative error of u/ε of ε.
			require.LessOrEqual(t, math.Abs(truth.VectorNorm2(left)/want-1), 100*u/eps, fmt.Sprint(eps, k))
		}
	}
}
