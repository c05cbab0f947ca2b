package generators

import (
	"math/big"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/stretchr/testify/require"
)

// rationalOf is rational for a matrix that may have no rows or no columns.
func rationalOf(t testing.TB, a [][]float64, rows, cols int) *exact.Matrix {
	t.Helper()
	if rows == 0 || cols == 0 || len(a) == 0 {
		return exact.Zero(rows, cols)
	}
	m := rational(t, a)
	require.Equal(t, rows, m.Rows())
	require.Equal(t, cols, m.Cols())
	return m
}

// requireCovariance checks that Σ is diag(d) + F Fᵀ with d ≥ 0, and so
// semidefinite, and that no entry of it was rounded; it returns Σ.
func requireCovariance(t testing.TB, c covariance) *exact.Matrix {
	t.Helper()
	n := len(c.diag)
	d, err := exact.DiagonalFloat64(c.diag)
	require.NoError(t, err)
	for _, x := range c.diag {
		require.GreaterOrEqual(t, x, 0.0)
	}
	sum := d
	if len(c.factor) > 0 && len(c.factor[0]) > 0 {
		f := rationalOf(t, c.factor, n, len(c.factor[0]))
		sum = d.Add(f.Mul(f.T()))
	}
	require.True(t, sum.Equal(rationalOf(t, c.expanded(), n, n)), "Σ was rounded: %v", c)
	return sum
}

// instance is a system in rationals.
type exactSystem struct {
	System
	k, n       int
	a, c, q, r *exact.Matrix
}

func exactly(t testing.TB, s System) exactSystem {
	t.Helper()
	k, n := s.Latents(), s.Units()
	return exactSystem{s, k, n, rationalOf(t, s.A, k, k), rationalOf(t, s.C, n, k), requireCovariance(t, s.q()), requireCovariance(t, s.r())}
}

// controllability is [B, AB, …].
func controllability(a, b *exact.Matrix) *exact.Matrix {
	out, power := b, b
	for range a.Rows() {
		power = a.Mul(power)
		out = exact.HStack(out, power)
	}
	return out
}

func spread(sigma *exact.Matrix) bool {
	var least, most *big.Rat
	for i := range sigma.Rows() {
		v := sigma.At(i, i)
		if v.Sign() == 0 {
			continue
		}
		if least == nil || v.Cmp(least) < 0 {
			least = v
		}
		if most == nil || v.Cmp(most) > 0 {
			most = v
		}
	}
	return least != nil && most.Cmp(new(big.Rat).Mul(least, big.NewRat(1<<20, 1))) >= 0
}

// systemEdges decide in rationals what an edge says; an instance carries it
// iff it is so.
var systemEdges = map[string]func(s exactSystem) bool{
	"Q singular":            func(s exactSystem) bool { return s.q.Rank() < s.k },
	"Q = 0":                 func(s exactSystem) bool { return s.k > 0 && s.q.IsZero() },
	"R_v singular":          func(s exactSystem) bool { return s.r.Det().Sign() == 0 },
	"R_v = 0":               func(s exactSystem) bool { return s.r.IsZero() },
	"A = 0":                 func(s exactSystem) bool { return s.k > 0 && s.a.IsZero() },
	"A nilpotent":           func(s exactSystem) bool { return s.k > 0 && s.a.Pow(s.k).IsZero() },
	"unobservable latent":   func(s exactSystem) bool { return s.k > 0 && controllability(s.a.T(), s.c.T()).Rank() < s.k },
	"uncontrollable latent": func(s exactSystem) bool { return s.k > 0 && controllability(s.a, s.q).Rank() < s.k },
	"K > N":                 func(s exactSystem) bool { return s.k > s.n },
	"K = 0":                 func(s exactSystem) bool { return s.k == 0 },
	"N = 1":                 func(s exactSystem) bool { return s.n == 1 },
	"initial law":           func(s exactSystem) bool { return s.Mean != nil },
	"graded covariance":     func(s exactSystem) bool { return spread(s.q) || spread(s.r) },
	// L [C, R_v] = [I, 0] has a solution.
	"Markov by construction": func(s exactSystem) bool {
		if s.k == 0 {
			return false
		}
		reads := exact.HStack(s.c, s.r)
		wanted := exact.HStack(exact.Identity(s.k), exact.Zero(s.k, s.n))
		return exact.VStack(reads, wanted).Rank() == reads.Rank()
	},
}

