package generators

import (
	"math/big"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/stretchr/testify/require"
)

// stationaryCovariance solves V = A V Aᵀ + Q in rationals, entry by entry.
func stationaryCovariance(t testing.TB, a, q *exact.Matrix) *exact.Matrix {
	t.Helper()
	k := a.Rows()
	system, right := make([][]*big.Rat, k*k), make([]*big.Rat, k*k)
	for i := range k {
		for j := range k {
			row := make([]*big.Rat, k*k)
			for p := range k {
				for r := range k {
					row[p*k+r] = new(big.Rat).Neg(new(big.Rat).Mul(a.At(i, p), a.At(j, r)))
				}
			}
			row[i*k+j].Add(row[i*k+j], big.NewRat(1, 1))
			system[i*k+j], right[i*k+j] = row, q.At(i, j)
		}
	}
	if k == 0 {
		return exact.Zero(0, 0)
	}
	m, err := exact.FromRat(system)
	require.NoError(t, err)
	v, err := m.Solve(exact.Column(right))
	require.NoError(t, err)
	out := make([][]*big.Rat, k)
	for i := range out {
		for j := range k {
			out[i] = append(out[i], v.At(i*k+j, 0))
		}
	}
	s, err := exact.FromRat(out)
	require.NoError(t, err)
	return s
}

// requireSupport checks that Y is in the support of N(m, S), m and S those of
// y_1 … y_T one below the other: that Y − m is in the range of S.
func requireSupport(t *testing.T, y [][]float64, mean, cov *exact.Matrix) {
	t.Helper()
	var stacked [][]float64
	for _, row := range y {
		for _, x := range row {
			stacked = append(stacked, []float64{x})
		}
	}
	off := rational(t, stacked).Sub(mean)
	require.Equal(t, cov.Rank(), exact.HStack(cov, off).Rank(), "y = %v", y)
}

// joint is the law of y_1 … y_T of x⁺ = A x + w, y = C x + v, from that of x_1.
func joint(a, c, q, r, mean, cov *exact.Matrix, steps int) (m, s *exact.Matrix) {
	means, latents := make([]*exact.Matrix, steps), make([]*exact.Matrix, steps)
	for k := range steps {
		if k == 0 {
			means[0], latents[0] = mean, cov
			continue
		}
		means[k], latents[k] = a.Mul(means[k-1]), a.Mul(latents[k-1]).Mul(a.T()).Add(q)
	}
	for i := range steps {
		var row *exact.Matrix
		for j := range steps {
			var block *exact.Matrix
			switch {
			case i > j:
				block = c.Mul(a.Pow(i - j)).Mul(latents[j]).Mul(c.T())
			case i < j:
				block = c.Mul(latents[i]).Mul(a.T().Pow(j - i)).Mul(c.T())
			default:
				block = c.Mul(latents[i]).Mul(c.T()).Add(r)
			}
			if j == 0 {
				row = block
			} else {
				row = exact.HStack(row, block)
			}
		}
		if i == 0 {
			m, s = c.Mul(means[0]), row
		} else {
			m, s = exact.VStack(m, c.Mul(means[i])), exact.VStack(s, row)
		}
	}
	return m, s
}

func requireMissing(t *testing.T, tags []string, y [][]float64, missing [][]int) {
	t.Helper()
	any := false
	for _, row := range missing {
		for _, x := range row {
			require.Contains(t, []int{0, 1}, x)
			any = any || x == 1
		}
	}
	require.Equal(t, any, has(tags, "missing entries"))
	require.Equal(t, len(y) == 1, has(tags, "T = 1"))
}

func TestObservedSystemsAreSound(t *testing.T) {
	o := SystemOptions{MaxUnits: 3, MaxLatents: 3, Initial: Either}
	longest := 0
	seen := draws(ObservedSystems(o, RecordingOptions{MaxSteps: 4, Missing: true}), 200, func(s ObservedSystem) {
		x := requireSystem(t, s.System)
		require.NoError(t, CheckShape(s))
		require.LessOrEqual(t, len(s.Y), 4)
		requireMissing(t, s.Tags, s.Y, s.Missing)
		longest = max(longest, len(s.Y))
		if !has(s.Tags, "simulated") {
			return
		}
		mean, cov := exact.Zero(x.k, 1), requireCovariance(t, s.cov())
		if s.HasInitial() {
			mean = rational(t, transpose([][]float64{s.Mean}))
		} else {
			cov = stationaryCovariance(t, x.a, x.q)
		}
		m, sigma := joint(x.a, x.c, x.q, x.r, mean, cov, len(s.Y))
		requireSupport(t, s.Y, m, sigma)
	})
	require.Equal(t, 4, longest)
	for _, edge := range []string{"simulated", "missing entries", "T = 1"} {
		require.Greater(t, seen[edge], 20, edge)
	}
}

