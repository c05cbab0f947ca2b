package conversion

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/theorems"
	"gonum.org/v1/gonum/mat"
)

// Judgement is one statement at one model.
type Judgement struct {
	Ref, ID       string
	Finding       theorems.Finding
	Points        int    // 1 where it was judged
	NotApplicable string // the hypothesis that this model does not meet
}

// mostJudged bounds the units and the latents of a model that the oracles, in
// rationals and at hundreds of bits, are asked about. Of more units some are
// judged: what is observed of an LDS is an LDS.
const mostJudged = 5

// recordedSteps is how many observations of a model are drawn from it, with
// seed 1, for likelihoods and estimates.
const recordedSteps = 4

// JudgeLDS returns S1 to S13 at a latent system; of more than five units, at
// the first, the last, and some between. An error is one of the subject.
func JudgeLDS(s theorems.Subject, l *model.LDS) ([]Judgement, error) {
	if l.Latents() > mostJudged {
		return refused(fmt.Sprintf("it has more than %d latents, which the oracles take too long for", mostJudged)), nil
	}
	if l.Units() > mostJudged {
		var err error
		if l, err = l.Observe(spread(l.Units(), mostJudged)); err != nil {
			return nil, err
		}
	}
	t := &system{LatentSystem: theorems.AsNumbers(l), lds: l, u: s.UnitRoundoff}
	var err error
	if t.law, err = gaussianOf(t.LatentSystem).Process(); err != nil {
		return nil, err
	}
	y, _, err := l.Sample(rand.New(rand.NewPCG(1, 1)), recordedSteps)
	if err != nil {
		return nil, err
	}
	data := model.Observations{Y: y}
	const (
		network    = "it is an lds"
		limit      = "it is about limits, not about one lds"
		stationary = "it starts from a law of its own"
	)
	when := func(applies bool, otherwise string, judge func(*theorems.Finding) error) statement {
		if !applies {
			return statement{unless: otherwise}
		}
		return statement{judge: judge}
	}
	settled := !t.HasInitial()
	exactly, markov := (*latent)(nil), false
	if settled {
		if exactly, err = newLatent(t.LatentSystem); err != nil {
			return nil, err
		}
		markov, _ = exactly.markov()
	}
	return judged([]statement{
		{judge: func(f *theorems.Finding) error {
			if settled {
				return judgeMatch(f, t, s)
			}
			return judgeSteps(f, t, s)
		}},
		when(settled, stationary, func(f *theorems.Finding) error {
			if err := judgeMarkov(f, t, s); err != nil {
				return err
			}
			return judgeMarkovGap(f, t, s)
		}),
		when(settled && markov, "it is not Markov", func(f *theorems.Finding) error { return judgeWholeLaw(f, t, s) }),
		{unless: limit},
		when(settled, stationary, func(f *theorems.Finding) error { return judgeMemory(f, t, s) }),
		{unless: network}, {unless: network},
		{judge: func(f *theorems.Finding) error {
			if err := t.expectKalman(f, s, data); err != nil {
				return err
			}
			return t.expectEstimates(f, s, data)
		}},
		when(settled, stationary, func(f *theorems.Finding) error { return judgeSystemRoundTrip(f, t, s) }),
		{unless: network},
		when(settled, stationary, func(f *theorems.Finding) error { return t.expectEquivariance(f, s, someChange(t.Latents(), t.Units())) }),
		when(settled, stationary, func(f *theorems.Finding) error { return judgeSteadyState(f, t, s) }),
		{unless: network},
	})
}

