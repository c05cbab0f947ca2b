package gaussian

import (
	"math/big"
	"slices"
)

// chain is a state-space process at one precision, with the law of the state at one time, which its methods count as time 1.
type chain struct {
	prec       uint
	units      int
	a, q       *matrix // K×K
	c, r       *matrix // N×K and N×N; both nil where the state itself is observed
	mean       []*big.Float
	cov        *matrix // K×K
	stationary bool

	// spread is a positive semidefinite K×K matrix E, such that the rounding errors in cov are within ±2^-prec·c·E for a moderate c.
	// Hence those in a variance l cov lᵀ are within 2^-prec·c·(l E lᵀ): what is below that, with room to spare, is a zero.
	spread *matrix
}

// spreadPrecision is that of the bounds of rounding errors.
const spreadPrecision = 64

// multiple returns s·I, n×n, of the precision of spreads.
func multiple(s *big.Float, n int) *matrix {
	m := newMatrix(spreadPrecision, n, n)
	for i := range n {
		m.at(i, i).Set(s)
	}
	return m
}

// step returns the process that starts one step later: mean A m, covariance A V Aᵀ + Q.
func (c *chain) step() *chain {
	if c.stationary {
		return c
	}
	next := *c
	next.mean = c.a.timesVector(c.mean)
	next.cov = c.a.conjugated(c.cov).plus(c.q)
	fresh := multiple(roundingScale(c.a, c.cov, c.q), c.a.rows)
	next.spread = c.a.rounded(spreadPrecision).conjugated(c.spread).plus(fresh)
	return &next
}

// from returns the process that starts at time t.
func (c *chain) from(t int) *chain {
	for ; t > 1; t-- {
		c = c.step()
	}
	return c
}

// readOut returns C m, m K×n.
func (c *chain) readOut(m *matrix) *matrix {
	if c.c == nil {
		return m
	}
	return c.c.times(m)
}

// observedMean returns E y_1 (N).
func (c *chain) observedMean() []*big.Float {
	return c.readOut(&matrix{len(c.mean), 1, c.prec, c.mean}).data
}

// withState returns Cov(x_1, y_1) = V Cᵀ (K×N).
func (c *chain) withState() *matrix {
	if c.c == nil {
		return c.cov
	}
	return c.cov.timesTransposed(c.c)
}

// lags returns Cov(y_{1+k}, y_1) for k = 0 … count−1 (each N×N): C A^k V Cᵀ, and R more at k = 0.
func (c *chain) lags(count int) []*matrix {
	out := make([]*matrix, count)
	m := c.withState()
	for k := range out {
		if k > 0 {
			m = c.a.times(m)
		}
		out[k] = c.readOut(m)
		if k == 0 {
			if c.r != nil {
				out[k] = out[k].plus(c.r)
			}
			out[k] = out[k].symmetrized()
		}
	}
	return out
}

// law is that of some Gaussian numbers.
type law struct {
	prec uint
	mean []*big.Float
	cov  *matrix
	size []int // rounding errors in variance i are small against 2^(2·size[i])

	// strain is by how many binary digits that is more, at most, than the largest of the terms that a variance is the sum of: what
	// amplification of rounding errors costs.
	strain int

	meanSize *big.Float // those in the mean are small against it
}

// joint returns the law of (y_1 … y_steps), the N units of one time together.
func (c *chain) joint(steps int) *law {
	n := c.units
	l := &law{prec: c.prec, cov: newMatrix(c.prec, n*steps, n*steps), meanSize: new(big.Float).SetPrec(spreadPrecision)}
	now := c
	var lags []*matrix
	var sizes []int
	for s := range steps {
		if s == 0 || !c.stationary {
			lags = now.lags(steps - s)
			sizes, l.strain = now.observedSizes(l.strain)
		}
		for t := s; t < steps; t++ {
			l.place(lags[t-s], t*n, s*n)
		}
		l.mean = append(l.mean, now.observedMean()...)
		l.size = append(l.size, sizes...)
		l.meanSize.Add(l.meanSize, now.observedMeanSize())
		if s+1 < steps {
			now = now.step()
		}
	}
	return l
}

