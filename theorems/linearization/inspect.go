package linearization

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/precise"
	"github.com/rankproof/rankproof/theorems"
)

// Inspection is family L at the fixed points of one network: the claims of the
// theorems, with W applied by its loadings where it is given by them, in
// O(N R²) a point.
type Inspection struct {
	Network *model.RNN
	Input   []float64          // constant u (q)
	Points  []model.FixedPoint // at which the statements are judged
	Dt      float64            // of the Euler map, in the unit of τ
}

// Judgement is one statement at all points of an inspection.
type Judgement struct {
	Ref, ID       string
	Finding       theorems.Finding
	Points        int    // at which it was judged
	NotApplicable string // the hypothesis that this network does not meet
}

// Judge returns L1 to L13 at the inspection's points, in order. An error names
// a point at which the subject refused to compute.
func (in Inspection) Judge(s theorems.Subject) ([]Judgement, error) {
	var truths []*truth
	for k, p := range in.Points {
		t, err := observeAt(in.Network, p.X, in.Input, s.UnitRoundoff)
		if err != nil {
			return nil, fmt.Errorf("fixed point %d: %w", k+1, err)
		}
		truths = append(truths, t)
	}
	var out []Judgement
	for _, st := range in.statements(s) {
		j := Judgement{NotApplicable: st.unless}
		theorem := st.theorem()
		j.Ref, j.ID = theorem.Ref, theorem.ID
		if len(truths) == 0 {
			j.NotApplicable = "no fixed point was found"
		}
		for k, t := range truths {
			if st.unless != "" {
				break
			}
			if in.Points[k].OnKink && st.derivative() {
				continue
			}
			var f theorems.Finding
			judged, err := st.judge(&f, t, k, truths)
			j.Finding.Merge(f)
			if err != nil {
				return nil, fmt.Errorf("%s at fixed point %d: %w", j.Ref, k+1, err)
			}
			if judged {
				j.Points++
			}
		}
		if j.Points == 0 && j.NotApplicable == "" {
			if j.NotApplicable = st.needs; st.needs == "" {
				j.NotApplicable = "every fixed point is on a kink of φ"
			}
		}
		out = append(out, j)
	}
	return out, nil
}

// statement judges one theorem at point k; it reports whether it had anything
// to judge there.
type statement struct {
	theorem func() theorems.Theorem
	unless  string // a reason why no point is judged
	needs   string // why none was, if none was
	judge   func(f *theorems.Finding, t *truth, k int, all []*truth) (bool, error)
}

// derivative reports whether the statement is about a linearization, which a
// point on a kink of φ does not have: all but L1 and L10.
func (st statement) derivative() bool {
	ref := st.theorem().Ref
	return ref != "L1" && ref != "L10"
}

func (in Inspection) statements(s theorems.Subject) []statement {
	_, scalar := in.Network.ScalarTau()
	low, lowRank := in.Network.Connectivity().(*model.LowRank)
	when := func(met bool, reason string) string {
		if met {
			return ""
		}
		return reason
	}
	perMode := func(expect func(t *truth, f *theorems.Finding, modes []mode)) func(*theorems.Finding, *truth, int, []*truth) (bool, error) {
		return func(f *theorems.Finding, t *truth, _ int, _ []*truth) (judged bool, err error) {
			err = onModes(func(t *truth, f *theorems.Finding, modes []mode) {
				if judged = len(modes) > 0; judged {
					expect(t, f, modes)
				}
			})(f, t, s)
			return judged || f.Verdict != theorems.Holds, err
		}
	}
	unit := "τ differs between units"
	noModes := "no mode with μ ≠ 0"
	first := func(reasons ...string) string {
		for _, r := range reasons {
			if r != "" {
				return r
			}
		}
		return ""
	}
	rankOne := first(when(lowRank && low.Rank() == 1, "W is not given as m nᵀ"), when(scalar, unit))
	twoContexts := first(when(in.Network.Inputs() > 0, "no inputs"), when(len(in.Points) > 1, "one fixed point alone"))
	curved := first(when(len(in.Network.Nonlinearity().Kinks()) == 0, "φ has a kink"), when(scalar, unit))
	return []statement{
		{FixedPoints, "", "", func(f *theorems.Finding, t *truth, k int, _ []*truth) (bool, error) {
			return true, t.expectFixedPoint(f, s, in.miss(t, k))
		}},
		{Spectrum, when(scalar, unit), "", func(f *theorems.Finding, t *truth, _ int, _ []*truth) (bool, error) {
			spectrum, err := s.Spectrum(t.net, t.x)
			if err != nil {
				return false, err
			}
			t.expectPowerSums(f, spectrum)
			return true, nil
		}},
		{RightEigenvectors, when(scalar, unit), noModes, perMode((*truth).expectRight)},
		{LeftEigenvectors, when(scalar, unit), noModes, perMode((*truth).expectLeft)},
		{Pairing, "", noModes, perMode((*truth).expectPairing)},
		{InputGain, when(in.Network.Inputs() > 0, "no inputs"), noModes,
			perMode((*truth).expectGains)},
		{Context, twoContexts, "needs modes at two fixed points",
			func(f *theorems.Finding, t *truth, k int, all []*truth) (bool, error) {
				return in.context(f, s, k, all)
			}},
		{RankOne, rankOne, "μ = 0 at every point",
			perMode(func(t *truth, f *theorems.Finding, m []mode) { t.expectDirections(f, networkOf(t.net, in.Input), m[0]) })},
		{Jordan, when(scalar, unit), "", func(f *theorems.Finding, t *truth, _ int, _ []*truth) (bool, error) {
			return true, t.expectIntertwining(f)
		}},
		{Trajectories, when(scalar, unit), "", func(f *theorems.Finding, t *truth, _ int, _ []*truth) (bool, error) { return true, in.steps(f, s, t) }},
		{Order, curved, "",
			func(f *theorems.Finding, t *truth, _ int, _ []*truth) (bool, error) {
				return true, t.expectOrders(f, s)
			}},
		{UnitWiseTau, when(!scalar, "τ is scalar"), noModes, perMode(expectAllOfModes)},
		{Euler, "", "", func(f *theorems.Finding, t *truth, _ int, _ []*truth) (bool, error) {
			return true, t.expectEuler(f, s, in.Dt)
		}},
	}
}