// JudgeRNN returns S1 to S13 at a linear network of at most five units. Of a
// larger one, the law of some units is judged.
func JudgeRNN(s theorems.Subject, net *model.LinearRNN) ([]Judgement, error) {
	if net.Units() > mostJudged {
		return judgePart(s, net)
	}
	v := numbersOf(net)
	t := &network{recurrentNumbers{M: v.m, N: v.n, P: v.p, J: v.j, Cov: v.initial}, net, nil, s.UnitRoundoff}
	if start, ok := net.Initial(); ok {
		t.Mean = start.Mean
	}
	var err error
	if t.law, err = t.process(); err != nil {
		return nil, err
	}
	y, err := net.Sample(rand.New(rand.NewPCG(1, 1)), recordedSteps)
	if err != nil {
		return nil, err
	}
	const latent, stationary = "it is an rnn, which is Markov", "it starts from a law of its own"
	onlySettled := ""
	if t.HasInitial() {
		onlySettled = stationary
	}
	return judged([]statement{
		{unless: onlySettled, judge: func(f *theorems.Finding) error { return judgeRNNAutocovariances(f, t, s) }},
		{unless: latent}, {unless: latent}, {unless: latent}, {unless: latent},
		{judge: func(f *theorems.Finding) error { return judgeConversion(f, t, s) }},
		{unless: onlySettled, judge: func(f *theorems.Finding) error { return judgeConversion(f, t, s) }},
		{judge: func(f *theorems.Finding) error { return t.expectThreeLikelihoods(f, s, model.Observations{Y: y}) }},
		{unless: onlySettled, judge: func(f *theorems.Finding) error { return judgeNetworkRoundTrip(f, t, s) }},
		{unless: onlySettled, judge: func(f *theorems.Finding) error { return judgeSomeUnits(f, s, net, indices(0, (net.Units()+1)/2)) }},
		{unless: "y → O y is judged at systems that can be changed exactly"},
		{unless: latent},
		{unless: "no leak is told apart from J"},
	})
}

// judgePart judges the conversion of a network of many units by some of them.
func judgePart(s theorems.Subject, net *model.LinearRNN) ([]Judgement, error) {
	reason := fmt.Sprintf("it has more than %d units, which the oracle takes too long for", mostJudged)
	list := make([]statement, len(Family()))
	for i := range list {
		list[i].unless = reason
	}
	m, _, ok := net.Loadings()
	if _, started := net.Initial(); started || !ok || m != nil && m.RawMatrix().Cols > mostJudged {
		return judged(list)
	}
	const s6, s10 = 5, 9
	list[s6] = statement{judge: func(f *theorems.Finding) error { return judgeSomeUnits(f, s, net, spread(net.Units(), mostJudged-2)) }}
	list[s10] = list[s6]
	return judged(list)
}

// judgeSomeUnits compares the law of some units of the converted network with
// that from the recursion of the overlaps: κ_t = Nᵀy_t moves on as NᵀM κ_t +
// Nᵀε_t, and y_{t+1} = M κ_t + ε_t, the state (κ_t, Nᵀε_t, ε_t of these units).
func judgeSomeUnits(f *theorems.Finding, s theorems.Subject, net *model.LinearRNN, units []int) error {
	if s.ObserveRNN == nil {
		return theorems.Missing("ObserveRNN")
	}
	got, err := s.ObserveRNN(net, units)
	if err != nil {
		return err
	}
	if !wellFormed(f, *got) {
		return nil
	}
	truth := overlapsAndNoise(net, units)
	law, err := gaussianOf(truth).Process()
	if err != nil {
		return err
	}
	d := deviations(law.Autocovariance(0))
	relative := operations(net.Units()) * s.UnitRoundoff * net.P().Norm()
	size := 1.0
	for _, x := range [][][]float64{truth.A, got.A} {
		size += largest(x) * float64(len(x))
	}
	scale := 0.0
	for _, x := range d {
		scale = max(scale, relative/orOne(x)/orOne(x))
	}
	e := rounding{a: operations(net.Units()) * s.UnitRoundoff * size, c: operations(net.Units()) * s.UnitRoundoff, q: scale * size, r: scale * size, dynamics: size}
	return expectLaw(f, *got, law, d, e)
}

