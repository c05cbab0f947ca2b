package model

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Transform returns the LDS of the latents T x, equal in law of what is observed:
//
//	A → T A T⁻¹,   C → C T⁻¹,   Q → T Q Tᵀ,
//
// T (K×K) invertible; Q becomes dense, and a law of x_1 goes along, N(T m, T S Tᵀ). A T of another shape, not finite, or singular to rounding is ErrInvalid. (S11)
func (l *LDS) Transform(t mat.Matrix) (*LDS, error) {
	k := l.Latents()
	change, err := squareArray("T", t, k)
	if err != nil {
		return nil, err
	}
	inverse, err := change.inverse("T")
	if err != nil {
		return nil, err
	}
	out := &LDS{a: change.mul(l.a).mul(inverse), c: l.c.mul(inverse), r: l.r}
	if out.q, err = l.q.image(change); err != nil {
		return nil, err
	}
	out.initial, err = l.initial.image(change)
	return out.checked(err)
}

// Rotate returns the LDS of the observations O y: C → O C, R_v → O R_v Oᵀ, which is dense. O (N×N) need not be orthogonal, nor
// invertible. One of another shape, or not finite, is ErrInvalid. (S11)
func (l *LDS) Rotate(o mat.Matrix) (*LDS, error) {
	turn, err := squareArray("O", o, l.Units())
	if err != nil {
		return nil, err
	}
	out := &LDS{a: l.a, c: turn.mul(l.c), q: l.q, initial: l.initial}
	out.r, err = l.r.image(turn)
	return out.checked(err)
}

// Permute returns the LDS with its units in another order: unit k of it is unit order[k] of l. An order that is not one of all
// units is ErrInvalid. (S11)
func (l *LDS) Permute(order []int) (*LDS, error) {
	if len(order) != l.Units() {
		return nil, invalidf("order is of %d units, want all %d", len(order), l.Units())
	}
	return l.Observe(order)
}

// Observe returns the LDS of which only some units are observed, in the given order: the rows of C, and of R_v, of those. No
// unit at all, an index outside 0 … N−1, or one that occurs twice, is ErrInvalid. (S10)
func (l *LDS) Observe(units []int) (*LDS, error) {
	if len(units) == 0 {
		return nil, invalidf("no units are observed, want at least one")
	}
	r, err := l.r.Restrict(units)
	if err != nil {
		return nil, err
	}
	return &LDS{l.a, l.c.selectRows(units), l.q, r, l.initial}, nil
}

// Rescale returns the LDS of the observations factor·y: C → factor·C, R_v → factor²·R_v. A factor that is not finite, or
// numbers that overflow, are ErrInvalid. (S11)
func (l *LDS) Rescale(factor float64) (*LDS, error) {
	if math.IsNaN(factor) || math.IsInf(factor, 0) {
		return nil, invalidf("factor is %v, want a finite number", factor)
	}
	out := &LDS{l.a, l.c.scaled(factor), l.q, l.r.scaled(factor), l.initial}
	return out.checked(nil)
}

// checked returns l, or the error, or ErrInvalid for entries that overflowed.
func (l *LDS) checked(err error) (*LDS, error) {
	for _, m := range []struct {
		name string
		m    array
	}{{"A", l.a}, {"C", l.c}, {"Q", l.q.numbers()}, {"R", l.r.numbers()}, {"the initial law", l.initial.numbers()}} {
		if most := m.m.maxAbs(); err == nil && (math.IsNaN(most) || math.IsInf(most, 0)) {
			err = invalidf("%s overflows", m.name)
		}
	}
	if err != nil {
		return nil, err
	}
	return l, nil
}

// Rotate returns the network of O y: J → O J O⁻¹, with M → O M, N → O⁻ᵀN where it has loadings, and P → O P Oᵀ, which is
// dense; a law of y_0 goes along, N(O m, O S Oᵀ). O (N×N) is invertible. One of another shape, not finite, or singular to rounding is ErrInvalid. (S11)
func (net *LinearRNN) Rotate(o mat.Matrix) (*LinearRNN, error) {
	turn, err := squareArray("O", o, net.Units())
	if err != nil {
		return nil, err
	}
	inverse, err := turn.inverse("O")
	if err != nil {
		return nil, err
	}
	out := &LinearRNN{m: turn.mul(net.m), n: inverse.tmul(net.n), dense: net.dense}
	if net.dense {
		out.m, out.n = out.m.mul(inverse), net.n
	}
	if out.p, err = net.p.image(turn); err != nil {
		return nil, err
	}
	out.initial, err = net.initial.image(turn)
	return out.checked(err)
}