// madeEdges are tagged where they are made; what carries them is so.
var madeEdges = map[string]func(s exactSystem) bool{
	"A defective": func(s exactSystem) bool { return defective(s.a) },
	slow:          func(s exactSystem) bool { return radiusIsSlowest(s.a) },
	"unstable":    func(s exactSystem) bool { return s.a.CharPoly().UnitDisc() != exact.Inside },
	"zero on the unit circle": func(s exactSystem) bool {
		return readOutZeros(s).UnitDisc() == exact.On
	},
	"zero outside the unit circle": func(s exactSystem) bool {
		return readOutZeros(s).UnitDisc() == exact.Outside
	},
}

// radiusIsSlowest: scaled by 1/(1 − 2⁻²⁷), the outermost eigenvalues are on
// the unit circle.
func radiusIsSlowest(a *exact.Matrix) bool {
	scale, _ := new(big.Rat).SetString("134217728/134217727")
	return a.Scale(scale).CharPoly().UnitDisc() == exact.On
}

// readOutZeros is C adj(tI − A) B for the moving average, whose A is a shift:
// Σ c_i t^(K−1−i).
func readOutZeros(s exactSystem) exact.Poly {
	p := make(exact.Poly, s.k)
	for i := range p {
		p[s.k-1-i] = s.c.At(0, i)
	}
	return p
}

func requireSystem(t testing.TB, s System) exactSystem {
	t.Helper()
	require.NoError(t, CheckShape(s))
	lds, err := s.LDS()
	require.NoError(t, err)
	require.Equal(t, s.Latents(), lds.Latents())
	require.Equal(t, s.Units(), lds.Units())
	for i, row := range s.R() {
		for j := range row {
			require.Equal(t, row[j], lds.R().At(i, j), "of few bits: no rounding anywhere")
		}
	}
	requireForm(t, s.Form, s.r(), lds.R())
	_, starts := lds.Initial()
	require.Equal(t, s.HasInitial(), starts)
	x := exactly(t, s)
	requireCovariance(t, s.cov())
	return x
}

// requireForm: model holds Σ in the form, and takes something away in the
// reduced one unless there is nothing.
func requireForm(t testing.TB, form string, c covariance, got model.Noise) {
	t.Helper()
	require.Contains(t, forms, form)
	_, _, taken, structured := got.Structure()
	require.Equal(t, form != "dense", structured)
	require.Equal(t, form == "reduced" && c.directions().rank() > 0, taken != nil)
}

func TestSystemsAreSound(t *testing.T) {
	for name, o := range map[string]SystemOptions{
		"all":          {MaxUnits: 5, Initial: Either},
		"exact":        {MaxUnits: 4, MaxLatents: 3, Exact: true},
		"modest":       {MaxUnits: 4, Modest: true, Initial: WithInitial},
		"stable":       {MaxUnits: 4, RegularA: true, MinLatents: 1},
		"unstable":     {MaxUnits: 4, Initial: WithInitial, Radius: Unstable},
		"any":          {MaxUnits: 4, Initial: WithInitial, Radius: StableOrNot, RegularA: true},
		"positive":     {MaxUnits: 4, PositiveR: true, PositiveQ: true, InjectiveC: true},
		"noise-free":   {MaxUnits: 4, NoiseFree: true, MoreLatents: true},
		"singular Q":   {MaxUnits: 4, SingularQ: true, Controllable: true, RegularA: true, PositiveR: true},
		"controllable": {MaxUnits: 4, Controllable: true},
		"averages":     {MaxUnits: 1, MaxLatents: 3, MinLatents: 2, NoiseFree: true},
		"Markov":       {MaxUnits: 5, Markov: true, Exact: true},
	} {
		t.Run(name, func(t *testing.T) {
			seen := draws(Systems(o), 110, func(s System) {
				x := requireSystem(t, s)
				requireSystemOptions(t, x, o)
				requireSystemTags(t, x)
			})
			if name == "all" {
				t.Log(seen)
			}
			if o.Radius == StableOrNot {
				require.Positive(t, seen["unstable"])
				require.Less(t, seen["unstable"], 110)
			}
		})
	}
}

func requireSystemTags(t *testing.T, x exactSystem) {
	t.Helper()
	for tag, holds := range systemEdges {
		require.Equal(t, holds(x), has(x.Tags, tag), "%q of %+v", tag, x.System)
	}
	for tag, holds := range madeEdges {
		require.True(t, !has(x.Tags, tag) || holds(x), "%q is false of %+v", tag, x.System)
	}
}

