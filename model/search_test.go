package model_test

import (
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// ring has N units at equal steps around a circle, overlap 3. Sums over them see
// the N-th harmonic of tanh around the ring, which decays like e^(−0.41 N): from
// N = 100 on the fixed points are, to rounding, the origin and a whole circle.
// (At N = 64 it is 1e-11, and the circle 128 points, slow in between.)
func ring(t testing.TB, units int) *model.RNN {
	m, n := mat.NewDense(units, 2, nil), mat.NewDense(units, 2, nil)
	for i := range units {
		angle := 2 * math.Pi * float64(i) / float64(units)
		m.SetRow(i, []float64{math.Cos(angle), math.Sin(angle)})
		n.SetRow(i, []float64{3 * math.Cos(angle), 3 * math.Sin(angle)})
	}
	return network(t, lowRank(t, m, n, 2/float64(units)), model.Tanh())
}

// A continuum of fixed points has no end: the search stops at its limit and
// says so, and no point of the continuum is certified to be alone.
func TestRingIsTruncated(t *testing.T) {
	set := search(t, ring(t, 200), 60, 12)
	require.True(t, set.Truncated)
	require.Len(t, set.Points, 12)
	radii := map[int]bool{}
	for _, p := range set.Points {
		r := math.Hypot(p.Kappa[0], p.Kappa[1])
		if r < 0.5 {
			require.Equal(t, 1, p.Index, "the origin repels in both directions: det(−DF) > 0")
			continue
		}
		require.True(t, math.IsInf(p.Radius, 1), "no radius isolates a point of a ring: %v", p.Radius)
		radii[int(math.Round(1000*r))] = true
	}
	require.Len(t, radii, 1, "all on one circle")
}

// With NᵀM = I and φ the identity every κ is a fixed point, exactly.
func TestPlaneIsTruncated(t *testing.T) {
	id := matrix([]float64{1, 0}, []float64{0, 1}, []float64{0, 0})
	set := search(t, network(t, lowRank(t, id, id, 1), model.Identity()), 30, 7)
	require.True(t, set.Truncated)
	require.Len(t, set.Points, 7)
	require.Zero(t, set.IndexSum)
	for _, p := range set.Points {
		require.Zero(t, p.Index)
		require.True(t, math.IsInf(p.Radius, 1))
	}
}

// As many points as the limit allows are not too many.
func TestLimitThatSuffices(t *testing.T) {
	net := identicalUnits(t, 4, 2, model.Tanh())
	require.False(t, search(t, net, 40, 3).Truncated)
	two := search(t, net, 40, 2)
	require.True(t, two.Truncated)
	require.Len(t, two.Points, 2)
}

// R bistable populations side by side have 3ᴿ fixed points, one for each choice
// of three, most of them saddles between others.
func TestProductOfBistables(t *testing.T) {
	for rank, want := range map[int]int{2: 9, 3: 27} {
		m, n := mat.NewDense(8*rank, rank, nil), mat.NewDense(8*rank, rank, nil)
		for i := range 8 * rank {
			m.Set(i, i%rank, 1)
			n.Set(i, i%rank, 2)
		}
		set := search(t, network(t, lowRank(t, m, n, 1.0/8), model.Tanh()), 32, 100)
		require.Len(t, set.Points, want, "rank %d", rank)
		require.Equal(t, 1, set.IndexSum)
	}
}

// The same numbers in, the same points out; another seed may search elsewhere.
func TestSearchIsDeterministic(t *testing.T) {
	rng := random(5)
	net := network(t, lowRank(t, gaussian(rng, 20, 2, 1), gaussian(rng, 20, 2, 3), 1.0/16), model.Tanh())
	require.Equal(t, search(t, net, 40, 20), search(t, net, 40, 20))
	for i := 1; i < len(search(t, net, 40, 20).Points); i++ {
		a, b := search(t, net, 40, 20).Points[i-1].Kappa, search(t, net, 40, 20).Points[i].Kappa
		require.True(t, a[0] < b[0] || a[0] == b[0] && a[1] <= b[1], "sorted by coordinates")
	}
}

// A low-rank network and the same one with W written out have the same fixed
// points: x is within the dense radius of the one, and within Σ|M| times the
// radius in κ of the other. Rounding W to N² numbers moves the points by less
// than rounding the residual does, which both radii count: twice their sum.
func TestDenseAgreesWithLowRank(t *testing.T) {
	for seed := range uint64(4) {
		rng := random(200 + seed)
		low := lowRank(t, gaussian(rng, 6, 2, 1), gaussian(rng, 6, 2, 2), 0.25)
		bias := withBias(gaussian(rng, 1, 6, 0.25).RawRowView(0)...)
		a := search(t, network(t, low, model.Tanh(), bias), 150, 20)
		b := search(t, network(t, dense(t, low.Dense()), model.Tanh(), bias), 300, 20)
		require.Len(t, b.Points, len(a.Points))
		require.Equal(t, a.IndexSum, b.IndexSum)
		reach := mat.Norm(low.M(), math.Inf(1))
		for _, p := range a.Points {
			matched := 0
			for _, q := range b.Points {
				if distance(p.X, q.X) <= 2*(q.Radius+reach*p.Radius) {
					matched++
					require.Equal(t, p.Index, q.Index, "det(I−WD) = det(I−NᵀDM)")
				}
			}
			require.Equal(t, 1, matched, "κ = %v", p.Kappa)
		}
	}
}

func distance(a, b []float64) float64 {
	d := 0.0
	for i := range a {
		d = max(d, math.Abs(a[i]-b[i]))
	}
	return d
}

// x = w·relu(x) + b by hand: for w = 2, b = −1 the points −1 (silent) and 1.
func TestReLUFixedPoints(t *testing.T) {
	net := network(t, dense(t, column(2)), model.ReLU(), withBias(-1))
	set := search(t, net, 20, 5)
	require.Len(t, set.Points, 2)
	require.Equal(t, []float64{-1}, set.Points[0].X)
	require.Equal(t, []float64{1}, set.Points[1].X)
	require.Equal(t, 1, set.Points[0].Index)
	require.Equal(t, -1, set.Points[1].Index, "F' = −1 + 2 > 0")
	for _, p := range set.Points {
		require.Less(t, p.Radius, 0.5, "the kink at 0 is further away than the radius")
		require.False(t, p.OnKink)
	}
}

// A fixed point on a kink has no certificate, by whichever side it is reached,
// and in coordinates in which the kink is not at 0.
func TestKinkIsNotCertified(t *testing.T) {
	for name, net := range map[string]*model.RNN{
		"relu, silent and slope ½ meet at 0":  network(t, dense(t, column(0.5)), model.ReLU()),
		"hard-tanh, x = ht(x)/2 + ½ at 1":     network(t, dense(t, column(0.5)), model.HardTanh(), withBias(0.5)),
		"relu, unit 1 at 0, unit 0 above":     network(t, dense(t, matrix([]float64{0.5, 0}, []float64{1, 0})), model.ReLU(), withBias(1, -2)),
		"relu in κ: x = κ − 1 is 0 at κ = 1":  network(t, lowRank(t, column(1, 1), column(0, 1), 1), model.ReLU(), withBias(-1, 0)),
		"hard-tanh in κ, x_0 = −1 at κ = 0.5": network(t, lowRank(t, column(-2, 1), column(0, 0.5), 1), model.HardTanh(), withBias(0, 0.5)),
	} {
		set := search(t, net, 20, 5)
		require.NotEmpty(t, set.Points, name)
		atKink := false
		for _, p := range set.Points {
			for _, x := range p.X {
				for _, kink := range net.Nonlinearity().Kinks() {
					// Points are at multiples of ½, found to a few roundings.
					if math.Abs(x-kink) < 100*u {
						atKink = true
						require.True(t, math.IsInf(p.Radius, 1), "%s: %+v", name, p)
						require.True(t, p.OnKink)
						require.Zero(t, p.Index)
					}
				}
			}
		}
		require.True(t, atKink, "%s: %+v", name, set.Points)
	}
}

// Where no fixed point exists Newton says so, with the residual that it ended at.
func TestNoFixedPoint(t *testing.T) {
	net := network(t, dense(t, column(1)), model.Identity(), withBias(1)) // F = 1
	_, err := net.Newton(nil, []float64{0})
	require.ErrorIs(t, err, model.ErrNotConverged)
	require.ErrorContains(t, err, "residual 1")
	require.Empty(t, search(t, net, 10, 5).Points)

	bent := network(t, dense(t, column(1)), model.Softplus(), withBias(1)) // F = 1 + softplus(x) − x > 1
	_, err = bent.Newton(nil, []float64{0.5})
	require.ErrorIs(t, err, model.ErrNotConverged)
	require.ErrorContains(t, err, "residual 1")
}

// Newton ends at a point of its own basin, whatever the others are.
func TestNewtonFromAStart(t *testing.T) {
	net := identicalUnits(t, 8, 2, model.Tanh())
	for _, start := range []float64{1.25, 1.5, 100} {
		for _, sign := range []float64{-1, 1} {
			p, err := net.Newton(nil, []float64{sign * start})
			require.NoError(t, err)
			require.Positive(t, sign*p.Kappa[0])
			require.Greater(t, math.Abs(p.Kappa[0]), 1.0)
		}
	}
	p, err := net.Newton(nil, []float64{0})
	require.NoError(t, err)
	require.Zero(t, p.Kappa[0])
}

// Newton's derivative is the right one: a hundredth from a regular fixed point,
// of units of very different slopes, it converges, in a few steps and so at any
// of a hundred networks. (With D on the other side of W it is another matrix of
// the same determinant.)
func TestNewtonNearby(t *testing.T) {
	for seed := range uint64(100) {
		rng := random(500 + seed)
		x := gaussian(rng, 1, 5, 1.5).RawRowView(0)
		w := gaussian(rng, 5, 5, 2)
		r := mat.NewVecDense(5, nil)
		for i := range x {
			r.SetVec(i, math.Tanh(x[i]))
		}
		b := mat.NewVecDense(5, nil)
		b.MulVec(w, r)
		b.SubVec(mat.NewVecDense(5, x), b)
		net := network(t, dense(t, w), model.Tanh(), withBias(b.RawVector().Data...))
		start := make([]float64, 5)
		for i := range x {
			start[i] = x[i] + 0.01*rng.NormFloat64()
		}
		p, err := net.Newton(nil, start)
		require.NoError(t, err, "seed %d", seed)
		if distance(p.X, x) > 0.1 {
			continue // another fixed point is as near, or Newton's steps were long
		}
		// b was rounded: 5 products and a difference, passed on by β; the radius is β
		// times more than that, unless it is of another point.
		require.LessOrEqual(t, distance(p.X, x), 2*p.Radius, "seed %d", seed)
	}
}

// Past a fold the lower pair of fixed points is gone, and |F| has a minimum of
// 1e-5 or 1e-9 left in its place: no fixed point, however many runs end there.
func TestFoldIsNoFixedPoint(t *testing.T) {
	at := math.Acosh(math.Sqrt2) // 2 sech² = 1
	for _, past := range []float64{1e-3, 1e-5, 1e-9} {
		net := network(t, dense(t, column(2)), model.Tanh(), withBias(2*math.Tanh(at)-at+past))
		set := search(t, net, 200, 10)
		require.Len(t, set.Points, 1, "past the fold by %v: %+v", past, set.Points)
		require.Greater(t, set.Points[0].X[0], at)
		requireContains(t, systemOf(net, net.Bias()), set.Points[0])
	}
}

// Every unit silent: D = 0, and x = b is the fixed point of the silent side.
func TestSilentNetwork(t *testing.T) {
	w := matrix([]float64{1, 1}, []float64{1, 1})
	net := network(t, dense(t, w), model.ReLU(), withBias(-3, -4))
	p, err := net.Newton(nil, []float64{-1, -1})
	require.NoError(t, err)
	require.Equal(t, []float64{-3, -4}, p.X)
	require.Equal(t, 1, p.Index)
	require.Zero(t, p.Residual)
}
