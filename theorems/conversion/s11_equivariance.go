package conversion

import (
	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/theorems"
)

// Equivariance is S11.
func Equivariance() theorems.Theorem {
	return theorems.Theorem{
		Ref: "S11", ID: "conversion/equivariance",
		Statement: "Conversions commute with orthogonal changes of y, with scaling of y and permutations of the units; similarities of the latents, and M G, N G⁻ᵀ for M, N, change nothing " +
			"in the law. Laws are compared, never matrices.",
		Source: "+",
		Given:  []string{"y is changed by an invertible map"},
		Needed: []theorems.Witness{forgettingUnits()},
		Why: "A system is changed by products of three matrices, N u of their norms, and by the inverse of S, κ(S) as much. The conversion of the changed system must have the law of the changed process, to the errors of S1 and S6 for it; an orthogonal map that is rounded moves " +
			"covariances by N u of their size.",
		Claims: []theorems.Check{
			theorems.Deciding(theorems.Claim("network → LDS, y changed", generators.TransformedRecurrents(stationaryNetworks()), judgeChangedNetwork).Visiting("P singular", "G singular", "J = 0"),
				"the lags and the LDS of the changed network", decideChangedNetwork),
			theorems.Claim("LDS → network, latents and y changed", generators.TransformedSystems(stationarySystems()), judgeChangedSystem).Visiting("R_v = 0", "Q singular", "K > N"),
			theorems.Claim("an LDS in other coordinates", generators.TransformedSystems(stationarySystems()), judgeChangeOfSystem).Visiting("R_v = 0", "Q singular", "K > N"),
			theorems.Deciding(theorems.Claim("a network in other units", generators.TransformedRecurrents(stationaryNetworks()), judgeChangeOfNetwork).Visiting("P singular", "J = 0"),
				"the lags and the LDS of the changed network", decideChangedNetwork),
		},
		Exact: []theorems.Check{
			theorems.Decide("J, P and Markov under similarity, permutation, scaling", generators.TransformedSystems(exactSystems()), decideChanged).Visiting("R_v = 0", "R_v singular"),
		},
		Certificates: []theorems.Certificate{
			identity("similarity of the latents: one law", latentShapes(), func(g generic) []certificate.Equation {
				p := g.stationaryLDS()
				t := g.b.Matrix("T", g.s.K, g.s.K)
				inverse := t.Inverse()
				q := process{t.Times(p.a).Times(inverse), p.c.Times(inverse), t.Times(p.q).Times(t.T()), p.r, t.Times(p.x).Times(t.T())}
				return sameLaw(p, q, horizon)
			}),
			identity("y → O y for any invertible O: J → O J O⁻¹, P → O P Oᵀ", kept(latentShapes(), func(s certificate.Shape) bool { return s.N <= 6 }), func(g generic) []certificate.Equation {
				p := g.stationaryLDS()
				o := g.b.Matrix("O", g.s.N, g.s.N)
				q := p
				q.c, q.r = o.Times(p.c), o.Times(p.r).Times(o.T())
				_, _, sigma, j, noise := p.matched()
				_, _, sigma2, j2, noise2 := q.matched()
				return []certificate.Equation{j2.Times(o).Equals(o.Times(j)), noise2.Equals(o.Times(noise).Times(o.T())), sigma2.Equals(sigma)}
			}),
			identity("y → O y for orthogonal O (Cayley): the converted network", kept(recurrentShapes(), func(s certificate.Shape) bool { return s.N <= 6 && s.R <= 3 }), func(g generic) []certificate.Equation {
				x := g.b.Matrix("X", g.s.N, g.s.N)
				skew := x.Minus(x.T())
				one := g.b.Identity(g.s.N)
				o := one.Minus(skew).Times(one.Plus(skew).Inverse())
				l := g.recurrent()
				turned := recurrentLeavesOf(o.Times(l.m), o.Times(l.n), o.Times(l.p).Times(o.T()))
				return []certificate.Equation{turned.reduced.Equals(o.Times(l.reduced).Times(o.T())), turned.g.Equals(l.g)}
			}),
		},
		Twins: []theorems.Twin{
			{Name: "N carried as M is", Mistake: "N' = O N, right for orthogonal O alone", False: []theorems.Check{
				theorems.Decide("lags of the changed network", generators.TransformedRecurrents(stationaryNetworks()), func(c generators.TransformedRecurrent) error {
					return carriedNetwork(c, func(inverse *exact.Matrix) *exact.Matrix {
						o, _ := inverse.Inverse()
						return o
					})
				})}},
			fromNetwork("N for P N", "the basis [M, N], right for isotropic noise alone", func(n numbers) theorems.LatentSystem { return n.converted(n.n, n.drive()) }),
			fromNetwork("units sorted", "the units of M reversed, those of N not", func(n numbers) theorems.LatentSystem {
				l := n.converted(times(n.p, n.n), n.drive())
				for i, j := 0, len(l.C)-1; i < j; i, j = i+1, j-1 {
					l.C[i], l.C[j] = l.C[j], l.C[i]
				}
				return l
			}),
			fromSystem("standard deviations", "P scaled as y is, not as its square", func(l *model.LDS, m *theorems.FirstOrderMatch) {
				for i := range m.P {
					for j := range m.P {
						m.P[i][j] *= 1 + 0.5*l.R().At(i, j)
					}
				}
			}),
			fromSystem("Q as it stands", "Q read in the coordinates of y: P = R_v + Q", func(l *model.LDS, m *theorems.FirstOrderMatch) {
				m.P = rows(l.R())
				q := rows(l.Q())
				for i := range min(len(q), len(m.P)) {
					for j := range min(len(q), len(m.P)) {
						m.P[i][j] += q[i][j]
					}
				}
			}),
			coordinatesTwin("order inverted", "unit k becomes unit order[k]", func(to theorems.Coordinates) theorems.Coordinates {
				to.Order = inverted(to.Order)
				return to
			}),
			coordinatesTwin("Oᵀ for O", "units turned back", func(to theorems.Coordinates) theorems.Coordinates {
				to.Orthogonal = transposed(to.Orthogonal)
				return to
			}),
			coordinatesTwin("Sᵀ for S", "latents Sᵀx for S x", func(to theorems.Coordinates) theorems.Coordinates {
				to.Latents = transposed(to.Latents)
				return to
			}),
			{Name: "J as a matrix", Mistake: "J taken not to change with the units of y", False: []theorems.Check{
				theorems.Decide("J is the same", generators.TransformedSystems(exactSystems()), func(c generators.TransformedSystem) error {
					before, after, _, err := changedExactly(c)
					if err != nil {
						return err
					}
					return equal("J", after.j, before.j)
				})}},
			{Name: "Λ_0 as a matrix", Mistake: "covariances taken not to change with the scale of y", False: []theorems.Check{
				theorems.Decide("Λ_0 is the same", generators.TransformedSystems(exactSystems()), func(c generators.TransformedSystem) error {
					before, after, _, err := changedExactly(c)
					if err != nil {
						return err
					}
					return equal("Λ_0", after.lambda0, before.lambda0)
				})}},
		},
		MaxUnknown: 0.2,
	}
}