func requireSystemOptions(t *testing.T, x exactSystem, o SystemOptions) {
	t.Helper()
	require.LessOrEqual(t, x.n, o.MaxUnits)
	require.GreaterOrEqual(t, x.k, o.MinLatents)
	most := o.MaxLatents
	if most == 0 {
		most = o.MaxUnits + 1
	}
	require.LessOrEqual(t, x.k, most)
	require.True(t, o.Initial == Either || x.k == 0 || x.HasInitial() == (o.Initial == WithInitial))
	side := x.a.CharPoly().UnitDisc()
	switch o.Radius {
	case Stable:
		require.Equal(t, exact.Inside, side, "%v, A = %v", x.Tags, x.A)
		require.True(t, contracts(x.A), "%v, A = %v", x.Tags, x.A)
	case Unstable:
		require.NotEqual(t, exact.Inside, side)
	case StableOrNot:
		require.Equal(t, side != exact.Inside, has(x.Tags, "unstable"))
	}
	require.True(t, !o.PositiveR || x.r.Rank() == x.n)
	require.True(t, !o.NoiseFree || x.r.IsZero())
	require.True(t, !o.PositiveQ || x.q.Rank() == x.k)
	require.True(t, !o.SingularQ || x.q.Rank() < x.k)
	require.True(t, !o.RegularA || x.a.Rank() == x.k)
	require.True(t, !o.InjectiveC || x.c.Rank() == x.k)
	require.True(t, !o.MoreLatents || x.k > x.n)
	require.True(t, !o.Controllable || !has(x.Tags, "uncontrollable latent"))
	require.True(t, !o.Markov || has(x.Tags, "Markov by construction"))
	require.False(t, (o.Modest || o.Exact) && (has(x.Tags, "graded covariance") || has(x.Tags, slow)))
	if o.Exact {
		for _, row := range x.A {
			for _, v := range row {
				require.True(t, isInteger(64*v), "A = %v", x.A)
			}
		}
	}
}

// Every edge of theory section 3 comes up within some hundred draws.
func TestSystemsVisitEveryEdge(t *testing.T) {
	seen := draws(Systems(SystemOptions{MaxUnits: 6, Initial: Either}), 400, func(System) {})
	for tag := range systemEdges {
		require.Greater(t, seen[tag], 5, tag)
	}
	for _, tag := range []string{"A defective", slow} {
		require.Greater(t, seen[tag], 5, tag)
	}
	for _, kind := range contractions() {
		require.Positive(t, seen[kind.name], kind.name)
	}
	seen = draws(Systems(SystemOptions{MaxUnits: 1, MaxLatents: 3, NoiseFree: true}), 400, func(System) {})
	require.Greater(t, seen["zero on the unit circle"], 5)
	require.Greater(t, seen["zero outside the unit circle"], 5)
}

// Numbers that are no system are refused with what is wrong.
func TestSystemRefusesWhatIsNone(t *testing.T) {
	good := System{Form: "dense", A: [][]float64{{0.5}}, C: [][]float64{{1}}, QDiag: []float64{1}, RDiag: []float64{0}}
	_, err := good.LDS()
	require.NoError(t, err)
	for want, broken := range map[string]func(s *System){
		"form":                               func(s *System) { s.Form = "" },
		"variance 0 is -1":                   func(s *System) { s.QDiag = []float64{-1} },
		"C[0] has 2":                         func(s *System) { s.C = [][]float64{{1, 2}} },
		"q_factor has 2":                     func(s *System) { s.QFactor = [][]float64{{1}, {2}} },
		"R is of no units":                   func(s *System) { s.C, s.RDiag = nil, nil },
		"initial: invalid input: variance 0": func(s *System) { s.CovDiag = []float64{-2} },
	} {
		s := copyAs(good)
		broken(&s)
		_, err := s.LDS()
		require.ErrorIs(t, err, model.ErrInvalid, want)
		require.ErrorContains(t, err, want)
	}
	mean := good
	mean.CovDiag = []float64{2} // and no mean: 0
	lds, err := mean.LDS()
	require.NoError(t, err)
	start, ok := lds.Initial()
	require.True(t, ok)
	require.Equal(t, []float64{0}, start.Mean)
}
