package meanfield

import (
	"math"
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// RankOne is M9.
func RankOne() theorems.Theorem {
	one := generators.MixtureOptions{Nonlinearity: everyPhi, MaxRank: 1}
	return theorems.Theorem{
		Ref: "M9", ID: "meanfield/rank-one-cannot-oscillate",
		Statement: "For R = 1, v = 1 and x_⊥(0) = 0, κ(t) is monotone, in the mean field and in every network, and x_i(t) = m_i κ(t) + I_i with it.",
		Source:    "B (dynamics on a line); + for networks",
		Given:     []string{"R = 1", "v = 1: the input has been on", "x_⊥(0) = 0"},
		Needed:    []theorems.Witness{besideTheLoadings(), inputSwitchedOn(), rankTwoTurns()},
		Why: "A path is monotone iff its variation is its length from end to end. A step of error e that crosses a fixed point is undone by at most e: 2⁻³⁹ and 2⁻³³ of the state a step of an integrator, as it is asked for, 2¹⁰ or 64(1 + L) steps a unit of time, L = Lip F, up to time 4 or 2¹⁶/L, as far as an explicit solver can be asked to follow a stiff field. " +
			"Euler and RK4 steps with h Lip(F_N) ≤ ¼ are increasing maps of κ, whose iterates are monotone but for rounding, 2(N+16)u of what a step adds up.",
		Claims: []theorems.Check{
			theorems.Deciding(theorems.Claim("networks", tame(one), judgeMonotoneNetwork), byOneWay, decideOneWay(false)).
				Visiting("P = 1", "Σ = 0", "I = 0", "kinked φ", "κ = 0", "large κ", "saturated"),
			theorems.Deciding(theorems.Claim("mean field", tame(generators.MixtureOptions{Nonlinearity: everyPhi, MaxRank: 1, MaxPopulations: 2}), judgeMonotone), byOneWay, decideOneWay(false)).
				Visiting("kinked φ").OneRoundIn(16),
		},
		Exact: []theorems.Check{
			theorems.Decide("Euler steps of hard-tanh networks", finiteEnsembles(), func(c FiniteEnsemble) error { return decideMonotone(c, false) }).Visiting("P = 2"),
		},
		Twins: []theorems.Twin{
			runTwin("input switched on at 0", "v(0) = 0, a transient", func(_ *model.ReducedNetwork, run *model.ReducedRun) { run.V = 0 }),
			runTwin("started beside the loadings", "x_⊥(0) = 1", func(net *model.ReducedNetwork, run *model.ReducedRun) {
				run.Beside = make([]float64, net.Units())
				for i := range run.Beside {
					run.Beside[i] = 1 + float64(i)
				}
			}),
			runTwin("a signal that comes and goes", "u(t) = 1 + cos 3t", func(_ *model.ReducedNetwork, run *model.ReducedRun) {
				run.Signal = func(t float64) float64 { return 1 + math.Cos(3*t) }
			}),
			{Name: "steps that overshoot", Mistake: "Euler with a step of 3τ", Break: overshooting},
			{Name: "a leak of the wrong sign", Mistake: "x along −κ every other step", Break: func(s theorems.Subject) theorems.Subject {
				right := s.ReducedRun
				s.ReducedRun = func(net *model.ReducedNetwork, run model.ReducedRun) ([][]float64, error) {
					states, err := right(net, run)
					for k := 1; k < len(states); k += 2 {
						for i := range states[k] {
							states[k][i] = 2*states[0][i] - states[k][i]
						}
					}
					return states, err
				}
				return s
			}},
			{Name: "any rank", Mistake: "each κ_r is monotone at R = 2", False: []theorems.Check{
				theorems.Claim("every κ_r at R = 2 or 3", tame(generators.MixtureOptions{Nonlinearity: []string{"erf", "hard-tanh"}, MaxPopulations: 2}), judgeMonotone)}},
			{Name: "any step", Mistake: "Euler steps of 8τ are monotone too", False: []theorems.Check{
				theorems.Decide("Euler steps of any size", finiteEnsembles(), func(c FiniteEnsemble) error { return decideMonotone(c, true) })}},
		},
		MaxUnknown: 0.05,
	}
}

// runTwin starts or drives the reduced network otherwise.
func runTwin(name, mistake string, wrong func(net *model.ReducedNetwork, run *model.ReducedRun)) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		right := s.ReducedRun
		s.ReducedRun = func(net *model.ReducedNetwork, run model.ReducedRun) ([][]float64, error) {
			wrong(net, &run)
			return right(net, run)
		}
		return s
	}}
}

