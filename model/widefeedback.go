package model

// through returns B Aᵀ X to twice the digits.
func through(a, b, x array) wide {
	latent, _ := wideTMul(a, widen(x))
	out, _ := wideTMul(b.t(), latent)
	return out
}

// scaledRows returns diag(d) W for powers of two d.
func (w wide) scaledRows(d []float64) wide { return wide{w.hi.scaledRows(d), w.lo.scaledRows(d)} }

// timesWide returns Σ X (n×k), summed in twice the digits and rounded once, in
// O(n·k·(1+p+h)) unless Σ is dense.
func (s Noise) timesWide(x wide) array {
	n, k := x.hi.rows, x.hi.cols
	out := newArray(n, k)
	if s.Kind() == DenseNoiseKind {
		full, xt := widen(s.full), wide{x.hi.t(), x.lo.t()}
		for i := range n {
			for j := range k {
				out.set(i, j, full.dotRows(i, xt, j).hi)
			}
		}
		return out
	}
	fx, _ := wideTMul(s.plus, x)
	hx, _ := wideTMul(s.minus, x)
	hx = hx.negated()
	for i := range n {
		for j := range k {
			sum := pair{s.diag[i], 0}.times(x.at(i, j))
			for c, f := range s.plus.row(i) {
				sum = sum.plus(pair{f, 0}.times(fx.at(c, j)))
			}
			for c, h := range s.minus.row(i) {
				sum = sum.plus(pair{h, 0}.times(hx.at(c, j)))
			}
			out.set(i, j, sum.hi)
		}
	}
	return out
}
