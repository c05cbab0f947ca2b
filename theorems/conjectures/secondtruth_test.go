package conjectures

import (
	"math"
	"math/big"
	"testing"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/oracles/quadrature"
	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
)

// drawsOf returns instances of the size at which there is a counterexample.
func drawsOf[C any](ref string, n int) []C {
	c := index(ref)
	out := make([]C, n)
	for i := range out {
		out[i] = c.Levels[len(c.Levels)-1].Check.Draw(theorems.SeedOf(7, ref, i)).(C)
	}
	return out
}

// TestTotalsOfTwoContexts: gains with the maps of L4 are those of activation
// form, n is a left eigenvector of DW, and the scale is what ByHand says.
func TestTotalsOfTwoContexts(t *testing.T) {
	c := TwoContexts{M: []float64{1, 2}, N: []float64{1, -1}, Input: []float64{1, 3}, First: []float64{0, 0.5}, Second: []float64{0.5, 0}}
	g, ok := c.gains()
	require.True(t, ok)
	m, n, input := exact.ColumnFloat64(c.M), exact.ColumnFloat64(c.N), exact.ColumnFloat64(c.Input)
	w := m.Mul(n.T())
	var total []*exact.Matrix
	for _, context := range []struct {
		d  []*big.Rat
		mu *big.Rat
	}{{g.d1, g.mu1}, {g.d2, g.mu2}} {
		d := exact.Diagonal(context.d)
		require.True(t, n.T().Mul(d).Mul(w).Equal(n.T().Scale(context.mu)))
		lx := d.Mul(n)
		require.True(t, lx.T().Mul(w).Mul(d).Equal(lx.T().Scale(context.mu)))
		total = append(total, lx.T().Mul(input))
	}
	require.Equal(t, "-1", g.direct.RatString()) // (¾−1)·1·1 + (1−¾)·(−1)·3
	require.Equal(t, total[1].Sub(total[0]).At(0, 0).RatString(), g.direct.RatString())
}

// TestResidualsOfFits: (βI + FFᵀ) e = βy; at β = 0 Fᵀe = 0, y − e in the range of F.
func TestResidualsOfFits(t *testing.T) {
	for _, c := range drawsOf[Fits]("F12", 50) {
		f, y, beta := c.features(c.Slope, c.Offset), c.target(), theorems.Rational(c.Beta)
		e := residual(f, y, beta)
		require.True(t, e.Scale(beta).Add(f.Mul(f.T()).Mul(e)).Equal(y.Scale(beta)), "%+v", c)
		e = residual(f, y, new(big.Rat))
		require.True(t, f.T().Mul(e).IsZero(), "%+v", c)
		require.Equal(t, f.Rank(), exact.HStack(f, y.Sub(e)).Rank(), "%+v", c)
	}
}

// TestOnePopulationNeverLosesToNone: at P = 1 neither half of F12 fails.
func TestOnePopulationNeverLosesToNone(t *testing.T) {
	l := index("F12").Levels[0]
	for i := range 100 {
		e := l.Check.Draw(uint64(2 * i)).(Fits).errors()
		require.LessOrEqual(t, e.ridge.Cmp(e.ridgeFewer), 0)
		require.LessOrEqual(t, e.least.Cmp(e.leastFewer), 0)
	}
}

// TestNumbersOfFixedPoints counts the changes of sign of both fields.
func TestNumbersOfFixedPoints(t *testing.T) {
	changes := func(f func(kappa float64) float64) (n int) {
		const step = 0.37 // of a grid that meets no fixed point
		last := f(-40.5 * step)
		for i := -39; i <= 40; i++ {
			now := f((float64(i) - 0.5) * step)
			if last*now < 0 {
				n++
			}
			last = now
		}
		return n
	}
	for _, c := range append(drawsOf[SampledUnit]("F13", 10), SampledUnit{2, 1.5, 2, 1, 0.5}, SampledUnit{1, 0, 1, 1, 2}) {
		require.Equal(t, fixedPoints(c.overlap()), changes(func(kappa float64) float64 { return c.N*math.Tanh(c.M*kappa) - kappa }), "%+v", c)
		if c.CovNM == 1 {
			continue // a triple zero, and the field is flat there
		}
		require.Equal(t, fixedPoints(theorems.Rational(c.CovNM)), changes(func(kappa float64) float64 {
			slope, _, err := quadrature.Average("tanh", 1, 0, kappa*kappa*c.VarM)
			require.NoError(t, err)
			return kappa * (slope*c.CovNM - 1)
		}), "%+v", c)
	}
}