// turnedBack is by how much a path's variation exceeds the distance of its ends: 0
// iff it is monotone.
func turnedBack(path []float64) float64 {
	variation := 0.0
	for k := 1; k < len(path); k++ {
		variation += math.Abs(path[k] - path[k-1])
	}
	return max(0, variation-math.Abs(path[len(path)-1]-path[0]))
}

func judgeMonotone(s theorems.Subject, c generators.MixturePoint) (f theorems.Finding, err error) {
	if s.Integrate == nil {
		return f, theorems.Missing("Integrate")
	}
	t, err := observe(c, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	const points = 24
	end := t.horizon(4)
	_, states, err := t.trajectory(&f, s, c.Kappa, end, points)
	if err != nil || f.Verdict == theorems.Fails {
		return f, err
	}
	for r := range c.Kappa {
		path, size := make([]float64, len(states)), t.fieldScale(r)
		for k := range states {
			path[k] = states[k][r]
			size = max(size, math.Abs(path[k]))
		}
		f.Expect("variation of κ − |κ(4) − κ(0)|", turnedBack(path), end*t.integrated(size), size+t.u)
	}
	return f, nil
}

// judgeMonotoneNetwork samples a network of 1 to 8 units and runs it from κ, v = 1.
func judgeMonotoneNetwork(s theorems.Subject, c generators.MixturePoint) (f theorems.Finding, err error) {
	if s.SampleMixture == nil || s.ReducedRun == nil {
		return f, theorems.Missing("SampleMixture, ReducedRun")
	}
	m, err := c.Model()
	if err != nil {
		return f, err
	}
	rng := randomOf(c.Kappa, c.Shares, c.MeanI, []float64{9})
	net, err := s.SampleMixture(m, model.MixtureSampling{Units: 1 + rng.IntN(8)}, rng.Uint64())
	if err != nil {
		return f, err
	}
	method := []model.Method{model.Euler, model.RK4}[rng.IntN(2)]
	return f, expectMonotone(&f, s, net.ReducedNetwork, c.Nonlinearity, model.ReducedRun{Kappa: c.Kappa, V: 1, Method: method})
}

// expectMonotone runs a network in steps of at most ¼/Lip(F_N), and claims that
// the units which start on the loadings go one way.
func expectMonotone(f *theorems.Finding, s theorems.Subject, net *model.ReducedNetwork, phi string, run model.ReducedRun) error {
	units, rank := net.Units(), net.Rank()
	loadings, n, input := net.M(), net.N(), net.Input()
	b := boundsOf(phi)
	lipschitz := 1.0
	for i := range units {
		for r := range rank {
			lipschitz += math.Abs(n.At(i, r)*loadings.At(i, r)) * b.derivative[1] / float64(units)
		}
	}
	run.Dt, run.Steps = math.Exp2(math.Floor(math.Log2(0.25/lipschitz))), 48
	states, err := s.ReducedRun(net, run)
	if err != nil {
		return err
	}
	f.Demand("a state a step", len(states) == run.Steps+1 && len(states[0]) == units)
	if f.Verdict == theorems.Fails {
		return nil
	}
	// What a step of κ adds up: κ, and h times the activities.
	most := make([]float64, units)
	for k := range states {
		for i, x := range states[k] {
			most[i] = max(most[i], math.Abs(x))
		}
	}
	activity, latent := 0.0, 0.0
	for i := range units {
		for r := range rank {
			activity += math.Abs(n.At(i, r)) / float64(units) * min(b.sup, 1+b.derivative[1]*most[i])
			if m := math.Abs(loadings.At(i, r)); m > 0 {
				latent = max(latent, (most[i]+math.Abs(input[i]))/m)
			}
		}
	}
	for _, k := range run.Kappa {
		latent = max(latent, math.Abs(k)) // |κ| stays below these unless all m are 0
	}
	for i := range units {
		if run.Beside != nil && run.Beside[i] != 0 {
			continue
		}
		path, m := make([]float64, len(states)), 0.0
		for k := range states {
			path[k] = states[k][i]
		}
		for r := range rank {
			m += math.Abs(loadings.At(i, r))
		}
		size := m*(latent+activity) + math.Abs(input[i])
		f.Expect("variation of x − |x(T) − x(0)|", turnedBack(path), 4*float64(run.Steps)*float64(units+16)*s.UnitRoundoff*size, size+s.UnitRoundoff)
	}
	return nil
}

// decideMonotone: in rationals, eight Euler steps of a hard-tanh network of rank
// one with h(1 + (1/N)Σ|n m|) ≤ 1 never turn, from the sign of the first.
func decideMonotone(c FiniteEnsemble, anyStep bool) error {
	if !c.Admissible() {
		return theorems.ErrUndecided
	}
	net := c.network()
	lipschitz := big.NewRat(1, 1)
	for i := range net.m {
		net.m[i], net.n[i] = net.m[i][:1], net.n[i][:1]
		slope := new(big.Rat).Mul(net.m[i][0], net.n[i][0])
		addProduct(lipschitz, big.NewRat(1, int64(len(net.m))), slope.Abs(slope))
	}
	h := big.NewRat(1, 1)
	for new(big.Rat).Mul(h, lipschitz).Cmp(big.NewRat(1, 1)) > 0 {
		h.Mul(h, big.NewRat(1, 2))
	}
	if anyStep {
		h.SetInt64(8)
	}
	kappa, direction := rationals(c.Kappa[:1]), 0
	for k := range 8 {
		next := net.euler(kappa, h)
		sign := next[0].Cmp(kappa[0])
		if k == 0 {
			direction = sign
		}
		if sign*direction < 0 {
			return theorems.Violatedf("κ turns after step %d: %v, %v", k, kappa[0].RatString(), next[0].RatString())
		}
		kappa = next
	}
	return nil
}

// networkRun is a tanh network as numbers, and how it starts.
type networkRun struct {
	M      [][]float64 `json:"m" dim:"N,R"`
	N      [][]float64 `json:"n" dim:"N,R"`
	Input  []float64   `json:"input" dim:"N"`
	Beside []float64   `json:"beside" dim:"N"`
	Kappa  []float64   `json:"kappa" dim:"R"`
	V      float64     `json:"v"`
}

func monotoneWitness(without, shows, name string, c networkRun) theorems.Witness {
	return theorems.Witness{Without: without, Shows: shows, Case: c,
		Check: theorems.Claim(name, rapid.Just(c), func(s theorems.Subject, c networkRun) (f theorems.Finding, err error) {
			if s.ReducedRun == nil {
				return f, theorems.Missing("ReducedRun")
			}
			flat := func(rows [][]float64) *mat.Dense {
				out := mat.NewDense(len(rows), len(rows[0]), nil)
				for i, row := range rows {
					out.SetRow(i, row)
				}
				return out
			}
			net, err := model.NewReducedNetwork(model.Tanh(), flat(c.M), flat(c.N), c.Input)
			if err != nil {
				return f, err
			}
			return f, expectMonotone(&f, s, net, "tanh", model.ReducedRun{Kappa: c.Kappa, V: c.V, Beside: c.Beside, Method: model.RK4})
		})}
}

func besideTheLoadings() theorems.Witness {
	return monotoneWitness("x_⊥(0) = 0", "N = 2, m = (1, 1), n = (2, 0), x_⊥(0) = (2, 0), κ(0) = 0: κ = x_1 rises and falls", "started beside the loadings",
		networkRun{M: [][]float64{{1}, {1}}, N: [][]float64{{2}, {0}}, Input: []float64{0, 0}, Beside: []float64{2, 0}, Kappa: []float64{0}, V: 1})
}

func inputSwitchedOn() theorems.Witness {
	return monotoneWitness("v = 1: the input has been on", "N = 2, m = (1, 1), n = (4, 0), I = (−4, 0), κ(0) = ½, v(0) = 0: κ = x_1 rises, and falls when the input has come", "input switched on at 0",
		networkRun{M: [][]float64{{1}, {1}}, N: [][]float64{{4}, {0}}, Input: []float64{-4, 0}, Beside: []float64{0, 0}, Kappa: []float64{0.5}, V: 0})
}

func rankTwoTurns() theorems.Witness {
	return monotoneWitness("R = 1", "N = 2, M = 1, N = 4[[1, 1], [−1, 1]]: a rotation", "every unit at R = 2",
		networkRun{M: [][]float64{{1, 0}, {0, 1}}, N: [][]float64{{4, 4}, {-4, 4}}, Input: []float64{0, 0}, Beside: []float64{0, 0}, Kappa: []float64{0.25, 0}, V: 1})
}
