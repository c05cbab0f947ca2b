package generators

import "math"

// ledger adds up products and remembers whether anything was rounded.
type ledger struct{ rounded bool }

// plus returns sum + a·b.
func (l *ledger) plus(sum, a, b float64) float64 {
	p := a * b
	s := sum + p
	back := s - sum
	l.rounded = l.rounded || math.FMA(a, b, -p) != 0 || (sum-(s-back))+(p-back) != 0
	return s
}

// gram notes whether a bᵀ is rounded, for rows of equal length, with diag on
// its diagonal.
func (l *ledger) gram(a, b [][]float64, diag []float64) {
	for i := range a {
		for j := range b {
			sum := 0.0
			if i == j && i < len(diag) {
				sum = diag[i]
			}
			for k := range min(len(a[i]), len(b[j])) {
				sum = l.plus(sum, a[i][k], b[j][k])
			}
		}
	}
}

func (l *ledger) covariance(c covariance) { l.gram(c.factor, c.factor, c.diag) }

// Unrounded reports whether covariances are what their factors say.
func (s System) Unrounded() bool {
	var l ledger
	l.covariance(s.q())
	l.covariance(s.r())
	l.covariance(s.cov())
	return !l.rounded
}

// Unrounded reports whether M Nᵀ, NᵀM and covariances are float64 numbers.
func (r Recurrent) Unrounded() bool {
	var l ledger
	l.gram(r.M, r.N, nil)
	if r.Rank() > 0 {
		l.gram(transposed(r.N), transposed(r.M), nil)
	}
	l.covariance(r.p())
	l.covariance(r.cov())
	return !l.rounded
}

// Unrounded reports whether covariances are L Lᵀ.
func (m Mixture) Unrounded() bool {
	var l ledger
	for p := range m.Shares {
		factor := m.factor(p)
		l.gram(factor, factor, nil)
	}
	return !l.rounded
}

// Unrounded reports whether the covariance of the noise is what its factor
// says.
func (p NoisyPoint) Unrounded() bool {
	var l ledger
	l.covariance(p.noise())
	return !l.rounded
}

// Unrounded reports whether all covariances are what their factors say.
func (p Pipeline) Unrounded() bool {
	var l ledger
	l.covariance(covariance{p.PDiag, p.PFactor})
	return !l.rounded && p.Mixture.Unrounded()
}

// Unrounded reports whether Σ_nm and Σ_mm are float64 numbers.
func (c Centred) Unrounded() bool {
	var l ledger
	v, inverse := c.Basis()
	left := multiply(v, c.Jordan())
	l.gram(v, transposed(c.Jordan()), nil)
	l.gram(left, transposed(inverse), nil)
	g, _ := c.factorG()
	root := multiply(transposed(inverse), g)
	l.gram(transposed(inverse), transposed(g), nil)
	l.gram(root, root, nil)
	return !l.rounded
}
