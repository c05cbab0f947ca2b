package certificate

import (
	"fmt"
	"maps"
	"math/big"
	"slices"

	"github.com/rankproof/rankproof/oracles/gfp"
)

// A third interpretation, of tests only: the formulas multiplied out, as numerators and denominators that are polynomials
// over ℤ. It is what the bounds are bounds of.

// poly maps monomials to their coefficients, which are not zero. A monomial holds the exponent of each indeterminate in a byte.
type poly map[string]*big.Int

func constantPoly(k int64) poly {
	if k == 0 {
		return poly{}
	}
	return poly{"": big.NewInt(k)}
}

// indeterminatePoly is the indeterminate of that number.
func indeterminatePoly(number int) poly {
	return poly{string(append(make([]byte, number), 1)): big.NewInt(1)}
}

func (f poly) addTerm(monomial string, c *big.Int) {
	sum := new(big.Int).Set(c)
	if old, ok := f[monomial]; ok {
		sum.Add(sum, old)
	}
	if sum.Sign() == 0 {
		delete(f, monomial)
		return
	}
	f[monomial] = sum
}

func (f poly) plus(g poly, sign int64) poly {
	h := maps.Clone(f)
	for monomial, c := range g {
		h.addTerm(monomial, new(big.Int).Mul(c, big.NewInt(sign)))
	}
	return h
}

func (f poly) times(g poly) poly {
	h := poly{}
	for m, c := range f {
		for n, d := range g {
			exponents := make([]byte, max(len(m), len(n)))
			copy(exponents, m)
			for i := range len(n) {
				exponents[i] += n[i]
			}
			h.addTerm(string(exponents), new(big.Int).Mul(c, d))
		}
	}
	return h
}

func (f poly) power(k int) poly {
	h := constantPoly(1)
	for range k {
		h = h.times(f)
	}
	return h
}

func (f poly) degree() int {
	degree := -1
	for monomial := range f {
		total := 0
		for _, exponent := range []byte(monomial) {
			total += int(exponent)
		}
		degree = max(degree, total)
	}
	return degree
}

// length is the sum of the absolute values of the coefficients.
func (f poly) length() *big.Int {
	length := new(big.Int)
	for _, c := range f {
		length.Add(length, new(big.Int).Abs(c))
	}
	return length
}

// at evaluates f.
func (f poly) at(field gfp.Field, point []gfp.Element) gfp.Element {
	total := field.Zero()
	for monomial, c := range f {
		if !c.IsInt64() {
			panic(fmt.Sprintf("coefficient %v", c))
		}
		term := field.Integer(c.Int64())
		for i, exponent := range []byte(monomial) {
			term = field.Mul(term, field.Pow(point[i], uint64(exponent)))
		}
		total = field.Add(total, term)
	}
	return total
}

// fraction is Num/den, with the same factored denominator as a bound.
type fraction struct {
	num [][]poly
	den denominator
}

// expansion multiplies out the nodes of one builder.
type expansion struct {
	fractions map[*node]fraction
	deltas    map[*node]poly        // det Num(A) for each inverse A⁻¹
	numbers   map[indeterminate]int // counted as they are met
}

// indeterminate is an entry of a leaf.
type indeterminate struct {
	leaf *node
	i, j int
}

func newExpansion() *expansion {
	return &expansion{map[*node]fraction{}, map[*node]poly{}, map[indeterminate]int{}}
}

func (x *expansion) number(v indeterminate) int {
	if _, ok := x.numbers[v]; !ok {
		x.numbers[v] = len(x.numbers)
	}
	return x.numbers[v]
}

// quotient is d/e.
func (x *expansion) quotient(d, e denominator) poly {
	q := constantPoly(1)
	for v, k := range d {
		q = q.times(x.deltas[v].power(k - e[v]))
	}
	return q
}

// over brings a fraction to a common denominator.
func (x *expansion) over(f fraction, common denominator) [][]poly {
	q := x.quotient(common, f.den)
	return table(len(f.num), cols(f.num), func(i, j int) poly { return q.times(f.num[i][j]) })
}