// networkOf returns a network's numbers as an instance.
func networkOf(net *model.RNN, u []float64) generators.Network {
	out := generators.Network{Nonlinearity: net.Nonlinearity().Name(), U: u, B: theorems.Rows(net.Input())}
	for i := range net.Units() {
		out.Tau = append(out.Tau, net.Tau(i))
	}
	if tau, scalar := net.ScalarTau(); scalar {
		out.Tau = []float64{tau}
	}
	if low, ok := net.Connectivity().(*model.LowRank); ok {
		out.M, out.N, out.Scale = theorems.Rows(low.M()), theorems.Rows(low.N()), low.Scale()
		return out
	}
	out.W = theorems.Rows(net.Connectivity().Dense())
	return out
}

// observeAt computes the truth at a state of a network with its own bias;
// low-rank connectivity stays in its loadings.
func observeAt(net *model.RNN, x, u []float64, unitRoundoff float64) (*truth, error) {
	c := networkOf(net, u)
	t := &truth{net: net, u: unitRoundoff, n: net.Units(), x: x, input: u, b: c.B}
	t.tau = c.Tau
	if len(t.tau) != t.n {
		t.tau = make([]float64, t.n)
		for i := range t.tau {
			t.tau[i] = c.Tau[0]
		}
	}
	t.d = make([]float64, t.n)
	for i := range t.d {
		var err error
		if t.d[i], err = precise.Phi(c.Nonlinearity, x[i], 1); err != nil {
			return nil, err
		}
	}
	if c.LowRank() {
		t.connectivity = loadings{c.M, c.N, c.Scale}
	} else {
		t.w, t.absW = c.W, dense.Abs(c.W)
		t.connectivity = entries{t.w, t.absW}
	}
	t.law = precise.Network{W: t.w, Phi: c.Nonlinearity, Tau: t.tau, Bias: net.Bias(), B: c.B}
	if err := t.measureSlopes(c.Nonlinearity); err != nil {
		return nil, err
	}
	if c.LowRank() {
		t.measureLoadings(c.M, c.N, c.Scale)
	}
	return t, nil
}

// miss is how far a computed fixed point may be from x = Wφ(x) + b + Bu: the
// residual that was reported, through M for a low-rank network.
func (in Inspection) miss(t *truth, k int) []float64 {
	p := in.Points[k]
	out := make([]float64, t.n)
	low, lowRank := t.connectivity.(loadings)
	for i := range out {
		reach := 1.0
		if lowRank {
			reach = dense.VectorNorm1(low.m[i])
		}
		out[i] = reach * (p.Residual + p.ResidualError)
	}
	return out
}

// context judges L7 between point k and the next.
func (in Inspection) context(f *theorems.Finding, s theorems.Subject, k int, all []*truth) (bool, error) {
	if k+1 >= len(all) || in.Points[k+1].OnKink {
		return false, nil
	}
	var at [2]*model.Modes
	for i := range at {
		var err error
		at[i], err = s.Modes(in.Network, all[k+i].x)
		if errors.Is(err, model.ErrDefective) {
			f.Abstain(err.Error())
			return true, nil
		}
		if err != nil {
			return false, err
		}
	}
	pairs := min(len(at[0].Eigenvalues), len(at[1].Eigenvalues))
	for m := range pairs {
		for channel := range in.Input {
			err := all[k].expectContext(f, s, all[k+1], at[0].InContext(all[k].x, m), at[1].InContext(all[k+1].x, m), channel)
			if err != nil {
				return false, err
			}
		}
	}
	return pairs > 0, nil
}

