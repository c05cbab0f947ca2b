package generators

import (
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/precise"
	"github.com/stretchr/testify/require"
)

// slopes returns φ'(x) by the oracle.
func slopes(t *testing.T, n Network, x []float64) []float64 {
	t.Helper()
	d := make([]float64, len(x))
	for i := range x {
		var err error
		d[i], err = precise.Phi(n.Nonlinearity, x[i], 1)
		require.NoError(t, err)
	}
	return d
}

// requireState checks the tags of a state against its slopes.
func requireState(t *testing.T, n Network, x []float64) {
	t.Helper()
	zero, flat, origin := 0, 0, true
	for i, d := range slopes(t, n, x) {
		if d == 0 {
			zero++
		}
		if d < 3e-9 { // erf at 5 and beyond is at 2.97e-9 and below, others are at 1.6e-10 or less
			flat++
		}
		origin = origin && x[i] == 0
	}
	kink := hasKink(n.Nonlinearity)
	if has(n.Tags, "D singular") {
		require.True(t, kink)
		require.Positive(t, zero, "φ' is 0, exactly: %s at %v", n.Nonlinearity, x)
	}
	if has(n.Tags, "D = 0") {
		require.True(t, has(n.Tags, "D singular"))
		require.Equal(t, len(x), zero)
	}
	if has(n.Tags, "saturated units") {
		require.False(t, kink)
		require.Positive(t, flat)
		require.Zero(t, zero, "saturated is not singular")
	}
	require.Equal(t, origin, has(n.Tags, "origin"))
	phi, err := model.NonlinearityByName(n.Nonlinearity)
	require.NoError(t, err)
	for i := range x {
		require.NotContains(t, phi.Kinks(), x[i], "φ' at a kink is a convention")
	}
}

// requireNetwork checks shapes, the options, and the tags of connectivity and
// of time constants.
func requireNetwork(t *testing.T, n Network, o NetworkOptions) {
	t.Helper()
	_, err := n.RNN(make([]float64, n.Units()))
	require.NoError(t, err)
	require.Contains(t, o.Nonlinearity, n.Nonlinearity)
	require.True(t, has(n.Tags, n.Nonlinearity))
	require.LessOrEqual(t, n.Units(), o.MaxUnits)
	require.Equal(t, n.Units() == 1, has(n.Tags, "N = 1"))
	require.Equal(t, n.LowRank(), has(n.Tags, "low rank"))
	require.False(t, n.LowRank() && o.Connectivity == OnlyDense || !n.LowRank() && o.Connectivity == OnlyLowRank)
	require.Equal(t, n.Inputs() > 0, has(n.Tags, "inputs"))
	require.True(t, n.Inputs() > 0 || !o.Inputs)
	require.False(t, o.ModestEntries && has(n.Tags, "graded"))
	distinct := map[float64]bool{}
	for _, tau := range n.Tau {
		distinct[tau] = true
	}
	require.Equal(t, o.UnitWiseTau, len(n.Tau) == n.Units() && (n.Units() > 1 || o.UnitWiseTau))
	require.Equal(t, len(distinct) > 1, has(n.Tags, "unit-wise tau"))
	if !n.LowRank() {
		requireZoo(t, n)
		return
	}
	rank := len(n.M[0])
	require.LessOrEqual(t, rank, max(o.MaxRank, 3))
	require.Equal(t, rank == n.Units(), has(n.Tags, "R = N"))
	require.Equal(t, n.Scale != 1 || n.Units() == 1 && has(n.Tags, "scale 1/N"), has(n.Tags, "scale 1/N"))
	if has(n.Tags, "scale 1/N") {
		require.Equal(t, 1/float64(n.Units()), n.Scale)
	}
	require.Equal(t, rational(t, n.M).Rank() < rank, has(n.Tags, "dependent loadings"), "Gaussian loadings are independent")
}

// requireZoo: one kind, and its edges unless an entry was moved.
func requireZoo(t *testing.T, n Network) {
	t.Helper()
	kinds := 0
	for _, k := range Zoo() {
		if !has(n.Tags, k.Name) {
			continue
		}
		kinds++
		if k.Edges == nil || has(n.Tags, "overlay") {
			continue
		}
		for _, edge := range k.Edges(n.Units()) {
			require.True(t, has(n.Tags, edge), "%s without %q", k.Name, edge)
			require.True(t, byRounding[k.Name] || edgeHolds[edge](t, n.W), "%q is false of %v", edge, n.W)
		}
	}
	require.Equal(t, 1, kinds, "%v", n.Tags)
}

