package vectors

import (
	"math"
	"math/big"

	"github.com/rankproof/rankproof/oracles/precise"
)

const (
	roundoff  = 0x1p-53 // u of float64
	digits    = 200     // bits that expected values are computed with
	orderings = 4       // other orders of evaluation than ours round as often as this
	tiny      = 0x1p-1022
)

// number is a value in many digits, with a bound on the error that evaluating
// the same formula in float64 makes.
type number struct {
	value *big.Float
	err   float64
}

// exactly returns a number that is given.
func exactly(x float64) number { return number{value: new(big.Float).SetPrec(digits).SetFloat64(x)} }

// known returns a number that is computed to within an error.
func known(x, err float64) number {
	n := exactly(x)
	n.err = err
	return n
}

func (a number) float() float64 { f, _ := a.value.Float64(); return f }

func (a number) size() float64 { return math.Abs(a.float()) }

// tolerance is what an answer may differ by: the running error, for any order
// of evaluation, and the rounding of the expected number itself.
func (a number) tolerance() float64 { return orderings*a.err + roundoff*a.size() + tiny }

func (a number) isZero() bool { return a.value.Sign() == 0 && a.err == 0 }

func (a number) plus(b number) number {
	switch {
	case a.isZero():
		return b
	case b.isZero():
		return a
	}
	v := new(big.Float).SetPrec(digits).Add(a.value, b.value)
	out := number{value: v}
	out.err = a.err + b.err + roundoff*out.size()
	return out
}

func (a number) negated() number {
	return number{new(big.Float).SetPrec(digits).Neg(a.value), a.err}
}

func (a number) minus(b number) number { return a.plus(b.negated()) }

func (a number) times(b number) number {
	if a.isZero() || b.isZero() {
		return exactly(0)
	}
	out := number{value: new(big.Float).SetPrec(digits).Mul(a.value, b.value)}
	out.err = a.size()*b.err + b.size()*a.err + a.err*b.err + roundoff*out.size()
	return out
}

// over divides by a number that is not 0.
func (a number) over(b number) number {
	if a.isZero() {
		return a
	}
	out := number{value: new(big.Float).SetPrec(digits).Quo(a.value, b.value)}
	out.err = (a.err+out.size()*b.err)/math.Max(b.size()-b.err, tiny) + roundoff*out.size()
	return out
}

func (a number) root() number {
	if a.isZero() {
		return a
	}
	out := number{value: new(big.Float).SetPrec(digits).Sqrt(a.value)}
	out.err = a.err/(2*out.size()) + roundoff*out.size()
	return out
}

// phi returns the derivative of φ of an order at x. Its error is that of x
// times the next derivative, and that of a careful library: some units of the
// value, and of what a rounding of the argument does.
func (x number) phi(name string, order int) number {
	const units = 16 // of a library's exponentials, and of what is made of them
	out := number{value: must(precise.PhiBig(name, x.value, order))}
	next := 0.0
	if order < precise.MaxOrder {
		slope, _ := must(precise.PhiBig(name, x.value, order+1)).Float64()
		next = math.Abs(slope)
	}
	moved := next
	if x.err > 0 {
		lipschitz, second, third := precise.Constants(name)
		sup := [...]float64{lipschitz, second, third}
		switch {
		case order >= len(sup):
			moved = math.Inf(1)
		case order+1 < len(sup) && !math.IsInf(sup[order+1], 1):
			moved = math.Min(sup[order], next+x.err*sup[order+1])
		case order == 0:
			moved = lipschitz
		}
	}
	out.err = roundoff*(units*out.size()+4*x.size()*next) + moved*x.err
	if x.isZero() && out.value.Sign() == 0 {
		out.err = 0
	}
	return out
}

// must returns what an oracle says. The cases are this package's own: one that
// an oracle refuses is a mistake in their list.
func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

func exactVector(v []float64) []number {
	out := make([]number, len(v))
	for i, x := range v {
		out[i] = exactly(x)
	}
	return out
}

func exactMatrix(m [][]float64) [][]number {
	out := make([][]number, len(m))
	for i, row := range m {
		out[i] = exactVector(row)
	}
	return out
}

func sum(terms ...number) number {
	out := exactly(0)
	for _, t := range terms {
		out = out.plus(t)
	}
	return out
}

func dot(a, b []number) number {
	out := exactly(0)
	for i := range a {
		out = out.plus(a[i].times(b[i]))
	}
	return out
}

func apply(m [][]number, v []number) []number {
	out := make([]number, len(m))
	for i := range m {
		out[i] = dot(m[i], v)
	}
	return out
}

func product(a, b [][]number) [][]number {
	columns := transposed(b)
	out := make([][]number, len(a))
	for i := range a {
		out[i] = apply(columns, a[i])
	}
	return out
}

func transposed[T any](m [][]T) [][]T {
	if len(m) == 0 {
		return nil
	}
	out := make([][]T, len(m[0]))
	for j := range out {
		for i := range m {
			out[j] = append(out[j], m[i][j])
		}
	}
	return out
}

func floats(v []number) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = x.float()
	}
	return out
}

func rowsOf(m [][]number) [][]float64 {
	out := make([][]float64, len(m))
	for i, row := range m {
		out[i] = floats(row)
	}
	return out
}