// steps judges L10: an Euler and an RK4 step from beside the point, in
// both forms.
func (in Inspection) steps(f *theorems.Finding, s theorems.Subject, t *truth) error {
	tau := t.tau[0]
	start := make([]float64, t.n)
	for i := range start {
		start[i] = t.net.Nonlinearity().Value(t.x[i]) + 1.0/64
	}
	for _, method := range []string{"euler", "rk4"} {
		c := generators.Run{Network: networkOf(t.net, in.Input), Start: start, Bias: t.law.Bias, Filtered: in.Input,
			Wave: make([]float64, len(in.Input)), Period: 1, Method: method, Step: in.Dt / tau, Steps: 1}
		r, filtered := c.Start, c.Filtered
		for k := range c.Steps {
			var err error
			if r, filtered, err = t.expectStep(f, s, c, r, filtered, k); err != nil || f.Verdict == theorems.Fails {
				return err
			}
		}
	}
	return nil
}

// expectOrders is L11 in both forms along a direction at random, with the
// subject's linearization applied as an operator.
func (t *truth) expectOrders(f *theorems.Finding, s theorems.Subject) error {
	l, err := t.net.Linearize(t.x)
	if err != nil {
		return err
	}
	delta := t.randomVector()
	applied := func(form model.Form) func([]float64) []float64 {
		return func(v []float64) []float64 {
			out := make([]float64, len(v))
			l.Apply(form, out, v)
			return out
		}
	}
	for _, epsilon := range []float64{0x1p-4, 0x1p-12} {
		if err := t.expectOrder(f, s, delta, epsilon, applied(model.Activation)); err != nil {
			return err
		}
		if err := t.expectActivityOrder(f, s, delta, epsilon, applied(model.Activity)); err != nil {
			return err
		}
	}
	return nil
}

// expectGains is L6 with the oracle's τ⁻¹B and τ⁻¹DB.
func (t *truth) expectGains(f *theorems.Finding, modes []mode) {
	l := &theorems.Linearizations{}
	for i := range t.b {
		x, r := make([]float64, len(t.input)), make([]float64, len(t.input))
		for q := range x {
			x[q] = t.b[i][q] / t.tau[i]
			r[q] = t.d[i] * x[q]
		}
		l.Activation.Input, l.Activity.Input = append(l.Activation.Input, x), append(l.Activity.Input, r)
	}
	t.expectEqualGains(f, modes, l)
}

// expectIntertwining is L9's W M_r = M_x W and D M_x = M_r D on a vector at
// random, with the model's linearization applied as an operator.
func (t *truth) expectIntertwining(f *theorems.Finding) error {
	l, err := t.net.Linearize(t.x)
	if err != nil {
		return err
	}
	z, relative := t.randomVector(), 4*t.units()*t.u
	for i := range t.d {
		if t.d[i] > 0 {
			relative = max(relative, 4*t.units()*t.u+4*t.dErr[i]/t.d[i])
		}
	}
	apply := func(form model.Form, v []float64) []float64 {
		out := make([]float64, len(v))
		l.Apply(form, out, v)
		return out
	}
	slopes := func(v []float64) []float64 {
		out := make([]float64, len(v))
		for i := range v {
			out[i] = t.d[i] * v[i]
		}
		return out
	}
	a, b := t.apply(apply(model.Activity, z), false), apply(model.Activation, t.apply(z, false))
	size := t.abs(t.absM(model.Activity, absolute(z), false))
	c, d := slopes(apply(model.Activation, z)), apply(model.Activity, slopes(z))
	sizeD := slopes(t.absM(model.Activation, absolute(z), false))
	for i := range a {
		f.Expect("W M_r z = M_x W z", math.Abs(a[i]-b[i]), relative*size[i]+t.smallest, size[i]+8*t.smallest)
		f.Expect("D M_x z = M_r D z", math.Abs(c[i]-d[i]), relative*sizeD[i]+t.smallest, sizeD[i]+8*t.smallest)
	}
	return nil
}

// randomVector returns N normal numbers, the same at every point.
func (t *truth) randomVector() []float64 {
	rng := rand.New(rand.NewPCG(1, uint64(t.n)))
	v := make([]float64, t.n)
	for i := range v {
		v[i] = rng.NormFloat64()
	}
	return v
}
