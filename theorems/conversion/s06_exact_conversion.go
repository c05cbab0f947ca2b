package conversion

import (
	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// ExactConversion is S6.
func ExactConversion() theorems.Theorem {
	return theorems.Theorem{
		Ref: "S6", ID: "conversion/rnn-to-lds",
		Statement: "Every linear network y_{t+1} = M Nᵀ y_t + ε_t, ε ~ N(0, P), P singular or not, has the law of an LDS with independent noises and " +
			"K = rank [J, PJᵀ] ≤ min(2R, N) latents: with G = NᵀPN and U a basis of range [M, PN] (M, N of full column rank; otherwise J for M and Jᵀ for N), A = U^L J U, C = U, " +
			"Q = U^L P N G⁻ NᵀP U^Lᵀ, R_v = P − P N G⁻ NᵀP. A law N(m₀, S₀) of y_0 gives U x_1 the mean J m₀ and the covariance J S₀ Jᵀ + P N G⁻ NᵀP. " +
			"If P N = 0, a stationary network is white: no latents at all (S6a).",
		Source: "V (arXiv:2110.09804), from RNN to LDS; singular P, minimal K and S6a +",
		Given:  []string{"the law is given for y_0, one step before the first observation, or is stationary"},
		Needed: []theorems.Witness{firstObservationCannotBeMet()},
		Why: "The conversion multiplies a few N×N matrices, solves with G = NᵀPN in orthonormal loadings, where rounding u‖P‖ is amplified by ‖P‖/λ_min(G), " +
			"and has J's ranges to u‖J‖/s_min(J): relative errors of A, Q, R_v. Through V = AVAᵀ + Q they are amplified by ‖(V ↦ V − AVAᵀ)⁻¹‖, known to the oracle.",
		Claims: []theorems.Check{
			aboutNetworks("law, from a given start", startedNetworks(), judgeConversion).
				Visiting("initial law", "unstable", "P singular", "P = 0", "G singular", "PN = 0", "N = 1", "R = N", "N < 2R", "J = 0", "dependent loadings", "NᵀM nilpotent", "NᵀM = 0"),
			aboutNetworks("law, stationary", stationaryNetworks(), judgeConversion).
				Visiting("spectral radius 1−2⁻²⁷", "P singular", "G singular", "PN = 0", "graded covariance", "isotropic P", "symmetric J"),
			// This one asks for no conversion: the law that is to be kept.
			aboutNetworks("autocovariances of the network", stationaryNetworks(), judgeRNNAutocovariances).Visiting("R = N", "P singular", "dependent loadings"),
		},
		Exact: []theorems.Check{
			onNetworks("every Λ_k, k ≤ 2K + 1", exactNetworks(), decideConversion).Visiting("P singular", "G singular", "PN = 0", "N = 1", "R = N"),
			theorems.Decide("joint law of y_1 … y_4 from a given start", generators.Recurrents(exactStartedNetworks()), decideStartedConversion).Visiting("initial law"),
		},
		Certificates: []theorems.Certificate{
			identity("joint covariance of y_1 … y_4, latents in the basis [M, PN]", recurrentShapes(), func(g generic) []certificate.Equation {
				l, s0 := g.recurrent(), g.b.Symmetric("S₀", g.s.N)
				return sameLaw(g.converted(l, s0), g.observed(l.j, l.p, l.j.Times(s0).Times(l.j.T()).Plus(l.p)), horizon)
			}),
			identity("joint covariance of y_1 … y_4, all units as latents", recurrentShapes(), func(g generic) []certificate.Equation {
				l, s0 := g.recurrent(), g.b.Symmetric("S₀", g.s.N)
				return sameLaw(g.convertedWhole(l, s0), g.observed(l.j, l.p, l.j.Times(s0).Times(l.j.T()).Plus(l.p)), horizon)
			}),
			identity("NᵀR_v = 0, so that J v = 0", recurrentShapes(), func(g generic) []certificate.Equation {
				l := g.recurrent()
				return []certificate.Equation{l.n.T().Times(l.reduced).Equals(g.b.Zero(g.s.R, g.s.N))}
			}),
		},
		Twins:        conversionTwins(),
		MaxUnknown:   0.1,
		MaxEscalated: 0,
	}
}

func startedNetworks() generators.RecurrentOptions {
	return generators.RecurrentOptions{MaxUnits: 5, MaxRank: 2, Initial: generators.WithInitial, Radius: generators.StableOrNot}
}

func stationaryNetworks() generators.RecurrentOptions {
	return generators.RecurrentOptions{MaxUnits: 5, MaxRank: 2, Initial: generators.Stationary}
}

func exactNetworks() generators.RecurrentOptions {
	return generators.RecurrentOptions{MaxUnits: 4, MaxRank: 2, Initial: generators.Stationary, Exact: true}
}

func exactStartedNetworks() generators.RecurrentOptions {
	return generators.RecurrentOptions{MaxUnits: 4, MaxRank: 2, Initial: generators.WithInitial, Exact: true}
}

// judgeConversion claims the dimension, semidefinite noises and the law.
func judgeConversion(f *theorems.Finding, t *network, s theorems.Subject) error {
	if s.LDSFromRNN == nil {
		return theorems.Missing("LDSFromRNN")
	}
	got, err := s.LDSFromRNN(t.net)
	if err != nil {
		return err
	}
	r, err := t.exactly()
	if err != nil {
		return err
	}
	d := t.deviations()
	want, margin := r.dimension(), t.rankMargin(r, d)
	if !t.HasInitial() {
		want = r.minimalDimension()
	}
	if got.Dimension != want && margin < clearly*operations(t.Units())*t.u {
		f.Abstain("a rank that rounding hides")
		return nil
	}
	f.Demand("K as many latents as are needed", got.Dimension == want && len(got.A) == got.Dimension)
	f.Demand("an initial law iff the network has one", (got.Cov != nil || got.Dimension == 0) == (t.HasInitial() || got.Dimension == 0))
	if f.Verdict == theorems.Fails {
		return nil
	}
	if err := t.expectRefusal(f, s, r); err != nil {
		return err
	}
	if !t.HasInitial() && s.RNNAutocovariances != nil {
		if err := judgeRNNAutocovariances(f, t, s); err != nil {
			return err
		}
	}
	e := t.conversionError(r, got.LatentSystem, d)
	expectSemidefinite(f, "λ_min(Q) < 0", got.Q, e.q)
	expectSemidefinite(f, "λ_min(R_v) < 0, scaled", scaledTo(got.R, d), e.r)
	return expectLaw(f, got.LatentSystem, t.law, d, e)
}

// expectRefusal: without its initial law an unstable network has none, and is
// refused as such.
func (t *network) expectRefusal(f *theorems.Finding, s theorems.Subject, r *recurrent) error {
	if !t.HasInitial() || r.n.T().Mul(r.m).CharPoly().UnitDisc() == exact.Inside {
		return nil
	}
	config := model.LinearRNNConfig{P: t.net.P()}
	if m, n, ok := t.net.Loadings(); !ok {
		config.J = t.net.J()
	} else if m != nil {
		config.M, config.N = m, n
	}
	bare, err := model.NewLinearRNN(config)
	if err != nil {
		return err
	}
	_, err = s.LDSFromRNN(bare)
	return f.DemandRefusal("an unstable network without an initial law is refused as unstable", err, model.ErrUnstable)
}

// latentForm is the conversion of S6 in rationals, in the basis U of range
// [M, PN], M and N replaced by bases of the ranges of J and Jᵀ.
func (r *recurrent) latentForm() (a, c, q, noise, left *exact.Matrix, err error) {
	n := r.j.T()
	gram := n.T().Mul(r.p).Mul(n).GeneralizedInverse()
	drive := r.p.Mul(n).Mul(gram).Mul(n.T()).Mul(r.p)
	noise = r.p.Sub(drive)
	u := exact.HStack(r.j, r.p.Mul(n)).RangeBasis()
	inner, err := u.T().Mul(u).Inverse()
	if err != nil {
		return
	}
	left = inner.Mul(u.T())
	return left.Mul(r.j).Mul(u), u, left.Mul(drive).Mul(left.T()), noise, left, nil
}

func decideConversion(r *recurrent) error {
	a, c, q, noise, _, err := r.latentForm()
	if err != nil {
		return err
	}
	if err := semidefinite("Q", q); err != nil {
		return err
	}
	if err := semidefinite("R_v", noise); err != nil {
		return err
	}
	l := latent{a: a, c: c, q: q, r: noise}
	if err := l.settle(); err != nil {
		return err
	}
	for k := 0; k <= 2*a.Rows()+1; k++ {
		if err := equal("Λ_k of the LDS and of the network", l.lag(k), r.lag(k)); err != nil {
			return err
		}
	}
	if r.p.Mul(r.j.T()).IsZero() && r.minimalDimension() != 0 {
		return theorems.Violatedf("P N = 0 and yet Λ_1 = %v", r.lag(1))
	}
	return nil
}

func decideStartedConversion(c generators.Recurrent) error {
	t := &network{recurrentNumbers: numbersOfNetwork(c)}
	r, err := t.exactly()
	if err != nil {
		return err
	}
	s0, err := rational(c.Cov(), c.Units(), c.Units())
	if err != nil {
		return err
	}
	a, read, q, noise, left, err := r.latentForm()
	if err != nil {
		return err
	}
	drive := r.p.Sub(noise)
	y := r.j.Mul(s0).Mul(r.j.T()).Add(r.p)
	x := left.Mul(r.j.Mul(s0).Mul(r.j.T()).Add(drive)).Mul(left.T())
	for t := 1; t <= horizon; t++ {
		for k := 0; t+k <= horizon; k++ {
			got := read.Mul(a.Pow(k)).Mul(x).Mul(read.T())
			if k == 0 {
				got = got.Add(noise)
			}
			if err := equal("Cov(y_{t+k}, y_t)", got, r.j.Pow(k).Mul(y)); err != nil {
				return err
			}
		}
		x = a.Mul(x).Mul(a.T()).Add(q)
		y = r.j.Mul(y).Mul(r.j.T()).Add(r.p)
	}
	return nil
}

// firstObservationCannotBeMet: M = e₁, N = e₂, P = I has R_v = diag(1, 0); a
// law of y_1 with variance ½ of unit 1 cannot be met.
func firstObservationCannotBeMet() theorems.Witness {
	c := generators.Recurrent{Form: "structured", M: [][]float64{{1}, {0}}, N: [][]float64{{0}, {1}}, PDiag: []float64{1, 1},
		Mean: []float64{0, 0}, CovDiag: []float64{0.5, 1}}
	return theorems.Witness{Without: "the law is given for y_0, one step before the first observation, or is stationary",
		Shows: "R_v = diag(1, 0), and S₁ = diag(½, 1) of y_1 leaves S₁ − R_v = diag(−½, 1) for the latents", Case: c,
		Check: theorems.Decide("any law of y_1 is met by this LDS", generators.Recurrents(exactStartedNetworks()), func(c generators.Recurrent) error {
			r, err := (&network{recurrentNumbers: numbersOfNetwork(c)}).exactly()
			if err != nil {
				return err
			}
			s1, err := rational(c.Cov(), c.Units(), c.Units()) // read as the law of y_1
			if err != nil {
				return err
			}
			_, _, _, noise, _, err := r.latentForm()
			if err != nil {
				return err
			}
			return semidefinite("S₁ − R_v", s1.Sub(noise))
		})}
}

// conversionTwins are mistakes about RNN → LDS.
func conversionTwins() []theorems.Twin {
	return []theorems.Twin{
		fromNetwork("R latents", "the R overlaps Nᵀy taken for the latents, their noise for independent of the observations'", func(n numbers) theorems.LatentSystem {
			return n.latents(n.m, nil, times(times(transposed(n.n), n.p), n.n), n.p)
		}),
		fromNetwork("G⁺ dropped", "Q and R_v made with P N NᵀP in place of P N G⁻ NᵀP", func(n numbers) theorems.LatentSystem {
			pn := times(n.p, n.n)
			return n.converted(pn, times(pn, transposed(pn)))
		}),
		fromNetwork("N for P N", "the basis [M, N], right for isotropic noise alone", func(n numbers) theorems.LatentSystem {
			return n.converted(n.n, n.drive())
		}),
		fromNetwork("R_v = P", "the noise that drives the latents left in the observations as well", func(n numbers) theorems.LatentSystem {
			l := n.converted(times(n.p, n.n), n.drive())
			l.R = n.p
			return l
		}),
		fromNetwork("Jᵀ for J", "A = U^L Jᵀ U", func(n numbers) theorems.LatentSystem {
			l := n.converted(times(n.p, n.n), n.drive())
			left := pseudoInverse(l.C)
			l.A = times(times(left, transposed(n.j)), l.C)
			return l
		}),
		{Name: "Λ_0 with R_v twice", Mistake: "Λ_0 = C V Cᵀ + 2R_v", FalseIdentity: func() *theorems.Certificate {
			c := identity("2R_v", recurrentShapes()[3:6], func(g generic) []certificate.Equation {
				l, s0 := g.recurrent(), g.b.Symmetric("S₀", g.s.N)
				p := g.converted(l, s0)
				p.r = p.r.Plus(p.r)
				return sameLaw(p, g.observed(l.j, l.p, l.j.Times(s0).Times(l.j.T()).Plus(l.p)), horizon)
			})
			return &c
		}()},
	}
}
