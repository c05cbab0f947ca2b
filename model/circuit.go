package model

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Circuit is the mean field of a Mixture, the limit N → ∞ of its networks: a
// vector field on the R latents κ, with x_i = m_i·κ + I_i behind them,
//
//	dκ/dt = F(κ) = −κ + Σ_p α_p [a_n ⟨φ⟩_p + (Σ_nm κ + Σ_nI) ⟨φ'⟩_p],
//
// averages over N(μ_p, Δ_p), μ_p = a_m·κ + a_I, Δ_p = κᵀΣ_mm κ + 2κ·Σ_mI +
// Σ_II. Time is in units of τ. (M2; B, equations of section 3.)
type Circuit struct {
	phi  Nonlinearity
	rank int
	pops []population
}

// Circuit returns the mean field of m.
func (m *Mixture) Circuit() *Circuit { return &Circuit{m.phi, m.rank, m.pops} }

// Dim returns R.
func (c *Circuit) Dim() int { return c.rank }

// Mixture returns the mixture whose mean field c is.
func (c *Circuit) Mixture() *Mixture { return &Mixture{c.phi, c.rank, c.pops} }

// Gain is what a population contributes at one κ: the law N(Mu, Delta) of its
// net inputs, the mean activity Value = ⟨φ⟩ and the gain Slope = ⟨φ'⟩.
type Gain struct{ Mu, Delta, Value, Slope float64 }

// input is the law of a population's net inputs at κ, and how it moves.
type input struct {
	mu, delta float64
	spread    []float64 // ∇Δ/2 = Σ_mm κ + Σ_mI (R)
	overlap   []float64 // c = Σ_nm κ + Σ_nI (R), the covariance of n and x
}

func (p *population) input(kappa []float64) input {
	in := input{mu: p.MeanI, spread: make([]float64, len(kappa)), overlap: make([]float64, len(kappa))}
	for r := range kappa {
		in.mu += p.MeanM[r] * kappa[r]
		in.spread[r], in.overlap[r] = p.CovMI[r], p.CovNI[r]
		for s, k := range kappa {
			in.spread[r] += p.CovMM[r][s] * k
			in.overlap[r] += p.CovNM[r][s] * k
		}
		in.delta += kappa[r] * (in.spread[r] + p.CovMI[r])
	}
	// A variance that is 0 may be rounded to less.
	in.delta = max(in.delta+p.VarI, 0)
	return in
}

// averages returns the averages of a population's input.
func (c *Circuit) averages(p int, in input, orders int) (Averages, error) {
	a, err := c.phi.Averages(in.mu, in.delta, orders)
	if err != nil {
		return a, inPopulation(p, err)
	}
	return a, nil
}

// fieldAverages is averages of ⟨φ⟩ and ⟨φ'⟩ as F needs them. An input without
// variance covaries with nothing, c = 0: there, on a kink, ⟨φ'⟩ is left 0. Off
// the kinks it is there, and multiplies what c is where Δ was lost in rounding.
func (c *Circuit) fieldAverages(p int, in input) (Averages, error) {
	if in.delta == 0 && c.phi.onKink(in.mu) {
		return c.averages(p, in, 1)
	}
	return c.averages(p, in, 2)
}

// Field returns F(κ) (R). A κ of the wrong length or not finite is ErrInvalid.
func (c *Circuit) Field(kappa []float64) ([]float64, error) {
	if err := finiteVector("kappa", kappa, c.rank); err != nil {
		return nil, err
	}
	out := make([]float64, c.rank)
	for p := range c.pops {
		pop := &c.pops[p]
		in := pop.input(kappa)
		a, err := c.fieldAverages(p, in)
		if err != nil {
			return nil, err
		}
		for r := range out {
			out[r] += pop.weight * (pop.MeanN[r]*a.Value + in.overlap[r]*a.Prime)
		}
	}
	for r := range out {
		out[r] -= kappa[r]
	}
	return out, nil
}

