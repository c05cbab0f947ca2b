package conversion

import (
	"math"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/theorems"
	"gonum.org/v1/gonum/mat"
)

// numbers are the matrices of a linear network that twins get wrong.
type numbers struct {
	net           *model.LinearRNN
	m, n, j, p    [][]float64
	mean, initial [][]float64 // m₀ (N×1) and S₀, nil for a stationary network
}

func numbersOf(net *model.LinearRNN) numbers {
	v := numbers{net: net, j: theorems.Rows(net.J()), p: rows(net.P())}
	if m, n, ok := net.Loadings(); ok {
		v.m, v.n = theorems.Rows(m), theorems.Rows(n)
	} else {
		v.m, v.n = v.j, diagonal(ones(net.Units()))
	}
	if g, ok := net.Initial(); ok {
		v.initial = rows(g.Cov)
		for _, x := range g.Mean {
			v.mean = append(v.mean, []float64{x})
		}
	}
	return v
}

func rows(s model.Noise) [][]float64 {
	out := make([][]float64, s.Dim())
	for i := range out {
		out[i] = make([]float64, s.Dim())
		for j := range out[i] {
			out[i][j] = s.At(i, j)
		}
	}
	return out
}

// drive is P N G⁺ NᵀP.
func (v numbers) drive() [][]float64 {
	if len(v.n) == 0 || len(v.n[0]) == 0 {
		return times(v.p, diagonal(make([]float64, len(v.p))))
	}
	pn := times(v.p, v.n)
	return times(times(pn, pseudoInverse(times(transposed(v.n), pn))), transposed(pn))
}

// converted is the LDS with latents in the range of [M, second] and the given
// part of the noise as theirs.
func (v numbers) converted(second, drive [][]float64) theorems.LatentSystem {
	u := basis(beside(v.m, second))
	l := v.latents(u, pseudoInverse(u), drive, minus(v.p, drive))
	if len(u) > 0 && len(u[0]) > 0 {
		left := pseudoInverse(u)
		l.A = times(times(left, v.j), u)
		l.Q = times(times(left, drive), transposed(left))
		if v.initial != nil {
			l.Cov = times(times(left, plus(times(times(v.j, v.initial), transposed(v.j)), drive)), transposed(left))
			l.Mean = column(times(times(left, v.j), v.mean))
		}
	}
	return l
}

// latents is an LDS with read-out u: where left is nil, the overlaps Nᵀy are
// the latents.
func (v numbers) latents(u, left, q, r [][]float64) theorems.LatentSystem {
	if len(u) == 0 || len(u[0]) == 0 {
		return theorems.LatentSystem{A: nil, C: make([][]float64, len(v.p)), Q: nil, R: r}
	}
	l := theorems.LatentSystem{C: u, Q: q, R: r}
	if left == nil {
		l.A = times(transposed(v.n), u)
		if v.initial != nil {
			l.Cov = times(times(transposed(v.n), v.initial), v.n)
			l.Mean = column(times(transposed(v.n), v.mean))
		}
	}
	return l
}

// fromNetwork is a twin that converts a network wrongly.
func fromNetwork(name, mistake string, wrong func(numbers) theorems.LatentSystem) theorems.Twin {
	return fromNetworkConversion(name, mistake, func(v numbers, c *theorems.LatentConversion) {
		c.LatentSystem = wrong(v)
		c.Dimension = len(c.A)
	})
}

// fromNetworkConversion is a twin that changes a conversion.
func fromNetworkConversion(name, mistake string, change func(v numbers, c *theorems.LatentConversion)) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		right := s.LDSFromRNN
		s.LDSFromRNN = func(net *model.LinearRNN) (*theorems.LatentConversion, error) {
			got, err := right(net)
			if err != nil {
				return nil, err
			}
			change(numbersOf(net), got)
			return got, nil
		}
		return s
	}}
}

// fromSystem is a twin that matches an LDS wrongly.
func fromSystem(name, mistake string, wrong func(l *model.LDS, got *theorems.FirstOrderMatch)) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		right := s.RNNFromLDS
		s.RNNFromLDS = func(l *model.LDS) (*theorems.FirstOrderMatch, error) {
			got, err := right(l)
			if err != nil {
				return nil, err
			}
			wrong(l, got)
			return got, nil
		}
		return s
	}}
}

