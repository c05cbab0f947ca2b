package model

import (
	"gonum.org/v1/gonum/mat"
)

// Gaussian is the law N(m, S): Mean m (n), and covariance S (n×n).
type Gaussian struct {
	Mean []float64
	Cov  Noise
}

// check refuses a law of other than n numbers, naming it.
func (g *Gaussian) check(name string, n int) error {
	if err := finiteVector(name+" mean", g.Mean, n); err != nil {
		return err
	}
	if g.Cov.Dim() != n {
		return invalidf("%s covariance is of %d numbers, want %d", name, g.Cov.Dim(), n)
	}
	return nil
}

func (g *Gaussian) clone() *Gaussian {
	if g == nil {
		return nil
	}
	return &Gaussian{append([]float64{}, g.Mean...), g.Cov}
}

// LDS is a latent linear dynamical system of K latents and N observed units,
//
//	x_{t+1} = A x_t + w_t,   y_t = C x_t + v_t,   w ~ N(0, Q),  v ~ N(0, R_v),
//
// both noises white and independent of one another. It is stationary, or
// starts from a given law of x_1, the latents at the first observation y_1. It
// is immutable. (arXiv:2110.09804)
type LDS struct {
	a, c    array // K×K, N×K
	q, r    Noise // K, N
	initial *Gaussian
}

// LDSConfig is what NewLDS builds an LDS from: A (K×K), C (N×K), Q of K
// numbers and R = R_v of N. A, C and Q are left out for K = 0, white observations.
type LDSConfig struct {
	A, C    mat.Matrix
	Q, R    Noise
	Initial *Gaussian // law of x_1; nil: stationary
}

// NewLDS validates and copies. Shapes that do not match and numbers that are
// not finite are ErrInvalid, with the matrix and the entry named. Stability is
// not asked for here, but by what needs a stationary law.
func NewLDS(c LDSConfig) (*LDS, error) {
	l := &LDS{a: arrayOf(c.A), c: arrayOf(c.C), q: c.Q, r: c.R, initial: c.Initial.clone()}
	k, n := l.a.rows, l.r.Dim()
	switch {
	case n == 0:
		return nil, invalidf("R is of no units, want at least one")
	case l.a.cols != k:
		return nil, invalidf("A is %d×%d, want square", k, l.a.cols)
	case l.q.Dim() != k:
		return nil, invalidf("Q is of %d latents, A is %d×%d", l.q.Dim(), k, k)
	case k == 0 && given(c.C) == nil:
		l.c = newArray(n, 0)
	case l.c.rows != n || l.c.cols != k:
		return nil, invalidf("C is %d×%d, want %d×%d: units as R has, latents as A has", l.c.rows, l.c.cols, n, k)
	}
	for _, m := range []struct {
		name string
		m    array
	}{{"A", l.a}, {"C", l.c}} {
		if m.m.empty() {
			continue
		}
		if err := finiteMatrix(m.name, m.m.dense()); err != nil {
			return nil, err
		}
	}
	if l.initial != nil {
		if err := l.initial.check("initial", k); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// Latents returns K.
func (l *LDS) Latents() int { return l.a.rows }

// Units returns N.
func (l *LDS) Units() int { return l.r.Dim() }

// A returns a copy of A (K×K), nil for K = 0.
func (l *LDS) A() *mat.Dense { return l.a.dense() }

// C returns a copy of C (N×K), the read-out, nil for K = 0.
func (l *LDS) C() *mat.Dense { return l.c.dense() }

// Q returns the covariance of the latents' noise (K×K).
func (l *LDS) Q() Noise { return l.q }

// R returns the covariance R_v of the observation noise (N×N).
func (l *LDS) R() Noise { return l.r }

// Initial returns the law of x_1, and false for a stationary LDS.
func (l *LDS) Initial() (Gaussian, bool) {
	if l.initial == nil {
		return Gaussian{}, false
	}
	return *l.initial.clone(), true
}

// SpectralRadius returns ρ(A), the largest modulus of an eigenvalue of A, 0
// for K = 0. A failed decomposition is ErrEigen.
func (l *LDS) SpectralRadius() (float64, error) { return spectralRadius(l.a) }
