package meanfield

import (
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
	"pgregory.net/rapid"
)

// completed assembles the covariance of (a, n).
func (c blocks) completed(nn *exact.Matrix) *exact.Matrix {
	return exact.VStack(exact.HStack(c.aa, c.na.T()), exact.HStack(c.na, nn))
}

func diagonalOf(a *exact.Matrix) *exact.Matrix {
	d := make([]*big.Rat, a.Rows())
	for i := range d {
		d[i] = a.At(i, i)
	}
	return exact.Diagonal(d)
}

// decideCompletion: what a rule gives is legal, of no more rank than Σ_aa, no
// larger than the Σ_nn that the mixture has, with or without a part of n
// beside; less of it is not legal, and as a multiple of 1 it has more trace.
func decideCompletion(rule func(blocks) *exact.Matrix) func(generators.Embellished) error {
	return func(c generators.Embellished) error {
		for _, m := range []generators.Mixture{c.Mixture, c.WithBeside()} {
			for p := range m.Populations() {
				b, err := blocksOf(m, p)
				if err != nil {
					return err
				}
				if err := b.decide(rule(b)); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

func (c blocks) decide(least *exact.Matrix) error {
	if legal, _ := c.completed(least).Definiteness(); !legal {
		return theorems.Violatedf("Σ_nn = %v is not legal with Σ_aa = %v, Σ_na = %v", least, c.aa, c.na)
	}
	if rank := c.completed(least).Rank(); rank != c.aa.Rank() {
		return theorems.Violatedf("the covariance has rank %d, Σ_aa has %d", rank, c.aa.Rank())
	}
	if above, _ := c.nn.Sub(least).Definiteness(); !above {
		return theorems.Violatedf("Σ_nn = %v is legal and not above %v", c.nn, least)
	}
	for r := range least.Rows() {
		unit := exact.Identity(least.Rows()).Columns(r)
		less := least.Sub(unit.Mul(unit.T()).Scale(big.NewRat(1, 1024)))
		if legal, _ := c.completed(less).Definiteness(); legal {
			return theorems.Violatedf("less than %v is legal: %v", least, less)
		}
	}
	// The least multiple of 1 that is legal is between tr/R and tr: at tr/R, if
	// least is not such a multiple itself, it is not yet.
	rows := least.Rows()
	mean := new(big.Rat).Quo(least.Trace(), big.NewRat(int64(rows), 1))
	level := exact.Identity(rows).Scale(mean)
	if legal, _ := c.completed(level).Definiteness(); legal && !level.Equal(least) {
		return theorems.Violatedf("the multiple %v of 1 is legal, with the trace of %v", mean, least)
	}
	return nil
}

// residualEquations: Σ = L Lᵀ with K columns, rows L_a (R+1) and L_n (R).
func residualEquations(flaw bool) func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
	return func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
		la, ln := b.Matrix("L_a", s.R+1, s.K), b.Matrix("L_n", s.R, s.K)
		aa, na := la.Times(la.T()), ln.Times(la.T())
		weights := na.Times(aa.Inverse())
		rest := ln
		if !flaw {
			rest = ln.Minus(weights.Times(la))
		}
		return []certificate.Equation{ln.Times(ln.T()).Minus(weights.Times(na.T())).Equals(rest.Times(rest.T()))}
	}
}

// singularEquations: Σ_aa = A Aᵀ of rank K < R + 1, whose pseudo-inverse is
// A(AᵀA)⁻²Aᵀ; Σ_na = B Aᵀ is what goes with it.
func singularEquations(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
	a, bb := b.Matrix("A", s.R+1, s.K), b.Matrix("B", s.R, s.K)
	gram := a.T().Times(a).Inverse()
	aa, na := a.Times(a.T()), bb.Times(a.T())
	pseudo := a.Times(gram).Times(gram).Times(a.T())
	return []certificate.Equation{
		aa.Times(pseudo).Times(aa).Equals(aa), pseudo.Times(aa).Times(pseudo).Equals(pseudo),
		na.Times(pseudo).Times(na.T()).Equals(bb.Times(bb.T())),
	}
}

// completedTwin completes by another rule, and never refuses.
func completedTwin(name, mistake string, rule func(blocks) *exact.Matrix) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		s.Complete = func(m model.Moments) ([][]float64, error) {
			r := len(m.MeanM)
			a, n := make([][]float64, r+1), make([][]float64, r)
			for i := range r {
				a[i] = append(append([]float64(nil), m.CovMM[i]...), m.CovMI[i])
				n[i] = append(append([]float64(nil), m.CovNM[i]...), m.CovNI[i])
			}
			a[r] = append(append([]float64(nil), m.CovMI...), m.VarI)
			aa, err := exact.FromFloat64(a)
			if err != nil {
				return nil, err
			}
			na, err := exact.FromFloat64(n)
			if err != nil {
				return nil, err
			}
			nn := rule(blocks{aa: aa, na: na}).Float64()
			out := make([][]float64, 2*r+1)
			for i := range out {
				out[i] = make([]float64, 2*r+1)
			}
			place := func(k int) int { // of (m, I) among (m, n, I)
				if k == r {
					return 2 * r
				}
				return k
			}
			for i := range r + 1 {
				for j := range r + 1 {
					out[place(i)][place(j)] = a[i][j]
				}
			}
			for i := range r {
				for j := range r + 1 {
					out[r+i][place(j)], out[place(j)][r+i] = n[i][j], n[i][j]
				}
				copy(out[r+i][r:2*r], nn[i])
			}
			return out, nil
		}
		return s
	}}
}