func basis(m [][]float64) [][]float64 {
	if len(m) == 0 || len(m[0]) == 0 {
		return m
	}
	s := dense.SingularValues(m)
	rank := 0
	for rank < len(s) && s[rank] > 1e-10*s[0] { // twins may be rough
		rank++
	}
	if rank == 0 {
		return make([][]float64, len(m))
	}
	return orthonormal(m, rank)
}

// pseudoInverse returns A⁺, rough but for an A of well separated rank.
func pseudoInverse(a [][]float64) [][]float64 {
	if len(a) == 0 || len(a[0]) == 0 {
		return nil
	}
	var d mat.SVD
	m := mat.NewDense(len(a), len(a[0]), nil)
	for i, row := range a {
		m.SetRow(i, row)
	}
	d.Factorize(m, mat.SVDThin)
	var u, v mat.Dense
	d.UTo(&u)
	d.VTo(&v)
	s := d.Values(nil)
	for k := range s {
		inverse := 0.0
		if s[k] > 1e-10*s[0] {
			inverse = 1 / s[k]
		}
		for i := range len(a[0]) {
			v.Set(i, k, v.At(i, k)*inverse)
		}
	}
	var out mat.Dense
	out.Mul(&v, u.T())
	return theorems.Rows(&out)
}

func beside(a, b [][]float64) [][]float64 {
	out := make([][]float64, max(len(a), len(b)))
	for i := range out {
		if i < len(a) {
			out[i] = append(out[i], a[i]...)
		}
		if i < len(b) {
			out[i] = append(out[i], b[i]...)
		}
	}
	return out
}

func plus(a, b [][]float64) [][]float64  { return combined(a, 1, b) }
func minus(a, b [][]float64) [][]float64 { return combined(a, -1, b) }

func combined(a [][]float64, x float64, b [][]float64) [][]float64 {
	out := make([][]float64, len(a))
	for i := range a {
		out[i] = make([]float64, len(a[i]))
		for j := range a[i] {
			out[i][j] = a[i][j] + x*b[i][j]
		}
	}
	return out
}

func column(m [][]float64) []float64 {
	out := make([]float64, len(m))
	for i := range m {
		out[i] = m[i][0]
	}
	return out
}

// expectSemidefinite claims that a covariance has no negative eigenvalue
// beyond what rounding may have made of a zero.
func expectSemidefinite(f *theorems.Finding, what string, m [][]float64, bound float64) {
	if len(m) == 0 {
		return
	}
	sym := mat.NewSymDense(len(m), nil)
	size := 0.0
	for i := range m {
		for j := range m {
			sym.SetSym(i, j, m[i][j]/2+m[j][i]/2)
			size = math.Max(size, math.Abs(m[i][j]))
		}
	}
	var eig mat.EigenSym
	if !eig.Factorize(sym, false) {
		f.Demand(what+": eigenvalues", false)
		return
	}
	f.Expect(what, math.Max(0, -eig.Values(nil)[0]), bound+operations(len(m))*0x1p-53*size, math.Max(size, 4*bound))
}

// otherLyapunov returns the autocovariances with V = AᵀVA + Q.
func otherLyapunov(l *model.LDS, lags int) [][][]float64 {
	a, c, q := theorems.Rows(l.A()), theorems.Rows(l.C()), rows(l.Q())
	out := make([][][]float64, lags)
	if len(a) == 0 {
		out[0] = rows(l.R())
		for k := 1; k < lags; k++ {
			out[k] = orZeros(nil, l.Units())
		}
		return out
	}
	v, power := q, a
	for range 60 { // doubling
		v = plus(v, times(times(transposed(power), v), power))
		power = times(power, power)
	}
	av := v
	for k := range out {
		out[k] = times(times(c, av), transposed(c))
		if k == 0 {
			out[k] = plus(out[k], rows(l.R()))
		}
		av = times(a, av)
	}
	return out
}
