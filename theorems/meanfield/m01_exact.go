package meanfield

import (
	"math"
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// reducedRational is a network in rationals.
type reducedRational struct {
	m, n, in, beside *exact.Matrix
	phi              string
	share            *big.Rat // 1/N
	forgetsBeside    bool     // a twin
}

func newReducedRational(c generators.Reduced) (*reducedRational, error) {
	m, err := exact.FromFloat64(c.M)
	if err != nil {
		return nil, err
	}
	n, err := exact.FromFloat64(c.N)
	return &reducedRational{m: m, n: n, in: exact.ColumnFloat64(c.I), phi: c.Nonlinearity, share: big.NewRat(1, int64(c.Units()))}, err
}

// piecewiseLinear applies relu, hard-tanh or the identity.
func piecewiseLinear(name string, x *exact.Matrix) *exact.Matrix {
	out := make([]*big.Rat, x.Rows())
	one := big.NewRat(1, 1)
	for i := range out {
		v := x.At(i, 0)
		switch {
		case name == "relu" && v.Sign() < 0:
			v = new(big.Rat)
		case name == "hard-tanh" && v.Cmp(one) > 0:
			v = one
		case name == "hard-tanh" && v.Cmp(new(big.Rat).Neg(one)) < 0:
			v = new(big.Rat).Neg(one)
		}
		out[i] = v
	}
	return exact.Column(out)
}

// place is Mκ + I v + e·y of a state (κ, v, e), stacked.
func (s *reducedRational) place(state *exact.Matrix) *exact.Matrix {
	r := s.m.Cols()
	x := s.m.Mul(state.Slice(0, r, 0, 1)).Add(s.in.Scale(state.At(r, 0)))
	return x.Add(s.beside.Scale(state.At(r+1, 0)))
}

// read is (1/N) Nᵀ φ(x).
func (s *reducedRational) read(x *exact.Matrix) *exact.Matrix {
	return s.n.T().Mul(activity(s.phi, x)).Scale(s.share)
}

// rationalStep is one explicit step of size h of s' = rate(s).
func rationalStep(method string, h *big.Rat, s *exact.Matrix, rate func(s *exact.Matrix, offset float64) *exact.Matrix) *exact.Matrix {
	moved := func(num, den int64, k *exact.Matrix) *exact.Matrix {
		return s.Add(k.Scale(new(big.Rat).Mul(h, big.NewRat(num, den))))
	}
	k1 := rate(s, 0)
	if method == "euler" {
		return moved(1, 1, k1)
	}
	k2 := rate(moved(1, 2, k1), 0.5)
	k3 := rate(moved(1, 2, k2), 0.5)
	k4 := rate(moved(1, 1, k3), 1)
	two := big.NewRat(2, 1)
	return moved(1, 6, k1.Add(k2.Scale(two)).Add(k3.Scale(two)).Add(k4))
}

// decideReducedSteps takes at most two steps of N units and of the R + 2 numbers
// (κ, v, e), and requires x = Mκ + Iv + e·x_⊥ after each, with equality.
func decideReducedSteps(flaw func(*reducedRational)) func(generators.ReducedRun) error {
	return func(c generators.ReducedRun) error {
		s, err := newReducedRational(c.Reduced)
		if err != nil {
			return err
		}
		if c.Units() > 16 {
			return theorems.ErrUndecided
		}
		s.beside = exact.ColumnFloat64(c.Beside)
		if flaw != nil {
			flaw(s)
		}
		rank, h := c.Rank(), theorems.Rational(c.Step)
		state := exact.VStack(exact.ColumnFloat64(c.Kappa), exact.ColumnFloat64([]float64{c.V, 1}))
		x := s.place(state)
		for k := range min(c.Steps, 2) {
			signal := func(offset float64) *exact.Matrix {
				return exact.ColumnFloat64([]float64{c.Signal((float64(k) + offset) * c.Step)})
			}
			x = rationalStep(c.Method, h, x, func(x *exact.Matrix, offset float64) *exact.Matrix {
				return s.m.Mul(s.read(x)).Add(s.in.Mul(signal(offset))).Sub(x)
			})
			state = rationalStep(c.Method, h, state, func(state *exact.Matrix, offset float64) *exact.Matrix {
				at := s.place(state)
				if s.forgetsBeside {
					at = at.Sub(s.beside.Scale(state.At(rank+1, 0)))
				}
				return exact.VStack(s.read(at), signal(offset), exact.Zero(1, 1)).Sub(state)
			})
			if err := sameMatrix("x = Mκ + Iv + e x_⊥", x, s.place(state)); err != nil {
				return err
			}
		}
		return nil
	}
}

// sameMatrix is a Violation naming the formula unless A = B.
func sameMatrix(formula string, a, b *exact.Matrix) error {
	if a.Equal(b) {
		return nil
	}
	return theorems.Violatedf("%s: %v against %v", formula, a, b)
}

// reducedFlaw is what a twin of the reduction does wrong.
type reducedFlaw struct {
	forgetsLeak, unfiltered, stays, closed, deaf bool
	scale                                        func(n float64) float64
}

// reductionTwin runs the reduced equations, and evaluates their field, with a flaw.
func reductionTwin(name, mistake string, w reducedFlaw) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		s.ReducedRun = w.run
		if w.forgetsLeak || w.deaf || w.scale != nil {
			s.ReducedField = func(net *model.ReducedNetwork, kappa []float64, v float64) ([]float64, error) {
				return w.field(net, kappa, v, nil), nil
			}
		}
		return s
	}}
}

