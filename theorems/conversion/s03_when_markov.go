package conversion

import (
	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// WhenMarkov is S3.
func WhenMarkov() theorems.Theorem {
	return theorems.Theorem{
		Ref: "S3", ID: "conversion/lds-is-rnn",
		Statement: "If some L has L C = I and L R_v Lᵀ = 0 (noise-free observation with C injective, or noise orthogonal to what reads the latents), then the whole process is " +
			"that of the network J = C A L, P = C Q Cᵀ + R_v; with R_v = 0, J = C A C⁺ and P = C Q Cᵀ. Also sufficient: C A Σ = 0, and A = 0. None is necessary. " +
			"With R_v = 0 and K > N it is generically not Markov.",
		Source: "V (arXiv:2110.09804), from LDS to RNN; noise orthogonal to the latents +",
		Given:  []string{"C is injective", "L R_v Lᵀ = 0"},
		Needed: []theorems.Witness{moreLatentsThanUnits(), noiseOnWhatReads()},
		Why:    "As for the match (S1): the law of the subject's J and P is compared at every lag, whatever J is off the range of Λ_0, by errors of J and P through S = J S Jᵀ + P.",
		Claims: []theorems.Check{
			theorems.Where(aboutSystems("the network has the whole law", markovSystems(), judgeWholeLaw), readsWithoutNoise).Visiting("Markov by construction", "R_v = 0", "R_v singular"),
			theorems.Where(aboutSystems("found to be Markov", markovSystems(), judgeMarkov), readsWithoutNoise).Visiting("Markov by construction", "R_v = 0"),
		},
		Exact: []theorems.Check{
			theorems.Where(onSystems("Λ_k = J^kΛ_0 for all k ≤ 2K + 1", exactMarkovSystems(), decideWhenMarkov), readsWithoutNoise).Visiting("Markov by construction", "R_v = 0"),
			onSystems("C A Σ = 0 or A = 0 is enough", exactSystems(), decideOtherSufficient).Visiting("A = 0"),
		},
		Certificates: []theorems.Certificate{
			identity("L C = I, L R_v = 0: Λ_k = (C A L)^kΛ_0, k ≤ 4, P = C Q Cᵀ + R_v", injectiveShapes(), func(g generic) []certificate.Equation {
				// A change of units T: C its first K columns, L the first K rows of T⁻¹, R_v on the other columns.
				t := g.b.Matrix("T", g.s.N, g.s.N)
				inverse := t.Inverse()
				p := g.stationaryLDS()
				p.c = t.Slice(0, g.s.N, 0, g.s.K)
				p.r = g.b.Zero(g.s.N, g.s.N)
				if rest := g.s.N - g.s.K; rest > 0 {
					other := t.Slice(0, g.s.N, g.s.K, g.s.N)
					p.r = other.Times(g.b.Symmetric("X", rest)).Times(other.T())
				}
				j := p.c.Times(p.a).Times(inverse.Slice(0, g.s.K, 0, g.s.N))
				noise := p.c.Times(p.q).Times(p.c.T()).Plus(p.r)
				equations := []certificate.Equation{j.Times(p.lag(0)).Times(j.T()).Plus(noise).Equals(p.lag(0))}
				for k := 1; k <= horizon; k++ {
					equations = append(equations, j.Pow(k).Times(p.lag(0)).Equals(p.lag(k)))
				}
				return equations
			}),
			identity("R_v = 0: Λ_k = (C A C⁺)^kΛ_0, k ≤ 4", injectiveShapes(), func(g generic) []certificate.Equation {
				p := g.stationaryLDS()
				p.r = g.b.Zero(g.s.N, g.s.N)
				j := p.c.Times(p.a).Times(p.c.T().Times(p.c).Inverse()).Times(p.c.T())
				equations := []certificate.Equation{j.Times(p.lag(0)).Times(j.T()).Plus(p.c.Times(p.q).Times(p.c.T())).Equals(p.lag(0))}
				for k := 1; k <= horizon; k++ {
					equations = append(equations, j.Pow(k).Times(p.lag(0)).Equals(p.lag(k)))
				}
				return equations
			}),
			minors("R_v = 0, K > N: Λ_2 ≠ JΛ_1 generically", kept(latentShapes(), func(s certificate.Shape) bool { return s.K > s.N }),
				func(s certificate.Shape) int { return 1 }, func(g generic) certificate.Expr {
					p := g.stationaryLDS()
					p.r = g.b.Zero(g.s.N, g.s.N)
					return p.lag(2).Minus(p.lag(1).Times(p.lag(0).Inverse()).Times(p.lag(1)))
				}),
		},
		Twins: []theorems.Twin{
			fromSystem("J = C Aᵀ C⁺", "A transposed", func(l *model.LDS, m *theorems.FirstOrderMatch) {
				c := theorems.Rows(l.C())
				m.J = orZeros(times(times(c, transposed(theorems.Rows(l.A()))), pseudoInverse(c)), len(m.P))
			}),
			fromSystem("P = C Q Cᵀ", "R_v left out of the network's noise, where it is not 0", func(l *model.LDS, m *theorems.FirstOrderMatch) {
				c := theorems.Rows(l.C())
				m.P = orZeros(times(times(c, rows(l.Q())), transposed(c)), len(m.P))
			}),
			fromSystem("P = Λ_0", "the covariance of y_t taken for that of the noise", func(l *model.LDS, m *theorems.FirstOrderMatch) {
				m.P = plus(m.P, times(times(m.J, m.P), transposed(m.J)))
			}),
			{Name: "any noise", Mistake: "C injective taken to be enough, whatever R_v", False: []theorems.Check{
				onSystems("C injective is Markov", positiveSystems(), func(l *latent) error {
					if yes, lag := l.markov(); l.c.Rank() == l.c.Cols() && !yes {
						return theorems.Violatedf("Λ_%d ≠ JΛ_%d", lag+1, lag)
					}
					return nil
				})}},
			{Name: "necessary too", Mistake: "Markov only if C is injective and L R_v Lᵀ = 0", False: []theorems.Check{
				onSystems("Markov only so", exactSystems(), func(l *latent) error {
					if yes, _ := l.markov(); yes && l.c.Rank() < l.c.Cols() {
						return theorems.Violatedf("Markov, and C = %v is not injective", l.c)
					}
					return nil
				})}},
			falseTwin("C A C⁺ with noise", "J = C A C⁺ has all lags, R_v ≠ 0", identity("(C A C⁺)Λ_0 = Λ_1", injectiveShapes()[:4], func(g generic) []certificate.Equation {
				p := g.stationaryLDS()
				j := p.c.Times(p.a).Times(p.c.T().Times(p.c).Inverse()).Times(p.c.T())
				return []certificate.Equation{j.Times(p.lag(0)).Equals(p.lag(1))}
			})),
		},
		MaxUnknown: 0.15,
	}
}

func markovSystems() generators.SystemOptions {
	o := stationarySystems()
	o.Markov = true
	return o
}

func exactMarkovSystems() generators.SystemOptions {
	o := exactSystems()
	o.Markov = true
	return o
}

// judgeWholeLaw compares every lag, not the first two alone.
func judgeWholeLaw(f *theorems.Finding, t *system, s theorems.Subject) error {
	got, l, err := t.match(s)
	if err != nil {
		return err
	}
	t.expectMatch(f, l, got)
	if f.Verdict == theorems.Fails {
		return nil
	}
	c := t.conditioning(l)
	residual, _ := c.matchError()
	power, growth := times(got.J, l.lambda0.Float64()), 1.0
	for k := 1; k <= 2*t.Latents()+1; k++ {
		// J^kΛ_0 − Λ_k is that of k − 1 times J, and one residual more.
		growth = growth*c.j + 1
		expectClose(f, "|J^kΛ_0 − Λ_k|, scaled", scaledTo(power, c.deviation), scaledTo(l.lag(k).Float64(), c.deviation), residual*growth, 1)
		power = times(got.J, power)
	}
	return nil
}

func decideWhenMarkov(l *latent) error {
	for k := 1; k <= 2*l.a.Rows()+1; k++ {
		if err := equal("Λ_k = J^kΛ_0", l.lag(k), l.j.Pow(k).Mul(l.lambda0)); err != nil {
			return err
		}
	}
	// The statement's own J and P: L from the null space of R_v.
	read := leftInverseWithoutNoise(l)
	if read == nil {
		return theorems.Violatedf("no L with L C = I and L R_v = 0: C = %v, R_v = %v", l.c, l.r)
	}
	j := l.c.Mul(l.a).Mul(read)
	if err := equal("(C A L)Λ_0 = Λ_1", j.Mul(l.lambda0), l.lambda1); err != nil {
		return err
	}
	return equal("P = C Q Cᵀ + R_v", l.p, l.c.Mul(l.q).Mul(l.c.T()).Add(l.r))
}

// readsWithoutNoise reports whether some L has L C = I and L R_v = 0.
func readsWithoutNoise(c generators.System) bool {
	l, err := newLatent(plain(c))
	return err == nil && leftInverseWithoutNoise(l) != nil
}

// leftInverseWithoutNoise returns an L with L C = I and L R_v = 0, nil if there
// is none: rows L = X Bᵀ with B a basis of null R_v, X BᵀC = I.
func leftInverseWithoutNoise(l *latent) *exact.Matrix {
	basis := l.r.NullSpace()
	m := basis.T().Mul(l.c) // X m = I
	if m.Rank() < l.c.Cols() {
		return nil
	}
	gram, err := m.T().Mul(m).Inverse()
	if err != nil {
		return nil
	}
	return gram.Mul(m.T()).Mul(basis.T())
}

func decideOtherSufficient(l *latent) error {
	if !l.a.IsZero() && !l.c.Mul(l.a).Mul(l.posterior).IsZero() {
		return nil
	}
	if yes, lag := l.markov(); !yes {
		return theorems.Violatedf("C A Σ = 0, and Λ_%d ≠ JΛ_%d", lag+1, lag)
	}
	return nil
}

// moreLatentsThanUnits: K = 2, N = 1, R_v = 0: an AR(2) process.
func moreLatentsThanUnits() theorems.Witness {
	c := generators.System{Form: "structured", A: [][]float64{{0.5, 0.25}, {1, 0}}, C: [][]float64{{1, 0}}, QDiag: []float64{1, 0}, RDiag: []float64{0}}
	return theorems.Witness{Without: "C is injective", Shows: "y_{t+1} = ½ y_t + ¼ y_{t−1} + w_t, an LDS without observation noise", Case: c,
		Check: onSystems("R_v = 0 is Markov", exactSystems(), isMarkov)}
}

// noiseOnWhatReads: K = N = 1, R_v = 1.
func noiseOnWhatReads() theorems.Witness {
	c := generators.System{Form: "structured", A: [][]float64{{0.5}}, C: [][]float64{{1}}, QDiag: []float64{1}, RDiag: []float64{1}}
	return theorems.Witness{Without: "L R_v Lᵀ = 0", Shows: "x_{t+1} = ½ x_t + w_t seen through noise: an ARMA(1,1) process", Case: c,
		Check: onSystems("C injective is Markov", exactSystems(), isMarkov)}
}

func isMarkov(l *latent) error {
	if yes, lag := l.markov(); !yes {
		return theorems.Violatedf("Λ_%d − JΛ_%d = %v", lag+1, lag, l.defect(lag))
	}
	return nil
}