// overlapsAndNoise is the LDS of state (κ, Nᵀε, ε_o) that observes some units.
func overlapsAndNoise(net *model.LinearRNN, units []int) theorems.LatentSystem {
	m, n, ok := net.Loadings()
	if !ok {
		j := theorems.Rows(net.J())
		return theorems.LatentSystem{A: j, C: selectRows(diagonal(ones(len(j))), units), Q: rows(net.P()), R: orZeros(nil, len(units))}
	}
	r := 0
	if m != nil {
		_, r = m.Dims()
	}
	o, k := len(units), 2*r+len(units)
	l := theorems.LatentSystem{A: orZeros(nil, k), C: make([][]float64, o), Q: orZeros(nil, k), R: orZeros(nil, o)}
	selector := make([][]float64, net.Units()) // [N, e_o] (N×(R+o)), which reads the noise
	for i := range selector {
		selector[i] = make([]float64, r+o)
		for j := range r {
			selector[i][j] = n.At(i, j)
		}
	}
	for j, i := range units {
		selector[i][r+j] = 1
		l.C[j] = make([]float64, k)
		l.C[j][2*r+j] = 1
		for c := range r {
			l.C[j][c] = m.At(i, c)
		}
	}
	read := squared(net.P(), selector)
	for a := range r + o {
		copy(l.Q[r+a][r:], read[a])
	}
	for a := range r {
		l.A[a][r+a] = 1
		for b := range r {
			for i := range net.Units() {
				l.A[a][b] += n.At(i, a) * m.At(i, b)
			}
		}
	}
	return l
}

// squared returns Xᵀ Σ X (k×k) for X (N×k), by what Σ is made of.
func squared(s model.Noise, x [][]float64) [][]float64 {
	d, plus, minus, ok := s.Structure()
	if !ok {
		return times(transposed(x), times(rows(s), x))
	}
	k := len(x[0])
	out := orZeros(nil, k)
	for i, v := range d {
		for a := range k {
			for b := range k {
				out[a][b] += v * x[i][a] * x[i][b]
			}
		}
	}
	for _, part := range []struct {
		f    *mat.Dense
		sign float64
	}{{plus, 1}, {minus, -1}} {
		if part.f == nil {
			continue
		}
		fx := times(transposed(theorems.Rows(part.f)), x)
		out = combined(out, part.sign, times(transposed(fx), fx))
	}
	return out
}

// someChange is a change of coordinates with something of everything.
func someChange(latents, units int) generators.Change {
	c := generators.Change{Shear: orZeros(nil, latents), Reflectors: [][]float64{make([]float64, units)}, Keys: make([]float64, units), Factor: 2}
	for i := range latents {
		for j := range latents {
			if i != j && (i+j)%2 == 1 {
				c.Shear[i][j] = 1
			}
		}
	}
	for i := range units {
		c.Keys[i] = float64(units - i)
		if i < 2 {
			c.Reflectors[0][i] = 1
		}
	}
	return c
}

// spread returns k of n indices, first and last among them.
func spread(n, k int) []int {
	out := make([]int, k)
	for i := range out {
		out[i] = i * (n - 1) / (k - 1)
	}
	return out
}

// statement judges one theorem, or says why not.
type statement struct {
	unless string
	judge  func(*theorems.Finding) error
}

// judged runs the statements, one a theorem of the family. Where an oracle has
// no answer, as for covariances that are semidefinite but for rounding, there is none.
func judged(list []statement) ([]Judgement, error) {
	var out []Judgement
	for i, t := range Family() {
		j := Judgement{Ref: t.Ref, ID: t.ID, NotApplicable: list[i].unless}
		if j.NotApplicable == "" {
			j.Points = 1
			switch err := list[i].judge(&j.Finding); {
			case errors.Is(err, theorems.ErrUndecided):
				j.Points, j.NotApplicable = 0, "a hypothesis does not hold here"
			case errors.Is(err, gaussian.ErrIndefinite):
				j.Points, j.NotApplicable = 0, "a covariance is semidefinite only up to rounding, which leaves the oracle no law"
			case err != nil:
				return nil, fmt.Errorf("%s: %w", t.Ref, err)
			}
		}
		out = append(out, j)
	}
	return out, nil
}

func refused(reason string) []Judgement {
	var out []Judgement
	for _, t := range Family() {
		out = append(out, Judgement{Ref: t.Ref, ID: t.ID, NotApplicable: reason})
	}
	return out
}