func table(rows, cols int, entry func(i, j int) poly) [][]poly {
	m := make([][]poly, rows)
	for i := range m {
		for j := range cols {
			m[i] = append(m[i], entry(i, j))
		}
	}
	return m
}

func cols(m [][]poly) int {
	if len(m) == 0 {
		return 0
	}
	return len(m[0])
}

func multiplied(a, b [][]poly) [][]poly {
	return table(len(a), cols(b), func(i, j int) poly {
		total := poly{}
		for k := range b {
			total = total.plus(a[i][k].times(b[k][j]), 1)
		}
		return total
	})
}

// without drops one row and one column.
func without(m [][]poly, row, col int) [][]poly {
	var minor [][]poly
	for i, entries := range m {
		if i != row {
			minor = append(minor, slices.Delete(slices.Clone(entries), col, col+1))
		}
	}
	return minor
}

// det expands along the first row.
func det(m [][]poly) poly {
	if len(m) == 0 {
		return constantPoly(1)
	}
	total, sign := poly{}, int64(1)
	for j := range m {
		total = total.plus(m[0][j].times(det(without(m, 0, j))), sign)
		sign = -sign
	}
	return total
}

// expand returns the fraction of a node whose operands have been expanded.
func (x *expansion) expand(n *node) fraction {
	if f, ok := x.fractions[n]; ok {
		return f
	}
	args := make([]fraction, len(n.args))
	for i, arg := range n.args {
		args[i] = x.expand(arg)
	}
	f := x.operate(n, args)
	x.fractions[n] = f
	return f
}

func (x *expansion) operate(n *node, args []fraction) fraction {
	switch n.op {
	case opPlus, opMinus:
		sign := map[operation]int64{opPlus: 1, opMinus: -1}[n.op]
		common := args[0].den.lcm(args[1].den)
		a, b := x.over(args[0], common), x.over(args[1], common)
		return fraction{table(n.rows, n.cols, func(i, j int) poly { return a[i][j].plus(b[i][j], sign) }), common}
	case opTimes:
		return fraction{multiplied(args[0].num, args[1].num), args[0].den.times(args[1].den)}
	case opScaled:
		s, a := args[0].num[0][0], args[1]
		return fraction{table(n.rows, n.cols, func(i, j int) poly { return s.times(a.num[i][j]) }), args[0].den.times(a.den)}
	case opTranspose:
		return fraction{table(n.rows, n.cols, func(i, j int) poly { return args[0].num[j][i] }), args[0].den}
	case opPower:
		result := fraction{table(n.rows, n.cols, func(i, j int) poly {
			if i == j {
				return constantPoly(1)
			}
			return poly{}
		}), nil}
		for range n.params[0] {
			result = fraction{multiplied(result.num, args[0].num), result.den.times(args[0].den)}
		}
		return result
	case opDet:
		return fraction{[][]poly{{det(args[0].num)}}, args[0].den.power(n.args[0].rows)}
	case opInverse:
		x.deltas[n] = det(args[0].num)
		scale := x.quotient(args[0].den, nil)
		return fraction{table(n.rows, n.cols, func(i, j int) poly {
			sign := constantPoly(int64(1 - (i+j)%2*2))
			return scale.times(sign).times(det(without(args[0].num, j, i)))
		}), denominator{n: 1}}
	case opSlice:
		return fraction{table(n.rows, n.cols, func(i, j int) poly { return args[0].num[n.params[0]+i][n.params[2]+j] }), args[0].den}
	case opBlock:
		var common denominator
		for _, a := range args {
			common = common.lcm(a.den)
		}
		num := table(n.rows, n.cols, func(int, int) poly { return nil })
		n.eachBlock(func(k, row, col int) {
			for i, entries := range x.over(args[k], common) {
				copy(num[row+i][col:], entries)
			}
		})
		return fraction{num, common}
	}
	return fraction{table(n.rows, n.cols, func(i, j int) poly {
		switch {
		case n.op == opConstant:
			return constantPoly(n.integers[i*n.cols+j])
		case n.op == opDiagonal && i != j:
			return poly{}
		case n.op == opSymmetric && i > j:
			i, j = j, i
		}
		return indeterminatePoly(x.number(indeterminate{n, i, j}))
	}), nil}
}