func TestPointsAreSound(t *testing.T) {
	for name, o := range map[string]NetworkOptions{
		"all":             {MaxUnits: 6, Nonlinearity: AllNonlinearities},
		"dense":           {MaxUnits: 5, Nonlinearity: AllNonlinearities, Connectivity: OnlyDense},
		"low rank":        {MaxUnits: 6, Nonlinearity: SmoothNonlinearities, Connectivity: OnlyLowRank, Inputs: true},
		"rank one":        {MaxUnits: 4, Nonlinearity: []string{"relu"}, Connectivity: OnlyLowRank, MaxRank: 1},
		"unit-wise":       {MaxUnits: 5, Nonlinearity: AllNonlinearities, UnitWiseTau: true},
		"modest":          {MaxUnits: 4, Nonlinearity: AllNonlinearities, ModestEntries: true},
		"one kind":        {MaxUnits: 4, Nonlinearity: []string{"tanh"}, Connectivity: OnlyDense, Kinds: []Kind{KindNamed("skew")}},
		"saturated units": {MaxUnits: 3, Nonlinearity: []string{"tanh", "erf", "logistic", "softplus"}},
	} {
		t.Run(name, func(t *testing.T) {
			seen := draws(Points(o), 300, func(p Point) {
				require.NoError(t, CheckShape(p))
				requireNetwork(t, p.Network, o)
				requireState(t, p.Network, p.X)
			})
			if o.Kinds != nil {
				require.Equal(t, 300, seen["skew"])
			}
			if name == "all" {
				t.Log(seen)
				for _, edge := range []string{"origin", "D singular", "D = 0", "saturated units", "overlay", "scale 1/N", "R = N", "dependent loadings", "inputs"} {
					require.Positive(t, seen[edge], edge)
				}
			}
		})
	}
}

// The rest of the generators: two states, a step away, a run, an Euler map.
func TestOtherInstancesAreSound(t *testing.T) {
	o := NetworkOptions{MaxUnits: 5, Nonlinearity: AllNonlinearities, Inputs: true}
	draws(TwoContexts(o), 150, func(c Contexts) {
		require.NoError(t, CheckShape(c))
		requireNetwork(t, c.Network, o)
		require.Len(t, c.First, c.Units())
		require.Len(t, c.Second, c.Units())
		if has(c.Tags, "D singular") {
			require.Contains(t, append(slopes(t, c.Network, c.First), slopes(t, c.Network, c.Second)...), 0.0)
		}
	})
	draws(Perturbations(o), 150, func(p Perturbation) {
		require.NoError(t, CheckShape(p))
		requireState(t, p.Network, p.X)
		require.Equal(t, p.Epsilon >= 1.0/16, has(p.Tags, "large step"))
	})
	seen := draws(EulerSteps(o), 150, func(s EulerStep) {
		require.NoError(t, CheckShape(s))
		require.Positive(t, s.Dt)
		require.Equal(t, s.Dt == 2*s.Tau[0], has(s.Tags, "dt = 2 tau"))
	})
	require.Positive(t, seen["dt = 2 tau"])
	seen = draws(Runs(o), 150, func(r Run) {
		require.NoError(t, CheckShape(r))
		require.Equal(t, r.Inputs() > 0, has(r.Tags, "time-varying input"))
		require.True(t, has(r.Tags, r.Method))
		require.Equal(t, r.U, r.Signal(0), "sin 0 = 0")
		quarter := r.Signal(r.Period / 4)
		for j := range quarter {
			// sin(2π/4) = 1: the argument is rounded three times, where sin is flat.
			require.LessOrEqual(t, abs(quarter[j]-(r.U[j]+r.Wave[j])), 8*u*(abs(r.U[j])+abs(r.Wave[j])))
		}
	})
	for _, method := range []string{"euler", "rk4", "leaky-map"} {
		require.Positive(t, seen[method])
	}
}

func abs(x float64) float64 { return max(x, -x) }
