package generators

import (
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/stretchr/testify/require"
)

// exactRecurrent is a network in rationals; t is NᵀM.
type exactRecurrent struct {
	Recurrent
	units, rank   int
	m, l, j, t, p *exact.Matrix
}

// requireRecurrent checks what every network is, rounding nowhere.
func requireRecurrent(t testing.TB, r Recurrent) exactRecurrent {
	t.Helper()
	require.NoError(t, CheckShape(r))
	x := exactRecurrent{Recurrent: r, units: r.Units(), rank: r.Rank()}
	x.m, x.l = rationalOf(t, r.M, x.units, x.rank), rationalOf(t, r.N, x.units, x.rank)
	x.j, x.t, x.p = x.m.Mul(x.l.T()), x.l.T().Mul(x.m), requireCovariance(t, r.p())
	requireCovariance(t, r.cov())
	require.True(t, x.j.Equal(rational(t, r.J())), "J was rounded: %+v", r)
	require.True(t, x.t.Equal(rationalOf(t, r.Overlap(), x.rank, x.rank)), "NᵀM was rounded: %+v", r)

	net, err := r.LinearRNN()
	require.NoError(t, err)
	require.Equal(t, x.units, net.Units())
	_, _, loadings := net.Loadings()
	require.Equal(t, r.Form != "dense", loadings)
	requireForm(t, r.Form, r.p(), net.P())
	_, starts := net.Initial()
	require.Equal(t, r.HasInitial(), starts)
	for i, row := range r.J() {
		for j := range row {
			if net.J() != nil {
				require.Equal(t, row[j], net.J().At(i, j))
			}
			require.Equal(t, r.P()[i][j], net.P().At(i, j))
		}
	}
	return x
}

// recurrentEdges decide in rationals what an edge says; an instance carries it
// iff it is so.
var recurrentEdges = map[string]func(x exactRecurrent) bool{
	"P singular": func(x exactRecurrent) bool { return x.p.Det().Sign() == 0 },
	"P = 0":      func(x exactRecurrent) bool { return x.p.IsZero() },
	"isotropic P": func(x exactRecurrent) bool {
		return !x.p.IsZero() && x.p.Equal(exact.Identity(x.units).Scale(x.p.At(0, 0)))
	},
	"G singular": func(x exactRecurrent) bool { return x.rank > 0 && x.l.T().Mul(x.p).Mul(x.l).Det().Sign() == 0 },
	"PN = 0":     func(x exactRecurrent) bool { return x.rank > 0 && !x.l.IsZero() && x.p.Mul(x.l).IsZero() },
	"NᵀM nilpotent": func(x exactRecurrent) bool {
		return x.rank > 0 && x.t.Pow(x.rank).IsZero()
	},
	"NᵀM = 0":     func(x exactRecurrent) bool { return x.rank > 0 && x.t.IsZero() },
	"J = 0":       func(x exactRecurrent) bool { return x.j.IsZero() },
	"symmetric J": func(x exactRecurrent) bool { return x.units > 1 && !x.j.IsZero() && x.j.Equal(x.j.T()) },
	"J P symmetric": func(x exactRecurrent) bool {
		jp := x.j.Mul(x.p)
		return x.units > 1 && !jp.IsZero() && jp.Equal(jp.T())
	},
	"dependent loadings": func(x exactRecurrent) bool { return min(x.m.Rank(), x.l.Rank()) < x.rank },
	"silent units": func(x exactRecurrent) bool {
		silent := false
		for i := range x.units {
			silent = silent || x.l.Slice(i, i+1, 0, x.rank).IsZero()
		}
		return silent && !x.l.IsZero()
	},
	"graded covariance": func(x exactRecurrent) bool { return spread(x.p) },
	"R = 0":             func(x exactRecurrent) bool { return x.rank == 0 },
	"R = N":             func(x exactRecurrent) bool { return x.rank == x.units },
	"N < 2R":            func(x exactRecurrent) bool { return x.units < 2*x.rank },
	"N = 1":             func(x exactRecurrent) bool { return x.units == 1 },
	"initial law":       func(x exactRecurrent) bool { return x.Mean != nil },
}

func requireRecurrentTags(t *testing.T, x exactRecurrent) {
	t.Helper()
	for tag, holds := range recurrentEdges {
		require.Equal(t, holds(x), has(x.Tags, tag), "%q of %+v", tag, x.Recurrent)
	}
	require.True(t, !has(x.Tags, slow) || radiusIsSlowest(x.j), "%+v", x.Recurrent)
	require.True(t, !has(x.Tags, "unstable") || x.j.CharPoly().UnitDisc() != exact.Inside, "%+v", x.Recurrent)
}

