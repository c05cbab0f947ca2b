package conversion

import (
	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// latent is a stationary LDS in rationals, with its first-order match.
type latent struct {
	a, c, q, r, v    *exact.Matrix
	lambda0, lambda1 *exact.Matrix
	gain, posterior  *exact.Matrix // V CᵀΛ_0⁻ (K×N), Σ (K×K)
	j, p             *exact.Matrix
}

// newLatent solves for the stationary law. An instance that is not stable, as
// shrinking may make one, is undecided.
func newLatent(s theorems.LatentSystem) (*latent, error) {
	var l latent
	var err error
	if l.a, l.c, l.q, l.r, err = exactMatrices(s); err != nil {
		return nil, err
	}
	return &l, l.settle()
}

func exactMatrices(s theorems.LatentSystem) (a, c, q, r *exact.Matrix, err error) {
	k, n := len(s.A), len(s.R)
	for _, m := range []struct {
		to         **exact.Matrix
		rows       [][]float64
		rowN, colN int
	}{{&a, s.A, k, k}, {&c, s.C, n, k}, {&q, s.Q, k, k}, {&r, s.R, n, n}} {
		if *m.to, err = rational(m.rows, m.rowN, m.colN); err != nil {
			return
		}
	}
	return
}

// rational is FromFloat64 with the shape of what may be empty.
func rational(rows [][]float64, r, c int) (*exact.Matrix, error) {
	if r == 0 || c == 0 {
		return exact.Zero(r, c), nil
	}
	return exact.FromFloat64(rows)
}

// settle computes V, Λ_0, Λ_1 and the match from A, C, Q and R.
func (l *latent) settle() error {
	if l.a.CharPoly().UnitDisc() != exact.Inside {
		return theorems.ErrUndecided
	}
	v, err := exact.Lyapunov(l.a, l.q)
	if err != nil {
		return err
	}
	l.v = v
	l.complete()
	return nil
}

// complete computes Λ_0, Λ_1 and the match from V as well.
func (l *latent) complete() {
	l.lambda0, l.lambda1 = l.lag(0), l.lag(1)
	inverse := l.lambda0.GeneralizedInverse()
	l.gain = l.v.Mul(l.c.T()).Mul(inverse)
	l.posterior = l.v.Sub(l.gain.Mul(l.c).Mul(l.v))
	l.j = l.lambda1.Mul(inverse)
	l.p = l.lambda0.Sub(l.j.Mul(l.lambda0).Mul(l.j.T()))
}

// lag returns Λ_k.
func (l *latent) lag(k int) *exact.Matrix {
	lambda := l.c.Mul(l.a.Pow(k)).Mul(l.v).Mul(l.c.T())
	if k == 0 {
		return lambda.Add(l.r)
	}
	return lambda
}

// defect returns Λ_{k+1} − J Λ_k.
func (l *latent) defect(k int) *exact.Matrix { return l.lag(k + 1).Sub(l.j.Mul(l.lag(k))) }

// markov reports whether Λ_{k+1} = J Λ_k for k = 1 … rank A, and the first k
// where it is not.
func (l *latent) markov() (yes bool, lag int) {
	for k := 1; k <= l.a.Rank(); k++ {
		if !l.defect(k).IsZero() {
			return false, k
		}
	}
	return true, 0
}

// recurrent is a stationary linear network in rationals.
type recurrent struct {
	m, n, j, p, s *exact.Matrix
}

func newRecurrent(c recurrentNumbers) (*recurrent, error) {
	r, err := c.rational()
	if err != nil {
		return nil, err
	}
	return r, r.settle()
}

// rational returns M, N, P and J.
func (c recurrentNumbers) rational() (*recurrent, error) {
	var r recurrent
	var err error
	units := c.Units()
	if r.m, err = rational(c.M, units, c.Rank()); err != nil {
		return nil, err
	}
	if r.n, err = rational(c.N, units, c.Rank()); err != nil {
		return nil, err
	}
	if r.p, err = rational(c.P, units, units); err != nil {
		return nil, err
	}
	r.j = r.m.Mul(r.n.T())
	return &r, nil
}

// settle computes the stationary covariance S = P + M Z Mᵀ, Z = NᵀSN.
func (r *recurrent) settle() error {
	overlap := r.n.T().Mul(r.m)
	if overlap.CharPoly().UnitDisc() != exact.Inside {
		return theorems.ErrUndecided
	}
	z, err := exact.Lyapunov(overlap, r.n.T().Mul(r.p).Mul(r.n))
	if err != nil {
		return err
	}
	r.s = r.p.Add(r.m.Mul(z).Mul(r.m.T()))
	return nil
}

func (r *recurrent) lag(k int) *exact.Matrix { return r.j.Pow(k).Mul(r.s) }

// minimalDimension is rank [Λ_1, Λ_1ᵀ].
func (r *recurrent) minimalDimension() int {
	l := r.lag(1)
	return exact.HStack(l, l.T()).Rank()
}

// dimension is rank [J, PJᵀ], that of a conversion for any law of y_0.
func (r *recurrent) dimension() int { return exact.HStack(r.j, r.p.Mul(r.j.T())).Rank() }

// onSystems turns a decision about a stationary LDS into a check.
func onSystems(name string, o generators.SystemOptions, decide func(*latent) error) theorems.Check {
	return theorems.Decide(name, generators.Systems(o), func(c generators.System) error {
		l, err := newLatent(plain(c))
		if err != nil {
			return err
		}
		return decide(l)
	})
}

// onNetworks turns a decision about a stationary linear network into a check.
func onNetworks(name string, o generators.RecurrentOptions, decide func(*recurrent) error) theorems.Check {
	return theorems.Decide(name, generators.Recurrents(o), func(c generators.Recurrent) error {
		r, err := newRecurrent(numbersOfNetwork(c))
		if err != nil {
			return err
		}
		return decide(r)
	})
}

// equal is a Violation naming the formula unless A = B.
func equal(formula string, a, b *exact.Matrix) error {
	if a.Equal(b) {
		return nil
	}
	return theorems.Violatedf("%s: %v against %v", formula, a, b)
}

// semidefinite is a Violation unless A ⪰ 0.
func semidefinite(name string, a *exact.Matrix) error {
	if psd, _ := a.Definiteness(); psd {
		return nil
	}
	return theorems.Violatedf("%s ⪰ 0: %v", name, a)
}