func TestObservedRecurrentsAreSound(t *testing.T) {
	o := RecurrentOptions{MaxUnits: 3, MaxRank: 2, Initial: Either}
	seen := draws(ObservedRecurrents(o, RecordingOptions{MaxSteps: 3, OnSupport: true}), 200, func(r ObservedRecurrent) {
		x := requireRecurrent(t, r.Recurrent)
		require.NoError(t, CheckShape(r))
		require.Nil(t, r.Missing)
		require.True(t, has(r.Tags, "simulated"))
		requireMissing(t, r.Tags, r.Y, r.Missing)
		mean, cov := exact.Zero(x.units, 1), requireCovariance(t, r.cov())
		if r.HasInitial() {
			mean = rational(t, transpose([][]float64{r.Mean}))
		} else {
			cov = stationaryCovariance(t, x.j, x.p)
		}
		first := x.j.Mul(cov).Mul(x.j.T()).Add(x.p) // y_1 follows y_0
		m, sigma := joint(x.j, exact.Identity(x.units), x.p, exact.Zero(x.units, x.units), x.j.Mul(mean), first, len(r.Y))
		requireSupport(t, r.Y, m, sigma)
	})
	require.Greater(t, seen["T = 1"], 20)
}

func TestPartlyObservedAreSound(t *testing.T) {
	o := RecurrentOptions{MaxUnits: 5, MinRank: 1}
	seen := draws(PartlyObservedRecurrents(o), 300, func(p PartlyObserved) {
		require.NoError(t, CheckShape(p))
		_, err := p.LinearRNN()
		require.NoError(t, err)
		require.True(t, p.Admissible())
		n, sends := 0, false
		for i, x := range p.Observed {
			require.Contains(t, []int{0, 1}, x)
			n += x
			sends = sends || x == 0 && !rational(t, [][]float64{p.N[i]}).IsZero()
		}
		require.Len(t, p.Indices(), n)
		for _, i := range p.Indices() {
			require.Equal(t, 1, p.Observed[i])
		}
		require.Equal(t, !sends, has(p.Tags, "N supported on observed units"))
		require.Equal(t, n == p.Units(), has(p.Tags, "all units observed"))
		require.Equal(t, n == 1 && p.Units() > 1, has(p.Tags, "one unit observed"))
	})
	require.Greater(t, seen["one unit observed"], 20)
	require.Greater(t, seen["all units observed"], 20)
	require.Greater(t, seen["N supported on observed units"], seen["all units observed"]+20)

	p := PartlyObservedRecurrents(o).Example(1)
	clear(p.Observed)
	_, err := p.LinearRNN()
	require.ErrorIs(t, err, model.ErrInvalid)
}

func TestLeakyAreSound(t *testing.T) {
	seen := draws(LeakyRecurrents(RecurrentOptions{MaxUnits: 7, MaxRank: 3}), 200, func(l Leaky) {
		x := requireRecurrent(t, l.Recurrent)
		require.True(t, l.Admissible())
		require.True(t, l.Leak > 0 && l.Leak < 1)
		require.Greater(t, x.units, 2*x.rank)
		require.Equal(t, x.units, x.p.Rank(), "P ≻ 0")
		leak := new(big.Rat).SetFloat64(l.Leak)
		dynamics := x.j.Add(exact.Identity(x.units).Scale(leak))
		require.True(t, dynamics.Equal(rational(t, l.Dynamics())))
		require.Equal(t, exact.Inside, dynamics.CharPoly().UnitDisc())
		require.Equal(t, dynamics.Rank() < x.units, has(l.Tags, "−a in the spectrum of J"))
		net, err := l.LinearRNN()
		require.NoError(t, err)
		require.Equal(t, l.Dynamics()[0][0], net.J().At(0, 0))
	})
	require.Greater(t, seen["−a in the spectrum of J"], 20)
	require.Less(t, seen["−a in the spectrum of J"], 150)
}

func TestChangesOfCoordinatesAreSound(t *testing.T) {
	rounded := 0
	check := func(c Change, k, n int) {
		s, inverse := c.Similarity()
		require.True(t, rationalOf(t, s, k, k).Mul(rationalOf(t, inverse, k, k)).Equal(exact.Identity(k)), "%v", c)
		for _, row := range append(s, inverse...) {
			for _, x := range row {
				require.True(t, isInteger(x))
			}
		}
		q := rational(t, c.Orthogonal())
		if !q.Mul(q.T()).Equal(exact.Identity(n)) {
			rounded++
			// A reflection scales, sums and subtracts n terms: n + 4 roundings of numbers below 2.
			slack := float64(len(c.Reflectors)*4*n*(n+4)) * u
			for i, row := range multiply(c.Orthogonal(), transpose(c.Orthogonal())) {
				for j, x := range row {
					require.LessOrEqual(t, abs(x-identity(n)[i][j]), slack)
				}
			}
		}
		seen := map[int]bool{}
		for _, i := range c.Order() {
			seen[i] = true
			require.Less(t, i, n)
		}
		require.Len(t, seen, n)
		require.Positive(t, c.Factor)
	}
	draws(TransformedSystems(SystemOptions{MaxUnits: 6, MaxLatents: 4}), 200, func(s TransformedSystem) {
		require.NoError(t, CheckShape(s))
		check(s.Change, s.Latents(), s.Units())
	})
	draws(TransformedRecurrents(RecurrentOptions{MaxUnits: 6}), 200, func(r TransformedRecurrent) {
		require.NoError(t, CheckShape(r))
		check(r.Change(), r.Rank(), r.Units())
	})
	require.Greater(t, rounded, 20)
	require.Less(t, rounded, 200)
}
