package conversion

import (
	"cmp"
	"errors"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/theorems"
)

// Leak is S13.
func Leak() theorems.Theorem {
	return theorems.Theorem{
		Ref: "S13", ID: "conversion/leak",
		Statement: "A network with a leak, y_{t+1} = (aI + M Nᵀ) y_t + ε with 0 < a < 1, P ≻ 0 and N > 2R, is generically no LDS of 2R latents: the Hankel matrix of Λ_k, k ≥ 1, has rank " +
			"rank(aI + J) ≥ N − R, which is N unless −a is an eigenvalue of J.",
		Source: "+",
		Given:  []string{"N > 2R", "a > 0", "P ≻ 0", "the network is stationary"},
		Needed: []theorems.Witness{fewUnitsFit()},
		Why:    "The dimension is compared with the rank in rational arithmetic, and the law of the converted network (J = aI + M Nᵀ, of full rank) as in S6.",
		Claims: []theorems.Check{
			theorems.Claim("dimension and law of the leaky network", generators.LeakyRecurrents(smaller(leakyNetworks())), judgeLeak),
		},
		Exact: []theorems.Check{
			theorems.Decide("Hankel rank", generators.LeakyRecurrents(inRationals(leakyNetworks())), decideLeak).Visiting("−a in the spectrum of J"),
		},
		Certificates: []theorems.Certificate{
			minors("rank Λ_1 ≥ N, hence the Hankel rank, for generic a, M, N, P", leakyShapes(), func(s certificate.Shape) int { return s.N }, func(g generic) certificate.Expr {
				m, n, s := g.b.Matrix("M", g.s.N, g.s.R), g.b.Matrix("N", g.s.N, g.s.R), g.b.Symmetric("S", g.s.N)
				return g.b.Identity(g.s.N).Scaled(g.b.Scalar("a")).Plus(m.Times(n.T())).Times(s)
			}),
			minors("−a in the spectrum of J: rank Λ_1 ≥ N − 1", leakyShapes(), func(s certificate.Shape) int { return s.N - 1 }, func(g generic) certificate.Expr {
				// M Nᵀ + aI with Nᵀ M e₁ = −a e₁: N := N₀ − the part that is off, in one column.
				m, n := g.b.Matrix("M", g.s.N, g.s.R), g.b.Matrix("N", g.s.N, g.s.R)
				first := m.Column(0)
				size := first.T().Times(first).Inverse()
				a := g.b.Scalar("a")
				target := g.b.VStack(append([]certificate.Expr{g.b.Integer(0).Minus(a)}, zerosBelow(g)...)...)
				n = n.Plus(first.Times(size).Times(target.Minus(n.T().Times(first)).T()))
				return g.b.Identity(g.s.N).Scaled(a).Plus(m.Times(n.T())).Times(g.b.Symmetric("S", g.s.N))
			}),
		},
		Twins: []theorems.Twin{
			leakTwin("the leak forgotten", "J = M Nᵀ converted", func(v numbers, r theorems.LatentSystem) theorems.LatentSystem { return r }),
			fromNetworkConversion("2R latents", "the first latents alone kept", func(_ numbers, c *theorems.LatentConversion) {
				k := (len(c.A) - 1) / 2
				c.A, c.Q, c.C = corner(c.A, k), corner(c.Q, k), firstColumns(c.C, k)
				c.Dimension = k
			}),
			fromNetworkConversion("2R claimed", "K = 2R reported for a network with a leak", func(_ numbers, c *theorems.LatentConversion) { c.Dimension = (c.Dimension - 1) / 2 }),
			falseTwin("rank 2R", "the Hankel rank taken for 2R (F6)", minors("rank N + 1", leakyShapes()[:3], func(s certificate.Shape) int { return s.N + 1 }, func(g generic) certificate.Expr {
				m, n, s := g.b.Matrix("M", g.s.N, g.s.R), g.b.Matrix("N", g.s.N, g.s.R), g.b.Symmetric("S", g.s.N)
				return g.b.Identity(g.s.N).Scaled(g.b.Scalar("a")).Plus(m.Times(n.T())).Times(s)
			})),
			{Name: "a 2R-latent LDS", Mistake: "the leak taken to change nothing (F6)", False: []theorems.Check{
				theorems.Decide("Hankel rank ≤ 2R", generators.LeakyRecurrents(inRationals(leakyNetworks())), func(c generators.Leaky) error {
					r, err := leakyExactly(c)
					if err := cmp.Or(err, r.settle()); err != nil {
						return err
					}
					if got := hankelRank(r.lag, 2); got > 2*c.Rank() {
						return theorems.Violatedf("Hankel rank %d, 2R = %d", got, 2*c.Rank())
					}
					return nil
				})}},
			{Name: "always N", Mistake: "rank N whatever the spectrum of J", False: []theorems.Check{
				theorems.Decide("Hankel rank N", generators.LeakyRecurrents(inRationals(leakyNetworks())), func(c generators.Leaky) error {
					r, err := leakyExactly(c)
					if err := cmp.Or(err, r.settle()); err != nil {
						return err
					}
					if got := hankelRank(r.lag, 2); got != c.Units() {
						return theorems.Violatedf("Hankel rank %d of %d units", got, c.Units())
					}
					return nil
				})}},
		},
		MaxUnknown: 0.15,
	}
}

func leakyNetworks() generators.RecurrentOptions {
	return generators.RecurrentOptions{MaxUnits: 5, MaxRank: 2, Modest: true}
}

// smaller is for claims, whose oracle solves for the law of N(N+1)/2 numbers.
func smaller(o generators.RecurrentOptions) generators.RecurrentOptions {
	o.MaxUnits = 4
	return o
}

func inRationals(o generators.RecurrentOptions) generators.RecurrentOptions {
	o.Exact = true
	return o
}