// Jacobian returns DF(κ) (R×R), exact: with ∇Δ = 2(Σ_mm κ + Σ_mI),
//
//	−1 + Σ_p α_p [a_n (⟨φ'⟩a_m + ½⟨φ”⟩∇Δ)ᵀ + ⟨φ'⟩Σ_nm + c_p (⟨φ”⟩a_m + ½⟨φ”'⟩∇Δ)ᵀ].
//
// Where Δ = 0 on a kink of φ it does not exist, ErrInvalid.
func (c *Circuit) Jacobian(kappa []float64) (*mat.Dense, error) {
	if err := finiteVector("kappa", kappa, c.rank); err != nil {
		return nil, err
	}
	out := mat.NewDense(c.rank, c.rank, nil)
	for p := range c.pops {
		pop := &c.pops[p]
		in := pop.input(kappa)
		a, err := c.averages(p, in, 4)
		if err != nil {
			return nil, err
		}
		for r := range c.rank {
			for s := range c.rank {
				value := a.Prime*pop.MeanM[s] + a.Second*in.spread[s]
				slope := a.Second*pop.MeanM[s] + a.Third*in.spread[s]
				d := pop.MeanN[r]*value + in.overlap[r]*slope + a.Prime*pop.CovNM[r][s]
				out.Set(r, s, out.At(r, s)+pop.weight*d)
			}
		}
	}
	for r := range c.rank {
		out.Set(r, r, out.At(r, r)-1)
	}
	return out, nil
}

// Gains returns the gain of each population at κ (R). Where Δ = 0 puts one on a
// kink of φ it has no slope, ErrInvalid.
func (c *Circuit) Gains(kappa []float64) ([]Gain, error) {
	if err := finiteVector("kappa", kappa, c.rank); err != nil {
		return nil, err
	}
	out := make([]Gain, len(c.pops))
	for p := range c.pops {
		in := c.pops[p].input(kappa)
		a, err := c.averages(p, in, 2)
		if err != nil {
			return nil, err
		}
		out[p] = Gain{in.mu, in.delta, a.Value, a.Prime}
	}
	return out, nil
}

// Couplings returns the circuit at κ as the field writes it, F = −κ + C κ + d:
// the effective couplings C = Σ_p α_p ⟨φ'⟩_p Σ_nm^p (R×R), which the gains
// modulate, and the drive d = Σ_p α_p (a_n ⟨φ⟩_p + Σ_nI ⟨φ'⟩_p) (R). (B,
// effective circuit of interacting latents.)
func (c *Circuit) Couplings(kappa []float64) (couplings *mat.Dense, drive []float64, err error) {
	gains, err := c.Gains(kappa)
	if err != nil {
		return nil, nil, err
	}
	couplings, drive = mat.NewDense(c.rank, c.rank, nil), make([]float64, c.rank)
	for p, g := range gains {
		pop := &c.pops[p]
		for r := range drive {
			drive[r] += pop.weight * (pop.MeanN[r]*g.Value + pop.CovNI[r]*g.Slope)
			for s, x := range pop.CovNM[r] {
				couplings.Set(r, s, couplings.At(r, s)+pop.weight*g.Slope*x)
			}
		}
	}
	return couplings, drive, nil
}

// TrappingBox returns the box |κ_r| ≤ B_r = sup|φ| Σ_p α_p E_p|n^r|, which the
// mean field never leaves and which holds all of its fixed points. An unbounded
// φ has none, ErrInvalid. (M6)
func (c *Circuit) TrappingBox() (Box, error) {
	if math.IsInf(c.phi.sup, 0) {
		return Box{}, invalidf("%s is unbounded: no box traps the dynamics", c.phi.name)
	}
	box := Box{make([]float64, c.rank), make([]float64, c.rank)}
	for r := range c.rank {
		for p := range c.pops {
			pop := &c.pops[p]
			box.Upper[r] += c.phi.sup * pop.weight * absoluteMean(pop.MeanN[r], pop.cov.at(c.rank+r, c.rank+r))
		}
		box.Lower[r] = -box.Upper[r]
	}
	return box, nil
}

// absoluteMean returns E|n| for n ~ N(mean, variance): σ√(2/π) e^(−z²/2) +
// mean·erf(z/√2), z = mean/σ.
func absoluteMean(mean, variance float64) float64 {
	if variance == 0 {
		return math.Abs(mean)
	}
	deviation := math.Sqrt(variance)
	z := mean / deviation
	return deviation*math.Sqrt(2/math.Pi)*math.Exp(-z*z/2) + mean*math.Erf(z/math.Sqrt2)
}