// TestFluctuationsOfTwoVariances holds Isserlis' theorem to a quadrature.
func TestFluctuationsOfTwoVariances(t *testing.T) {
	for _, c := range drawsOf[TwoVariances]("F14", 12) {
		population := func(varN float64) []quadrature.Population {
			return []quadrature.Population{{Weight: 1, Mean: []float64{c.MeanM, c.MeanN, c.I},
				Cov: [][]float64{{c.VarM, c.CovNM, 0}, {c.CovNM, varN, 0}, {0, 0, 0}}}}
		}
		for _, varN := range []float64{c.VarN, c.OtherVarN} {
			want, bound, err := quadrature.TraceCov("identity", population(varN), []float64{c.Kappa}, false)
			require.NoError(t, err)
			got, _ := c.moments().variance(varN).Float64()
			require.LessOrEqual(t, math.Abs(got-want), bound+0x1p-40*(1+want), "%+v", c)

			field, bound, err := quadrature.Field("identity", population(varN), []float64{c.Kappa})
			require.NoError(t, err)
			got, _ = c.moments().field(c).Float64()
			require.LessOrEqual(t, math.Abs(got-field[0]), bound+0x1p-40*(1+math.Abs(got)), "%+v", c)
		}
	}
}

// TestLossOfOneLatent: 1 − ρ² with the ρ of the closed form is the ratio of
// determinants.
func TestLossOfOneLatent(t *testing.T) {
	one := big.NewRat(1, 1)
	for _, c := range drawsOf[Observed]("F15", 20) {
		lds, err := c.exact()
		require.NoError(t, err)
		joint, err := lds.Joint(3)
		require.NoError(t, err)
		a := theorems.Rational(c.A[0][0])
		a2 := times(a, a)
		v, precision := over(theorems.Rational(c.Q[0]), minus(one, a2)), new(big.Rat)
		for i := range c.C {
			read := theorems.Rational(c.C[i][0])
			precision.Add(precision, over(times(read, read), theorems.Rational(c.R[i])))
			rho := correlation(a2, over(one, times(v, precision)))
			ratio := gaussian.RatioOfDeterminants(joint, block(2, 2, i+1), block(0, 2, i+1), block(1, 2, i+1))
			require.Equal(t, minus(one, times(rho, rho)).RatString(), ratio.RatString(), "%+v", c)
		}
	}
}

// TestMarkovByInformation: the equations between autocovariances hold iff the
// next observation and all the past are independent given the present.
func TestMarkovByInformation(t *testing.T) {
	seen := map[bool]int{}
	for _, c := range drawsOf[NoiseFree]("F17", 60) {
		lds, err := c.exact()
		if err != nil {
			continue
		}
		const steps = 5 // one more than K + 2
		joint, err := lds.Joint(steps)
		require.NoError(t, err)
		markov := gaussian.ConditionalInformationIsZero(joint, []int{steps - 1}, []int{0, 1, 2}, []int{steps - 2})
		require.Equal(t, markov, decideNoiseFree(c) == nil, "%+v", c)
		seen[markov]++
	}
	require.Greater(t, min(seen[true], seen[false]), 5)
}

// TestSimplestFirst: every case of the box, once, and the simpler before.
func TestSimplestFirst(t *testing.T) {
	var got [][]float64
	for x := range simplestFirst(func(x []float64) []float64 { return x }, []float64{0, 1, -1}, []float64{1, 2}) {
		got = append(got, x.([]float64))
	}
	require.Equal(t, [][]float64{{0, 1}, {0, 2}, {1, 1}, {1, 2}, {-1, 1}, {-1, 2}}, got)
	for range simplestFirst(func(x []float64) []float64 { return x }, []float64{0, 1}) {
		break
	}
}