// incomplete is a covariance without Σ_nn.
type incomplete struct {
	Tags []string    `json:"tags,omitempty"`
	AA   [][]float64 `json:"aa" dim:"a,a"`
	NA   [][]float64 `json:"na" dim:"R,a"`
}

func incompleteWitness(without, shows, check string, c incomplete, least func(blocks) *exact.Matrix) theorems.Witness {
	return theorems.Witness{Without: without, Shows: shows, Case: c,
		Check: theorems.Decide(check, rapid.Just(c), func(c incomplete) error {
			aa, err := exact.FromFloat64(c.AA)
			if err != nil {
				return err
			}
			na, err := exact.FromFloat64(c.NA)
			if err != nil {
				return err
			}
			b := blocks{aa: aa, na: na}
			if legal, _ := b.completed(least(b)).Definiteness(); !legal {
				return theorems.Violatedf("Σ_nn = %v is not legal with Σ_aa = %v, Σ_na = %v", least(b), aa, na)
			}
			return nil
		})}
}

// fixedLoadingsDoNotCovary: R = 1, Σ_mm = 0, Σ_nm = 2: no Σ_nn is legal, a
// thousand as little as any.
func fixedLoadingsDoNotCovary() theorems.Witness {
	c := incomplete{AA: [][]float64{{0, 0}, {0, 1}}, NA: [][]float64{{2, 0}}}
	return incompleteWitness("range Σ_an ⊆ range Σ_aa", "R = 1, Σ_mm = 0, Σ_nm = 2: the determinant of [[0, 2], [2, Σ_nn]] is −4, whatever Σ_nn", "Σ_nn = 1000 is legal", c,
		func(blocks) *exact.Matrix { return exact.FromInt64([][]int64{{1000}}) })
}

// inputsAreNotForgotten: n = I in full: Σ_nm Σ_mm⁺ Σ_mn = 0 is not enough.
func inputsAreNotForgotten() theorems.Witness {
	c := incomplete{AA: [][]float64{{1, 0}, {0, 1}}, NA: [][]float64{{0, 1}}}
	return incompleteWitness("a = (m, I), not m alone", "R = 1, n = I of variance 1: Σ_nm Σ_mm⁺ Σ_mn = 0", "Σ_nm Σ_mm⁺ Σ_mn is legal", c,
		func(c blocks) *exact.Matrix {
			r := c.na.Rows()
			nm := c.na.Slice(0, r, 0, r)
			return nm.Mul(c.aa.Slice(0, r, 0, r).GeneralizedInverse()).Mul(nm.T())
		})
}