// outputMap is the change of y: factor · permutation · orthogonal.
func outputMap(c generators.Change) [][]float64 {
	o := selectRows(c.Orthogonal(), c.Order())
	out := make([][]float64, len(o))
	for i := range o {
		for _, x := range o[i] {
			out[i] = append(out[i], c.Factor*x)
		}
	}
	return out
}

// judgeChangedNetwork: the network with y → O y is handed over as numbers, the
// truth is the law of the network that was drawn, seen through O.
func judgeChangedNetwork(s theorems.Subject, c generators.TransformedRecurrent) (f theorems.Finding, err error) {
	if s.LDSFromRNN == nil {
		return f, theorems.Missing("LDSFromRNN")
	}
	t, err := observeNetwork(c.Recurrent, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	o := outputMap(c.Change())
	law, err := gaussian.LDS{A: c.J(), C: o, Q: c.P(), R: orZeros(nil, c.Units())}.Process()
	if err := undecidedIfUnstable(err); err != nil {
		return f, err
	}
	g, inverse := c.Change().Similarity()
	d := deviations(law.Autocovariance(0))
	changed, err := changedNetwork(c, o, g, inverse, d)
	if s.ChangeRNN != nil && err == nil {
		changed, err = changedBy(s, t.net, c, g, inverse)
	}
	if err != nil {
		return f, err
	}
	got, err := s.LDSFromRNN(changed)
	if err != nil {
		return f, err
	}
	r, err := t.exactly()
	if err != nil {
		return f, err
	}
	// Units are mixed, so that none is small beside another but by design of O.
	turned := *t
	turned.J = times(times(o, c.J()), transposed(o))
	square := c.Factor * c.Factor
	for i := range turned.J {
		for j := range turned.J[i] {
			turned.J[i][j] /= square
		}
	}
	turned.M, turned.N, turned.P = turned.J, diagonal(ones(c.Units())), times(times(o, c.P()), transposed(o))
	e := turned.conversionError(r, got.LatentSystem, d)
	// The map is rounded, and the loadings grow with the similarity.
	mixed := dense.NormFro(scaledSides(o, d, ones(c.Units()))) * dense.VectorNorm2(t.deviations())
	size := (1 + dense.NormFro(g)*dense.NormFro(inverse)) * (1 + mixed*mixed)
	for _, x := range []*float64{&e.a, &e.q, &e.r, &e.c, &e.lost} {
		*x *= 4 * size
	}
	return f, expectLaw(&f, got.LatentSystem, law, d, e)
}

// changedNetwork has units of the deviations d.
func changedNetwork(c generators.TransformedRecurrent, o, g, inverse [][]float64, d []float64) (*model.LinearRNN, error) {
	noise, err := noiseOf(times(times(o, c.P()), transposed(o)), d)
	if err != nil {
		return nil, err
	}
	config := model.LinearRNNConfig{P: noise}
	if c.Rank() > 0 {
		square := c.Factor * c.Factor
		n := times(times(o, c.N), transposed(inverse)) // O⁻ᵀN = O N/factor²
		for i := range n {
			for j := range n[i] {
				n[i][j] /= square
			}
		}
		config.M, config.N = matrixOf(times(times(o, c.M), g)), matrixOf(n)
	}
	return model.NewLinearRNN(config)
}

// changedBy has the subject change the units, of a network that is given by its
// loadings M G and N G⁻ᵀ unless it was drawn dense and y keeps its scale.
func changedBy(s theorems.Subject, net *model.LinearRNN, c generators.TransformedRecurrent, g, inverse [][]float64) (*model.LinearRNN, error) {
	if c.Rank() > 0 && !(c.Form == "dense" && c.Factor == 1) {
		var err error
		config := model.LinearRNNConfig{M: matrixOf(times(c.M, g)), N: matrixOf(times(c.N, transposed(inverse))), P: net.P()}
		if net, err = model.NewLinearRNN(config); err != nil {
			return nil, err
		}
	}
	return s.ChangeRNN(net, theorems.Coordinates{Orthogonal: c.Change().Orthogonal(), Order: c.Change().Order(), Factor: c.Factor})
}

// judgeChangedSystem: latents x → S x and y → O y.
func judgeChangedSystem(s theorems.Subject, c generators.TransformedSystem) (f theorems.Finding, err error) {
	if s.RNNFromLDS == nil {
		return f, theorems.Missing("RNNFromLDS")
	}
	t, err := observeSystem(c.System, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	return f, t.expectEquivariance(&f, s, c.Change)
}

// expectEquivariance compares the match of the changed system with the changed match.
func (t *system) expectEquivariance(f *theorems.Finding, s theorems.Subject, c generators.Change) error {
	l, err := newLatent(t.LatentSystem)
	if err != nil {
		return err
	}
	o := outputMap(c)
	sim, inverse := c.Similarity()
	q, r := times(times(sim, t.Q), transposed(sim)), times(times(o, t.R), transposed(o))
	changed := theorems.LatentSystem{A: times(times(sim, t.A), inverse), C: times(times(o, t.C), inverse), Q: q, R: r}
	if t.Latents() == 0 {
		changed.C = make([][]float64, t.Units())
	}
	lambda0 := times(times(o, l.lambda0.Float64()), transposed(o))
	d := deviations(lambda0)
	lds, err := asModel(changed, d)
	if s.ChangeLDS != nil && err == nil {
		lds, err = s.ChangeLDS(t.lds, theorems.Coordinates{Latents: sim, Orthogonal: c.Orthogonal(), Order: c.Order(), Factor: c.Factor})
	}
	if err != nil {
		return err
	}
	got, err := s.RNNFromLDS(lds)
	if err != nil {
		return err
	}
	n := t.Units()
	f.Demand("J and P are N×N", shaped(got.J, n, n) && shaped(got.P, n, n))
	if f.Verdict == theorems.Fails {
		return nil
	}
	lambda1 := times(times(o, l.lambda1.Float64()), transposed(o))
	p := times(times(o, l.p.Float64()), transposed(o))
	k := t.conditioning(l)
	mixed := dense.NormFro(scaledSides(o, d, ones(n))) * dense.VectorNorm2(k.deviation) // D'⁻¹ O D
	grown := 1 + dense.NormFro(sim)*dense.NormFro(inverse)
	k.kappa = condition(scaledTo(lambda0, d), l.lambda0.Rank())
	k.relative = operations(t.Units()+t.Latents()) * t.u * k.kappa * grown * (1 + mixed*mixed)
	k.lambda *= grown * grown * (1 + mixed*mixed)
	k.j = dense.NormFro(scaledBoth(got.J, d, d))
	k.deviation = d
	residual, noise := k.matchError()
	expectClose(f, "|J'OΛ_0Oᵀ − OΛ_1Oᵀ|, scaled", scaledTo(times(got.J, lambda0), d), scaledTo(lambda1, d), residual, 1)
	expectClose(f, "|P' − OPOᵀ|, scaled", scaledTo(got.P, d), scaledTo(p, d), noise, 1)
	return nil
}

// changedExactly returns the system before and after a similarity of the
// latents, a permutation and a scaling of y, and that map of y.
func changedExactly(c generators.TransformedSystem) (before, after *latent, o *exact.Matrix, err error) {
	if before, err = newLatent(plain(c.System)); err != nil {
		return
	}
	sim, inverse := c.Similarity()
	k := c.Latents()
	s, err := rational(sim, k, k)
	if err != nil {
		return
	}
	i, err := rational(inverse, k, k)
	if err != nil {
		return
	}
	o = exact.Identity(c.Units()).Columns(c.Order()...).T().Scale(theorems.Rational(c.Factor))
	after = &latent{a: s.Mul(before.a).Mul(i), c: o.Mul(before.c).Mul(i), q: s.Mul(before.q).Mul(s.T()), r: o.Mul(before.r).Mul(o.T())}
	return before, after, o, after.settle()
}

func decideChanged(c generators.TransformedSystem) error {
	before, after, o, err := changedExactly(c)
	if err != nil {
		return err
	}
	if err := equal("J'Λ'_0 = O JΛ_0 Oᵀ", after.j.Mul(after.lambda0), o.Mul(before.j).Mul(before.lambda0).Mul(o.T())); err != nil {
		return err
	}
	if err := equal("P' = O P Oᵀ", after.p, o.Mul(before.p).Mul(o.T())); err != nil {
		return err
	}
	a, _ := before.markov()
	if b, _ := after.markov(); a != b {
		return theorems.Violatedf("Markov before is %v, after %v", a, b)
	}
	return nil
}

// forgettingUnits: y → O y with O = [1 0] is no change of coordinates: a
// Markov process in two units is none in the first.
func forgettingUnits() theorems.Witness {
	c := generators.TransformedSystem{
		System: generators.System{Form: "structured", A: [][]float64{{0.5, 0.25}, {1, 0}}, C: [][]float64{{1, 0}, {0, 1}}, QDiag: []float64{1, 0}, RDiag: []float64{0, 0}},
		Change: generators.Change{Shear: [][]float64{{0, 0}, {0, 0}}, Keys: []float64{0, 1}, Factor: 1},
	}
	return theorems.Witness{Without: "y is changed by an invertible map", Shows: "y = (z_t, z_{t−1}) of an AR(2) process z is Markov, its first unit is not", Case: c,
		Check: theorems.Decide("Markov, whatever is seen", generators.TransformedSystems(exactSystems()), func(c generators.TransformedSystem) error {
			l, err := newLatent(plain(c.System))
			if err != nil {
				return err
			}
			first := &latent{a: l.a, c: l.c.Slice(0, 1, 0, l.c.Cols()), q: l.q, r: l.r.Slice(0, 1, 0, 1)}
			if err := first.settle(); err != nil {
				return err
			}
			whole, _ := l.markov()
			if part, lag := first.markov(); whole && !part {
				return theorems.Violatedf("the whole is Markov, its first unit has Λ_%d ≠ JΛ_%d", lag+1, lag)
			}
			return nil
		})}
}