func (w reducedFlaw) place(net *model.ReducedNetwork, kappa []float64, v float64, beside []float64) []float64 {
	m, x := net.M(), net.Input()
	for i := range x {
		x[i] *= v
		for r, k := range kappa {
			x[i] += m.At(i, r) * k
		}
		if beside != nil {
			x[i] += beside[i]
		}
	}
	return x
}

func (w reducedFlaw) field(net *model.ReducedNetwork, kappa []float64, v float64, beside []float64) []float64 {
	if w.deaf {
		v = 0
	}
	x, n := w.place(net, kappa, v, beside), net.N()
	out := make([]float64, len(kappa))
	for r := range out {
		for i := range x {
			out[r] += n.At(i, r) * net.Nonlinearity().Value(x[i]) / float64(len(x))
		}
		if w.scale != nil {
			out[r] *= w.scale(float64(len(x)))
		}
		if !w.forgetsLeak {
			out[r] -= kappa[r]
		}
	}
	return out
}

// closedForm returns v, where u = 1, and e^−t.
func closedForm(run model.ReducedRun, t, v float64) (float64, float64) {
	if run.Signal == nil {
		v = 1 + (run.V-1)*math.Exp(-t)
	}
	return v, math.Exp(-t)
}

func (w reducedFlaw) run(net *model.ReducedNetwork, run model.ReducedRun) ([][]float64, error) {
	signal := run.Signal
	if signal == nil {
		signal = func(float64) float64 { return 1 }
	}
	r := net.Rank()
	scaled := func(e float64) []float64 {
		out := append([]float64(nil), run.Beside...)
		for i := range out {
			out[i] *= e
		}
		return out
	}
	rate := func(t float64, s []float64) []float64 {
		v, e := s[r], s[r+1]
		if w.unfiltered {
			v = signal(t)
		}
		if w.closed {
			v, e = closedForm(run, t, v)
		}
		out := append(w.field(net, s[:r], v, scaled(e)), signal(t)-s[r], -s[r+1])
		if w.stays {
			out[r+1] = 0
		}
		return out
	}
	state := append(append([]float64(nil), run.Kappa...), run.V, 1)
	moved := func(by float64, k []float64) []float64 {
		out := make([]float64, len(state))
		for i := range out {
			out[i] = state[i] + by*k[i]
		}
		return out
	}
	var out [][]float64
	for k := 0; ; k++ {
		t := float64(k) * run.Dt
		v, e := state[r], state[r+1]
		if w.unfiltered {
			v = signal(t)
		}
		if w.closed {
			v, e = closedForm(run, t, v)
		}
		out = append(out, w.place(net, state[:r], v, scaled(e)))
		if k == run.Steps {
			return out, nil
		}
		k1 := rate(t, state)
		if run.Method == model.Euler {
			state = moved(run.Dt, k1)
			continue
		}
		k2 := rate(t+run.Dt/2, moved(run.Dt/2, k1))
		k3 := rate(t+run.Dt/2, moved(run.Dt/2, k2))
		k4 := rate(t+run.Dt, moved(run.Dt, k3))
		for i := range k1 {
			k1[i] = (k1[i] + 2*k2[i] + 2*k3[i] + k4[i]) / 6
		}
		state = moved(run.Dt, k1)
	}
}

