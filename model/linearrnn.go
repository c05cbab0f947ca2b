package model

import (
	"gonum.org/v1/gonum/mat"
)

// LinearRNN is a linear recurrent network of N units in discrete time,
//
//	y_{t+1} = J y_t + ε_t,   J = M Nᵀ,   ε ~ N(0, P) white,
//
// with loadings M and N (both N×R), the factor in front of M Nᵀ being 1. It is
// stationary, or starts from a given law of y_0, one step before the first
// observation y_1 = J y_0 + ε_0. It is immutable. (arXiv:2110.09804)
type LinearRNN struct {
	m, n    array // N×R; n is the identity where J was given
	dense   bool
	p       Noise
	initial *Gaussian
}

// LinearRNNConfig is what NewLinearRNN builds a network from: either loadings
// M and N (N×R), or J (N×N), and the covariance P of its noise.
type LinearRNNConfig struct {
	M, N    mat.Matrix // both, or J; all left out for J = 0
	J       mat.Matrix
	P       Noise
	Initial *Gaussian // law of y_0; nil: stationary
}

// NewLinearRNN validates and copies. Shapes that do not match and numbers that
// are not finite are ErrInvalid, with the matrix and the entry named.
// Stability is not asked for here, but by what needs a stationary law.
func NewLinearRNN(c LinearRNNConfig) (*LinearRNN, error) {
	units := c.P.Dim()
	c.J, c.M, c.N = given(c.J), given(c.M), given(c.N)
	net := &LinearRNN{p: c.P, initial: c.Initial.clone(), m: newArray(units, 0), n: newArray(units, 0)}
	switch {
	case units == 0:
		return nil, invalidf("P is of no units, want at least one")
	case c.J != nil && (c.M != nil || c.N != nil):
		return nil, invalidf("both J and loadings are given, want J, or M and N")
	case (c.M == nil) != (c.N == nil):
		return nil, invalidf("one of M and N is given, want both")
	case c.J != nil:
		if rows, cols := c.J.Dims(); rows != units || cols != units {
			return nil, invalidf("J is %d×%d, want %d×%d as P is", rows, cols, units, units)
		}
		if err := finiteMatrix("J", c.J); err != nil {
			return nil, err
		}
		net.m, net.n, net.dense = arrayOf(c.J), identityArray(units), true
	case c.M != nil:
		rows, rank := c.M.Dims()
		if nr, nc := c.N.Dims(); nr != rows || nc != rank || rows != units {
			return nil, invalidf("M is %d×%d and N is %d×%d, want one shape with %d rows as P has", rows, rank, nr, nc, units)
		}
		for _, m := range []struct {
			name string
			m    mat.Matrix
		}{{"M", c.M}, {"N", c.N}} {
			if err := finiteMatrix(m.name, m.m); err != nil {
				return nil, err
			}
		}
		net.m, net.n = arrayOf(c.M), arrayOf(c.N)
	}
	if net.initial != nil {
		if err := net.initial.check("initial", units); err != nil {
			return nil, err
		}
	}
	return net, nil
}

// Units returns N.
func (net *LinearRNN) Units() int { return net.p.Dim() }

// Loadings returns copies of M and N (N×R), nil for R = 0; ok is false where
// the network was given by its J.
func (net *LinearRNN) Loadings() (m, n *mat.Dense, ok bool) {
	if net.dense {
		return nil, nil, false
	}
	return net.m.dense(), net.n.dense(), true
}

// J returns M Nᵀ expanded to N×N.
func (net *LinearRNN) J() *mat.Dense {
	if net.dense {
		return net.m.dense()
	}
	return net.m.mulT(net.n).dense()
}

// P returns the covariance of the noise (N×N).
func (net *LinearRNN) P() Noise { return net.p }

// Initial returns the law of y_0, and false for a stationary network.
func (net *LinearRNN) Initial() (Gaussian, bool) {
	if net.initial == nil {
		return Gaussian{}, false
	}
	return *net.initial.clone(), true
}

// SpectralRadius returns ρ(J), which is that of the overlap NᵀM (R×R), 0 for
// R = 0. A failed decomposition is ErrEigen.
func (net *LinearRNN) SpectralRadius() (float64, error) { return spectralRadius(net.n.tmul(net.m)) }
