package model_test

import (
	"errors"
	"math"
	"math/cmplx"
	"testing"

	"github.com/rankproof/rankproof/model"
	truth "github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/precise"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// Each test of this file states what package model promises and once did not
// keep; its comment says what came instead.

// Modes, "defective to working precision is ErrDefective": a Jordan block of
// two or three units comes back as modes with left vectors of length 1e15 or
// 1e30 and a Condition of 9 or 24.
func TestDefectiveIsRefused(t *testing.T) {
	for _, w := range []*mat.Dense{
		matrix([]float64{1, 1}, []float64{0, 1}),
		matrix([]float64{2, 1, 0}, []float64{0, 2, 1}, []float64{0, 0, 2}),
		similar(3, matrix([]float64{2, 1, 0, 0}, []float64{0, 2, 0, 0}, []float64{0, 0, -1, 0}, []float64{0, 0, 0, 3})),
	} {
		n, _ := w.Dims()
		for _, tau := range [][]float64{{1}, {0.5}} {
			m, err := linearized(t, network(t, dense(t, w), model.Identity(), withTau(tau...)), nil).Modes()
			if err == nil {
				// To working precision: √u apart is what rounding makes of a block of two.
				require.Greater(t, m.Condition, 0.01/math.Sqrt(float64(n)*u))
				continue
			}
			require.ErrorIs(t, err, model.ErrDefective)
		}
	}
}

// Modes.Condition, "the factor by which biorthonormalization loses digits": at
// μ = 1 ± √ε it is 1/(2√ε), and was reported as 1: the eigenvalues are told
// apart, so that the Gram matrix is diagonal, with two equally small entries.
func TestConditionIsReported(t *testing.T) {
	for _, eps := range []float64{1e-4, 1e-8, 1e-10} {
		m, err := linearized(t, network(t, dense(t, matrix([]float64{1, 1}, []float64{eps, 1})), model.Identity()), nil).Modes()
		if errors.Is(err, model.ErrDefective) {
			continue
		}
		require.NoError(t, err)
		// Between norms of 2×2 (complex: 4×4 real) matrices, factors of up to 4.
		require.Greater(t, m.Condition, 0.25/(2*math.Sqrt(eps)))
		require.LessOrEqual(t, truth.VectorNorm2(m.Activation.Left[0]), 4*m.Condition)
	}
}

// A certificate that is false: nᵀm is 1 exactly, F = 1 for every κ, and there
// is no fixed point; summed in float64, nᵀm is 1 − 2⁻⁵³, and κ = 2⁵² came with
// Radius 1.8e17 and index 1. The condition of a 1×1 Jacobian is always 1: what
// makes it singular is the rounding of −1 + nᵀDm.
func TestNoFalseCertificate(t *testing.T) {
	const h = 0x1p-54
	net := network(t, lowRank(t, column(1, 1, 1, 1), column(1, h, h, -2*h), 1), model.Identity(), withBias(1, 0, 0, 0))
	p, err := net.Newton(nil, []float64{0})
	if err != nil {
		require.ErrorIs(t, err, model.ErrNotConverged)
		return
	}
	require.True(t, math.IsInf(p.Radius, 1), "Radius %v", p.Radius)
	require.Zero(t, p.Index)
}

// Index, "0 where the Jacobian is singular to working precision": at the
// pitchfork λ = 1 the only fixed point is 0, degenerate. It was found up to 17
// times, at indices of ±1.
func TestDegeneratePointHasNoIndex(t *testing.T) {
	for seed := range uint64(8) {
		rng := random(seed)
		m, n := gaussian(rng, 20, 1, 1), gaussian(rng, 20, 1, 1)
		n.Scale(1/mat.Dot(m.ColView(0), n.ColView(0)), n)
		for _, p := range search(t, network(t, lowRank(t, m, n, 1), model.Tanh()), 40, 50).Points {
			// F = −cκ³ + …: within the rounding of 20 products all of |κ| < 1e-4 are zeros.
			if math.Abs(p.Kappa[0]) < 1e-4 {
				require.Zero(t, p.Index, "seed %d: %+v", seed, p)
			}
		}
	}
}

// A linear network has one fixed point. At 1 − λ = 1e-9 it was found 42 times,
// IndexSum 42: where φ” = 0 the radius of uniqueness was 0, not +Inf.
func TestLinearNetworkHasOneFixedPoint(t *testing.T) {
	for seed := range uint64(10) {
		rng := random(seed)
		m, n := gaussian(rng, 20, 1, 1), gaussian(rng, 20, 1, 1)
		scale := (1 - 1e-9) / mat.Dot(m.ColView(0), n.ColView(0))
		bias := withBias(gaussian(rng, 1, 20, 1).RawRowView(0)...)
		set := search(t, network(t, lowRank(t, m, n, scale), model.Identity(), bias), 40, 50)
		require.Len(t, set.Points, 1, "seed %d", seed)
	}
}

// On a kink φ' is a convention, and so was the index: hard-tanh with w = 2,
// b = −1 touches 0 at x = 1, of index 0, and crosses it at −3. The sum was 2,
// where a bounded φ has 1.
func TestIndexOnAKink(t *testing.T) {
	set := search(t, network(t, dense(t, column(2)), model.HardTanh(), withBias(-1)), 20, 5)
	for _, p := range set.Points {
		if p.X[0] == 1 {
			require.Zero(t, p.Index)
		}
	}
	require.Equal(t, 1, set.IndexSum)
}

// On a ring one Newton run in ten failed, and one point in three had an index of
// ±1: the step along the ring is noise over noise, the Jacobian singular.
func TestNewtonConvergesToARing(t *testing.T) {
	for _, units := range []int{100, 500} {
		net := ring(t, units)
		for k := range 100 {
			angle, r := 2*math.Pi*float64(k)/100+0.1, 1+float64(k%7)/2
			p, err := net.Newton(nil, []float64{r * math.Cos(angle), r * math.Sin(angle)})
			require.NoError(t, err, "%d units, start %d", units, k)
			if math.Hypot(p.Kappa[0], p.Kappa[1]) > 0.5 {
				require.Zero(t, p.Index, "singular along the ring: %+v", p)
			}
		}
	}
}

// The origin was missed from starts of a few subnormals, and from any start whose
// run ends there: "residual 4.94e-324 exceeds rounding 0", which underflowed.
func TestResidualOfSubnormals(t *testing.T) {
	net := network(t, dense(t, matrix([]float64{0.25, 0.5}, []float64{-0.5, 0.25})), model.Tanh())
	for _, start := range [][]float64{{subnormal, 0}, {3 * subnormal, 5 * subnormal}, {-subnormal, subnormal}} {
		_, err := net.Newton(nil, start)
		require.NoError(t, err, "from %v", start)
	}
}

// Newton returned x = (1, 2) with Residual = +Inf and no error: Inf ≤ 4·Inf.
func TestInfiniteResidualIsNoFixedPoint(t *testing.T) {
	net := network(t, dense(t, matrix([]float64{1, 1e308}, []float64{1e308, 1})), model.ReLU(), withBias(-1e308, -1e308))
	_, err := net.Newton(nil, []float64{1, 2})
	require.ErrorIs(t, err, model.ErrNotConverged)
}

// Deeply saturated units have slopes of 1e-296: the library does not deflate
// what is smaller than 1e-292, and eigen, rightly, refused its answer (ErrEigen).
// Scaled by a power of two to norm 1 it is an ordinary problem.
func TestDeepSaturationHasASpectrum(t *testing.T) {
	for _, x := range []float64{300, 340, 350, 360, 370} {
		w := gaussian(random(1), 3, 3, 1)
		l := linearized(t, network(t, dense(t, w), model.Tanh()), []float64{x, x + 0.25, x + 0.5})
		s, err := l.Spectrum()
		require.NoError(t, err, "x = %v", x)
		require.Len(t, s.Values, 3)
		_, err = l.Modes()
		if err != nil {
			require.ErrorIs(t, err, model.ErrDefective, "x = %v", x)
		}
	}
}

// The way back at λ = −1/τ is ErrNoImage for every τ. CarryRight asked whether
// 1 + λτ is 0, which it is not for τ = 49: 1.1e-16, and the answer 1e16 long.
func TestNoWayBackAtEveryTau(t *testing.T) {
	for _, tau := range []float64{0.1, 3, 49, 0.02, 98, 103, 107} {
		l := linearized(t, network(t, dense(t, matrix([]float64{0, 1}, []float64{1, 0})), model.Identity(), withTau(tau)), nil)
		_, err := l.CarryRight(model.Activity, complex(-1/tau, 0), []complex128{1, 2})
		require.ErrorIs(t, err, model.ErrNoImage, "τ = %v", tau)
		_, err = l.CarryLeft(model.Activation, complex(-1/tau, 0), []complex128{1, 2})
		require.ErrorIs(t, err, model.ErrNoImage, "τ = %v", tau)
	}
}

// A form that does not exist had a field of zeros, and maps of its own.
func TestUnknownFormIsRefused(t *testing.T) {
	net := network(t, dense(t, matrix([]float64{0, 1}, []float64{1, 0})), model.Tanh())
	l := linearized(t, net, nil)
	refused(t, []refusal{
		{"Form(7)", func() error { return errorOf(net.Field(7, []float64{1, 2}, nil)) }},
		{"Form(7)", func() error { return errorOf(l.CarryRight(7, 1, []complex128{1, 1})) }},
		{"Form(7)", func() error { return errorOf(l.CarryLeft(7, 1, []complex128{1, 1})) }},
	})
	require.Panics(t, func() { l.Matrix(7) }, "misuse that a caller can foresee")
	require.Panics(t, func() { l.Input(7) })
	require.Panics(t, func() { l.Apply(7, make([]float64, 2), make([]float64, 2)) })
}

// Complex arguments were not checked at all: NaN in, NaN out, no error.
func TestComplexArgumentsAreValidated(t *testing.T) {
	net := network(t, dense(t, matrix([]float64{0, 1}, []float64{1, 0})), model.Tanh(), withInput(column(1, 1)))
	l := linearized(t, net, nil)
	bad, good := []complex128{1, complex(0, nan)}, []complex128{1, 2}
	mode := func(x, r []complex128) model.ContextMode {
		return model.ContextMode{State: []float64{0, 0}, ActivationLeft: x, ActivityLeft: r}
	}
	change := func(a, b model.ContextMode) func() error {
		return func() error { _, _, err := net.ContextChange(a, b, 0); return err }
	}
	refused(t, []refusal{
		{"eigenvector[1]", func() error { return errorOf(l.CarryRight(model.Activation, 1, bad)) }},
		{"eigenvector[1]", func() error { return errorOf(l.CarryLeft(model.Activation, 1, bad)) }},
		{"eigenvalue", func() error { return errorOf(l.CarryRight(model.Activity, complex(inf, 0), good)) }},
		{"eigenvalue", func() error { return errorOf(l.CarryLeft(model.Activation, complex(nan, 0), good)) }},
		{"[1]", change(mode(bad, good), mode(good, good))},
		{"[1]", change(mode(good, good), mode(good, bad))},
	})
}

// A signal of another length than q was cut, or padded with what was in the
// buffer; one that is NaN went into Filtered[0] unseen.
func TestSignalsAreValidated(t *testing.T) {
	net := network(t, dense(t, column(1)), model.Tanh(), withInput(matrix([]float64{1, 1})))
	run := func(in ...float64) error {
		return errorOf(net.Simulate(model.Simulation{Form: model.Activity, Start: []float64{0}, Input: model.ConstantInput(in), Dt: 0.1}))
	}
	require.NoError(t, run(1, 2))
	require.ErrorIs(t, run(nan, 1), model.ErrInvalid)
	for _, in := range [][]float64{{1}, {1, 2, 3}} {
		require.Panics(t, func() { _ = run(in...) }, "misuse that a caller can foresee")
	}
}

// φ” of erf at 1.8e308 was NaN: −π/2·x overflows before it meets φ' = 0. And
// SupSecond was one unit in the last place below the supremum: no bound.
func TestErfToTheEnd(t *testing.T) {
	require.Zero(t, model.Erf().Second(math.MaxFloat64))
	require.Zero(t, model.Erf().Second(-math.MaxFloat64))
	for _, phi := range model.Nonlinearities() {
		_, second, _ := precise.Constants(phi.Name())
		require.GreaterOrEqual(t, phi.SupSecond(), second, phi.Name())
	}
}

// Modes returned left vectors of NaN: slopes of 1e-307, and a Jordan block of 2⁻³⁰
// whose vectors of 2²² biorthonormality divides by them.
func TestModesAreFiniteOrRefused(t *testing.T) {
	refused := 0
	for _, x := range []float64{10, 29, 30, 30.5, 31} {
		l := linearized(t, network(t, dense(t, matrix([]float64{1, 0}, []float64{0x1p-30, 1})), model.Erf()), []float64{x, x})
		m, err := l.Modes()
		if err != nil {
			require.ErrorIs(t, err, model.ErrDefective, "x = %v", x)
			refused++
			continue
		}
		for _, left := range append(m.Activity.Left, m.Activation.Left...) {
			for _, z := range left {
				require.False(t, cmplx.IsNaN(z) || cmplx.IsInf(z), "x = %v: %v", x, left)
			}
		}
	}
	require.Positive(t, refused)
}