// Permute returns the network with its units in another order: unit k of it is unit order[k] of net. An order that is not one
// of all units is ErrInvalid. (S11)
func (net *LinearRNN) Permute(order []int) (*LinearRNN, error) {
	if len(order) != net.Units() {
		return nil, invalidf("order is of %d units, want all %d", len(order), net.Units())
	}
	p, err := net.p.Restrict(order)
	if err != nil {
		return nil, err
	}
	out := &LinearRNN{m: net.m.selectRows(order), n: net.n.selectRows(order), dense: net.dense, p: p}
	if net.dense {
		out.m, out.n = out.m.t().selectRows(order).t(), net.n
	}
	out.initial, err = net.initial.permuted(order)
	return out, err
}

// Rescale returns the network of factor·y: P → factor²·P, J as it is, and factor·y_0 for the law that it starts from. A factor
// that is not finite, or numbers that overflow, are ErrInvalid. (S11)
func (net *LinearRNN) Rescale(factor float64) (*LinearRNN, error) {
	if math.IsNaN(factor) || math.IsInf(factor, 0) {
		return nil, invalidf("factor is %v, want a finite number", factor)
	}
	out := &LinearRNN{m: net.m, n: net.n, dense: net.dense, p: net.p.scaled(factor), initial: net.initial.scaled(factor)}
	return out.checked(nil)
}

// checked returns net, or the error, or ErrInvalid for entries that overflowed.
func (net *LinearRNN) checked(err error) (*LinearRNN, error) {
	for _, m := range []struct {
		name string
		m    array
	}{{"M", net.m}, {"N", net.n}, {"P", net.p.numbers()}, {"the initial law", net.initial.numbers()}} {
		if most := m.m.maxAbs(); err == nil && (math.IsNaN(most) || math.IsInf(most, 0)) {
			err = invalidf("%s overflows", m.name)
		}
	}
	if err != nil {
		return nil, err
	}
	return net, nil
}

// image returns the law of T x for x of law g, nil for nil.
func (g *Gaussian) image(t array) (*Gaussian, error) {
	if g == nil {
		return nil, nil
	}
	cov, err := g.Cov.image(t)
	return &Gaussian{t.timesVector(g.Mean), cov}, err
}

func (g *Gaussian) permuted(order []int) (*Gaussian, error) {
	if g == nil {
		return nil, nil
	}
	cov, err := g.Cov.Restrict(order)
	return &Gaussian{array{len(g.Mean), 1, g.Mean}.selectRows(order).data, cov}, err
}

func (g *Gaussian) scaled(factor float64) *Gaussian {
	if g == nil {
		return nil
	}
	return &Gaussian{array{1, len(g.Mean), g.Mean}.scaled(factor).data, g.Cov.scaled(factor)}
}

// numbers returns all that a covariance is held in, as a row.
func (s Noise) numbers() array {
	all := append(append(append(append([]float64{}, s.diag...), s.plus.data...), s.minus.data...), s.full.data...)
	return array{1, len(all), all}
}

// numbers returns mean and covariance, as a row.
func (g *Gaussian) numbers() array {
	if g == nil {
		return array{}
	}
	all := append(g.Cov.numbers().data, g.Mean...)
	return array{1, len(all), all}
}

// squareArray copies an n×n matrix, finite; nil stands for 0×0.
func squareArray(name string, m mat.Matrix, n int) (array, error) {
	b := arrayOf(m)
	if b.rows != n || b.cols != n {
		return array{}, invalidf("%s is %d×%d, want %d×%d", name, b.rows, b.cols, n, n)
	}
	if n == 0 {
		return b, nil
	}
	return b, finiteMatrix(name, m)
}

// inverse returns B⁻¹, and refuses a B that is singular to rounding. Rows and
// columns are scaled first: sizes of units say nothing of that.
func (b array) inverse(name string) (array, error) {
	if b.empty() {
		return b, nil
	}
	rows := b.reciprocalSizes()
	columns := b.scaledRows(rows).t().reciprocalSizes()
	var lu mat.LU
	lu.Factorize(b.scaledRows(rows).scaledColumns(columns).dense())
	if condition := lu.Cond(); !(condition*unitRoundoff < 1) {
		return array{}, invalidf("%s is singular to rounding: its condition is %.3g", name, condition)
	}
	var inverse mat.Dense
	// The condition was judged; what the library says of it is a warning.
	if err := lu.SolveTo(&inverse, false, identityArray(b.rows).dense()); err != nil {
		if _, warned := err.(mat.Condition); !warned {
			return array{}, invalidf("%s is singular: %v", name, err)
		}
	}
	return arrayOf(&inverse).scaledRows(columns).scaledColumns(rows), nil
}

// reciprocalSizes returns for each row a power of two near 1/max|b_ij|.
func (b array) reciprocalSizes() []float64 {
	out := make([]float64, b.rows)
	for i := range out {
		_, exponent := math.Frexp(largest(b.row(i)))
		out[i] = math.Ldexp(1, min(-exponent, 1000))
	}
	return out
}