// ownLeaksLeaveTheSpan: with time constants (1, 2) one Euler step from Mκ is
// not in the span of M and I.
func ownLeaksLeaveTheSpan() theorems.Witness {
	c := smallRun([][]float64{{1}, {1}}, [][]float64{{4}, {0}}, []float64{0, 0})
	c.Kappa = []float64{1}
	return reducedWitness("the leak is common to all units", "N = 2, m = (1,1), n = (4,0), τ = (1,2), φ = identity, κ = 1, dt = 1: x⁺ = (2, 1½) is no multiple of m", "x⁺ in the span of M and I, whatever τ", c,
		func(s *reducedRational, c generators.ReducedRun) error {
			x := s.m.Mul(exact.ColumnFloat64(c.Kappa))
			perTau := exact.Diagonal([]*big.Rat{big.NewRat(1, 1), big.NewRat(1, 2)})
			x = x.Add(perTau.Mul(s.m.Mul(s.read(x)).Sub(x)))
			if span := exact.HStack(s.m, s.in); exact.HStack(span, x).Rank() > span.Rank() {
				return theorems.Violatedf("x⁺ = %v is not in the span of M = %v and I = %v", x, s.m, s.in)
			}
			return nil
		})
}

// unfilteredInputIsAnother: x needs time to follow u, I u does not.
func unfilteredInputIsAnother() theorems.Witness {
	return reducedWitness("v is the filtered input", "N = 1, m = n = 0, I = 1, u = 1 switched on at x = 0, dt = ½: x⁺ = ½, I u = 1", "x = Mκ + I u", smallRun([][]float64{{0}}, [][]float64{{0}}, []float64{1}),
		func(s *reducedRational, c generators.ReducedRun) error {
			return sameMatrix("x⁺ = Mκ⁺ + I u", s.in.Scale(big.NewRat(1, 2)), s.in) // one Euler step of ½ from 0
		})
}

// closedFormsAreAnotherScheme: an Euler step of v from 0 by ½ is ½; the flow is
// at 1 − e^−½ < 2/5.
func closedFormsAreAnotherScheme() theorems.Witness {
	return reducedWitness("v and e^−t go through the tableau", "N = 1, m = n = 0, I = 1, u = 1, Euler with dt = ½: x⁺ = ½, I v(½) = 1 − e^−½ = 0.393…", "x⁺ = I v(dt), v in closed form", smallRun([][]float64{{0}}, [][]float64{{0}}, []float64{1}),
		func(s *reducedRational, c generators.ReducedRun) error {
			flow := s.in.Scale(theorems.Rational(-math.Expm1(-0.5)))
			return sameMatrix("x⁺ = I v(½)", s.in.Scale(big.NewRat(1, 2)), flow)
		})
}

func smallRun(m, n [][]float64, in []float64) generators.ReducedRun {
	return generators.ReducedRun{
		Reduced: generators.Reduced{Nonlinearity: "identity", M: m, N: n, I: in, Kappa: []float64{0}},
		Beside:  make([]float64, len(m)), Level: 1, Period: 1, Method: "euler", Step: 0.5, Steps: 1,
	}
}

func reducedWitness(without, shows, check string, c generators.ReducedRun, decide func(*reducedRational, generators.ReducedRun) error) theorems.Witness {
	runs := generators.ReducedRuns(generators.ReducedOptions{MaxUnits: 3, MaxRank: 2, Nonlinearity: []string{"identity"}})
	return theorems.Witness{Without: without, Shows: shows, Case: c,
		Check: theorems.Decide(check, runs, func(c generators.ReducedRun) error {
			s, err := newReducedRational(c.Reduced)
			if err != nil {
				return err
			}
			return decide(s, c)
		})}
}