// jointWithState returns the law of (x_t, y_1 … y_steps), the K latents first.
func (c *chain) jointWithState(t, steps int) *law {
	k, n := c.a.rows, c.units
	observed := c.joint(steps)
	state := c.from(t)
	total := k + n*steps
	sizes, strain := state.stateSizes(observed.strain)
	l := &law{prec: c.prec, mean: slices.Concat(state.mean, observed.mean), cov: newMatrix(c.prec, total, total), size: append(sizes, observed.size...), strain: strain}
	l.place(state.cov, 0, 0)
	l.place(observed.cov, k, k)
	now := c
	for s := 1; s <= min(t, steps); s++ { // Cov(x_t, y_s) = A^(t−s) V_s Cᵀ
		m := now.withState()
		for range t - s {
			m = c.a.times(m)
		}
		l.place(m, 0, k+(s-1)*n)
		now = now.step()
	}
	m := state.cov
	for s := t + 1; s <= steps; s++ { // Cov(y_s, x_t) = C A^(s−t) V_t
		m = c.a.times(m)
		l.place(c.readOut(m), k+(s-1)*n, 0)
	}
	return l
}

// place writes a block of a covariance, and its transpose.
func (l *law) place(block *matrix, row, column int) {
	for i := range block.rows {
		for j := range block.cols {
			l.cov.data[(row+i)*l.cov.cols+column+j] = block.at(i, j)
			l.cov.data[(column+j)*l.cov.cols+row+i] = block.at(i, j)
		}
	}
}

// stateSizes returns the sizes of the variances of x_1, E_ii + max|V|, and the larger of their strain and the one given.
func (c *chain) stateSizes(strain int) ([]int, int) {
	out := make([]int, c.a.rows)
	for i := range out {
		out[i], strain = sizeOf(c.spread.at(i, i), c.cov.largest(), strain)
	}
	return out, strain
}

// observedSizes returns the sizes of the variances of y_1, c E cᵀ + (Σ|c_k|)² max|V| + |R_ii| with c the row of C, and the larger of
// their strain and the one given.
func (c *chain) observedSizes(strain int) ([]int, int) {
	if c.c == nil {
		return c.stateSizes(strain)
	}
	out := make([]int, c.units)
	read := c.c.rounded(spreadPrecision)
	inherited, most := read.times(c.spread).timesTransposed(read), c.cov.largest()
	for i := range out {
		terms := read.rowSum(i)
		terms.Mul(terms, terms).Mul(terms, most)
		terms.Add(terms, new(big.Float).Abs(c.r.at(i, i)))
		out[i], strain = sizeOf(inherited.at(i, i), terms, strain)
	}
	return out, strain
}

// sizeOf returns an e with inherited + terms ≤ 4^e, the smallest but for one, and the larger of the strain given and log2 inherited/terms.
func sizeOf(inherited, terms *big.Float, strain int) (int, int) {
	if inherited.Sign() != 0 && terms.Sign() != 0 {
		strain = max(strain, inherited.MantExp(nil)-terms.MantExp(nil))
	}
	return halfExponent(new(big.Float).Add(inherited, terms)), strain
}

// observedMeanSize returns ‖C‖_∞ max|E x_1|.
func (c *chain) observedMeanSize() *big.Float {
	most := (&matrix{len(c.mean), 1, c.prec, c.mean}).largest()
	if c.c != nil {
		most.Mul(most, c.c.normInf())
	}
	return most
}

// halfExponent returns an e with x ≤ 4^e, the smallest but for one; 0 for x = 0.
func halfExponent(x *big.Float) int {
	e := x.MantExp(nil)
	return (e + 1) >> 1
}