func TestRecurrentsAreSound(t *testing.T) {
	for name, o := range map[string]RecurrentOptions{
		"all":         {MaxUnits: 6, Initial: Either},
		"exact":       {MaxUnits: 5, MaxRank: 2, Exact: true, MinRank: 1},
		"modest":      {MaxUnits: 5, Modest: true, Initial: WithInitial},
		"positive":    {MaxUnits: 5, PositiveP: true},
		"independent": {MaxUnits: 5, Independent: true, MinRank: 1},
		"room":        {MaxUnits: 6, Independent: true, MinRank: 1, UnitsPerRank: 2, PositiveP: true},
		"unstable":    {MaxUnits: 4, Initial: WithInitial, Radius: Unstable},
		"any":         {MaxUnits: 5, Initial: WithInitial, Radius: StableOrNot, Independent: true, MinRank: 1},
	} {
		t.Run(name, func(t *testing.T) {
			seen := draws(Recurrents(o), 120, func(r Recurrent) {
				x := requireRecurrent(t, r)
				requireRecurrentTags(t, x)
				requireRecurrentOptions(t, x, o)
			})
			if name == "all" {
				t.Log(seen)
			}
		})
	}
}

func requireRecurrentOptions(t *testing.T, x exactRecurrent, o RecurrentOptions) {
	t.Helper()
	most := o.MaxRank
	if most == 0 {
		most = 3
	}
	require.LessOrEqual(t, x.units, o.MaxUnits)
	require.LessOrEqual(t, x.rank, min(most, x.units))
	require.GreaterOrEqual(t, x.rank, o.MinRank)
	require.GreaterOrEqual(t, x.units, o.UnitsPerRank*x.rank)
	require.True(t, o.Initial == Either || x.HasInitial() == (o.Initial == WithInitial))
	side := x.j.CharPoly().UnitDisc()
	switch o.Radius {
	case Stable:
		require.Equal(t, exact.Inside, side, "%+v", x.Recurrent)
		require.True(t, contracts(x.Overlap()), "%v: NᵀM = %v", x.Tags, x.Overlap())
	case Unstable:
		require.NotEqual(t, exact.Inside, side)
	case StableOrNot:
		require.Equal(t, side != exact.Inside, has(x.Tags, "unstable"))
	}
	require.True(t, !o.PositiveP || x.p.Rank() == x.units)
	require.True(t, !o.Independent || x.m.Rank() == x.rank && x.l.Rank() == x.rank, "%+v", x.Recurrent)
	require.False(t, (o.Modest || o.Exact) && (has(x.Tags, "graded covariance") || has(x.Tags, slow) || has(x.Tags, "graded loadings")))
}

func TestRecurrentsVisitEveryEdge(t *testing.T) {
	seen := draws(Recurrents(RecurrentOptions{MaxUnits: 6, Initial: Either}), 400, func(Recurrent) {})
	draws(Recurrents(RecurrentOptions{MaxUnits: 5}), 1500, func(r Recurrent) { require.True(t, r.Admissible(), "%+v", r) })
	for tag := range recurrentEdges {
		require.Greater(t, seen[tag], 5, tag)
	}
	for _, tag := range []string{slow, "random loadings", "graded loadings"} {
		require.Greater(t, seen[tag], 5, tag)
	}
	// S7 is about both: R latents suffice for some, others need 2R.
	seen = map[string]int{}
	draws(Recurrents(RecurrentOptions{MaxUnits: 7, Independent: true, MinRank: 1, UnitsPerRank: 2, PositiveP: true}), 200, func(r Recurrent) {
		x := requireRecurrent(t, r)
		switch exact.HStack(x.m, x.p.Mul(x.l)).Rank() {
		case x.rank:
			seen["R"]++
		case 2 * x.rank:
			seen["2R"]++
		}
	})
	require.Greater(t, seen["R"], 8)
	require.Greater(t, seen["2R"], 60)
}

func TestRecurrentRefusesWhatIsNone(t *testing.T) {
	good := Recurrent{Form: "structured", M: [][]float64{{0.5}, {0}}, N: [][]float64{{1}, {2}}, PDiag: []float64{1, 0}}
	_, err := good.LinearRNN()
	require.NoError(t, err)
	for want, broken := range map[string]func(r *Recurrent){
		"form":             func(r *Recurrent) { r.Form = "sparse" },
		"N[1] has 2":       func(r *Recurrent) { r.N[1] = []float64{1, 2} },
		"variance 1 is -1": func(r *Recurrent) { r.PDiag[1] = -1 },
		"want both":        func(r *Recurrent) { r.N = nil },
		"mean has 1":       func(r *Recurrent) { r.Mean = []float64{1} },
	} {
		r := copyAs(good)
		broken(&r)
		_, err := r.LinearRNN()
		require.ErrorIs(t, err, model.ErrInvalid, want)
		require.ErrorContains(t, err, want)
	}
}