func leakyShapes() []certificate.Shape {
	return kept(recurrentShapes(), func(s certificate.Shape) bool { return s.N > 2*s.R })
}

func zerosBelow(g generic) []certificate.Expr {
	if g.s.R == 1 {
		return nil
	}
	return []certificate.Expr{g.b.Zero(g.s.R-1, 1)}
}

func judgeLeak(s theorems.Subject, c generators.Leaky) (f theorems.Finding, err error) {
	if s.LDSFromRNN == nil {
		return f, theorems.Missing("LDSFromRNN")
	}
	net, err := c.LinearRNN()
	if err != nil {
		return f, err
	}
	law, err := gaussian.RNN{J: c.Dynamics(), P: c.P()}.Process()
	if errors.Is(err, gaussian.ErrUnstable) || err == nil && !clearlyStable(law, c.Dynamics(), s.UnitRoundoff) {
		return f, theorems.ErrUndecided
	}
	if err != nil {
		return f, err
	}
	got, err := s.LDSFromRNN(net)
	if err != nil {
		return f, err
	}
	r, err := leakyExactly(c)
	if err != nil {
		return f, err
	}
	want := c.Units() // rank(aI + J) = N leaves no choice
	if r.j.Rank() < want {
		if err := r.settle(); err != nil {
			return f, err
		}
		want = r.minimalDimension()
	}
	f.Demand("K = rank [Λ_1, Λ_1ᵀ] ≥ N − R", got.Dimension == want && len(got.A) == got.Dimension && got.Dimension >= c.Units()-c.Rank())
	if f.Verdict == theorems.Fails {
		return f, nil
	}
	whole := recurrentNumbers{M: c.Dynamics(), N: diagonal(ones(c.Units())), P: c.P(), J: c.Dynamics()}
	t := &network{whole, net, law, s.UnitRoundoff}
	d := t.deviations()
	return f, expectLaw(&f, got.LatentSystem, law, d, t.conversionError(r, got.LatentSystem, d))
}

// leakyExactly is the network with J = aI + M Nᵀ.
func leakyExactly(c generators.Leaky) (*recurrent, error) {
	units := c.Units()
	j, err := rational(c.Dynamics(), units, units)
	if err != nil {
		return nil, err
	}
	p, err := rational(c.P(), units, units)
	if err != nil {
		return nil, err
	}
	return &recurrent{m: j, n: exact.Identity(units), j: j, p: p}, nil
}

func decideLeak(c generators.Leaky) error {
	r, err := leakyExactly(c)
	if err != nil {
		return err
	}
	if err := r.settle(); err != nil {
		return err
	}
	n, rank := c.Units(), r.j.Rank()
	got := hankelRank(r.lag, 2)
	if got != rank || got < n-c.Rank() {
		return theorems.Violatedf("Hankel rank %d, rank(aI + J) = %d, N − R = %d", got, rank, n-c.Rank())
	}
	hit, err := minusLeakIsEigenvalue(c)
	if err != nil {
		return err
	}
	if (got == n) == hit {
		return theorems.Violatedf("Hankel rank %d of %d units, and −a an eigenvalue of J is %v", got, n, hit)
	}
	return nil
}

// minusLeakIsEigenvalue reports whether −a is an eigenvalue of M Nᵀ.
func minusLeakIsEigenvalue(c generators.Leaky) (bool, error) {
	j, err := rational(c.J(), c.Units(), c.Units())
	if err != nil {
		return false, err
	}
	return j.CharPoly().Eval(theorems.Rational(-c.Leak)).Sign() == 0, nil
}

// fewUnitsFit: N = 2R = 2: C = I is an LDS of 2R latents.
func fewUnitsFit() theorems.Witness {
	c := generators.Leaky{Recurrent: generators.Recurrent{Form: "structured", M: [][]float64{{0.25}, {0}}, N: [][]float64{{1}, {1}}, PDiag: []float64{1, 1}}, Leak: 0.5}
	return theorems.Witness{Without: "N > 2R", Shows: "N = 2, R = 1: all units as latents are 2R latents", Case: c,
		Check: theorems.Decide("more than 2R latents are needed", generators.LeakyRecurrents(inRationals(leakyNetworks())), func(c generators.Leaky) error {
			r, err := leakyExactly(c)
			if err := cmp.Or(err, r.settle()); err != nil {
				return err
			}
			if got := r.minimalDimension(); got <= 2*c.Rank() {
				return theorems.Violatedf("K = %d = 2R", got)
			}
			return nil
		})}
}

// leakTwin converts the network without its leak.
func leakTwin(name, mistake string, then func(v numbers, r theorems.LatentSystem) theorems.LatentSystem) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		right := s.LDSFromRNN
		s.LDSFromRNN = func(net *model.LinearRNN) (*theorems.LatentConversion, error) {
			v := numbersOf(net)
			j := minus(v.j, diagonal(scaledOnes(len(v.j), v.j[0][0]/2)))
			bare, err := model.NewLinearRNN(model.LinearRNNConfig{J: matrixOf(j), P: net.P()})
			if err != nil {
				return nil, err
			}
			got, err := right(bare)
			if err != nil {
				return nil, err
			}
			got.LatentSystem = then(v, got.LatentSystem)
			return got, nil
		}
		return s
	}}
}

func scaledOnes(n int, x float64) []float64 {
	out := ones(n)
	for i := range out {
		out[i] = x
	}
	return out
}

// corner returns the first k rows and columns.
func corner(m [][]float64, k int) [][]float64 { return firstColumns(m[:k], k) }

func firstColumns(m [][]float64, k int) [][]float64 {
	out := make([][]float64, len(m))
	for i := range m {
		out[i] = m[i][:k]
	}
	return out
}
