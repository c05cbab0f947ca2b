package certificate

import "slices"

// bound is what is known of a matrix of rational functions without computing it. It is Num/den for polynomials with integer
// coefficients: a matrix Num, and one common denominator den.
type bound struct {
	rows, cols int
	num        []polynomial // the entries of Num, row by row; zeros are known as zeros
	den        denominator
	rank       int     // no point gives more
	layers     []layer // a second view of Num
}

// layer is one of the matrices that Num is the sum of.
type layer struct {
	degree int // of all its entries, at most
	rank   int // at most
}

func (b bound) at(i, j int) polynomial { return b.num[i*b.cols+j] }

// newBound finds the bound of a matrix with entries num(i, j), as a single layer.
func newBound(rows, cols, rank int, den denominator, num func(i, j int) polynomial) bound {
	b := bound{rows: rows, cols: cols, den: den, num: make([]polynomial, 0, rows*cols)}
	degree := -1
	for i := range rows {
		for j := range cols {
			entry := num(i, j)
			degree = max(degree, entry.degree)
			b.num = append(b.num, entry)
		}
	}
	if degree >= 0 { // else Num is zero, and has rank 0 and no layers
		b.rank = min(rank, rows, cols)
		b.layers = []layer{{degree, b.rank}}
	}
	return b
}

// measure bounds every node that the roots need. The second result bounds the δ(v) of the inverses v among them.
func measure(roots []*node) (map[*node]bound, map[*node]polynomial) {
	m := measurement{map[*node]polynomial{}}
	// The step never fails, so neither does interpret.
	bounds, _ := interpret(roots, func(n *node, args []bound) (bound, error) { return m.bound(n, args), nil })
	return bounds, m.factors
}

// measurement holds the bounds of the δ(v) that have been met.
type measurement struct{ factors map[*node]polynomial }

// bound derives the bound of a node from those of its operands, which are Num(A)/den(A) and Num(B)/den(B) below.
func (m measurement) bound(n *node, args []bound) bound {
	switch n.op {
	case opPlus, opMinus:
		return m.sum(args[0], args[1])
	case opTimes:
		return args[0].times(args[1])
	case opScaled:
		// s·A = Num(s)·Num(A) / (den(s)·den(A)).
		s, a := args[0].num[0], args[1]
		return a.scaled(s, args[0].den.times(a.den))
	case opTranspose:
		a := args[0]
		b := newBound(n.rows, n.cols, a.rank, a.den, func(i, j int) polynomial { return a.at(j, i) })
		b.layers = a.layers
		return b
	case opPower:
		return args[0].power(n.params[0])
	case opDet:
		// det A = det Num(A) / den(A)^n.
		a := args[0]
		det := a.det()
		return newBound(1, 1, 1, a.den.power(a.rows), func(int, int) polynomial { return det })
	case opInverse:
		return m.inverse(n, args[0])
	case opSlice:
		a := args[0]
		return newBound(n.rows, n.cols, a.rank, a.den, func(i, j int) polynomial { return a.at(n.params[0]+i, n.params[2]+j) })
	case opBlock:
		return m.block(n, args)
	}
	// Leaves: indeterminates have degree 1 and length 1.
	return newBound(n.rows, n.cols, n.rows, nil, func(i, j int) polynomial {
		switch {
		case n.op == opConstant:
			return integerPolynomial(n.integers[i*n.cols+j])
		case n.op == opDiagonal && i != j:
			return zeroPolynomial()
		default:
			return polynomial{degree: 1, height: 0}
		}
	})
}

// scaled multiplies Num by a polynomial, and replaces the denominator.
func (b bound) scaled(f polynomial, den denominator) bound {
	result := newBound(b.rows, b.cols, b.rank, den, func(i, j int) polynomial { return f.times(b.at(i, j)) })
	if !f.isZero() {
		result.layers = nil
		for _, l := range b.layers {
			result.layers = append(result.layers, layer{add(f.degree, l.degree), l.rank})
		}
	}
	return result
}

// over brings b to a common denominator: Num·(common/den) / common.
func (m measurement) over(b bound, common denominator) bound {
	return b.scaled(common.over(b.den, m.factors), common)
}

// sum bounds A ± B. Both are brought to the least common denominator; then numerators add up, and so do ranks. The layers of
// the sum are those of A and of B, the ones of equal degree taken together.
func (m measurement) sum(a, b bound) bound {
	common := a.den.lcm(b.den)
	a, b = m.over(a, common), m.over(b, common)
	result := newBound(a.rows, a.cols, a.rank+b.rank, common, func(i, j int) polynomial { return a.at(i, j).plus(b.at(i, j)) })
	rankOf := map[int]int{}
	for _, l := range slices.Concat(a.layers, b.layers) {
		rankOf[l.degree] = min(rankOf[l.degree]+l.rank, a.rows, a.cols)
	}
	result.layers = nil
	for degree, rank := range rankOf {
		result.layers = append(result.layers, layer{degree, rank})
	}
	slices.SortFunc(result.layers, func(x, y layer) int { return y.degree - x.degree }) // the highest first
	return result
}

// times bounds A·B = Num(A)·Num(B) / (den(A)·den(B)). An entry is a sum of products of entries, and its length at most
// the number of those that are not zero times the largest: for a diagonal factor just the product.
func (b bound) times(c bound) bound {
	return newBound(b.rows, c.cols, min(b.rank, c.rank), b.den.times(c.den), func(i, j int) polynomial {
		total, terms := zeroPolynomial(), uint64(0)
		for k := range b.cols {
			term := b.at(i, k).times(c.at(k, j))
			if term.isZero() {
				continue
			}
			terms++
			total = polynomial{max(total.degree, term.degree), max(total.height, term.height)}
		}
		if terms > 0 {
			total.height = add(total.height, bitsAbove(terms))
		}
		return total
	})
}

// power bounds A^k by repeated squaring.
func (b bound) power(k int) bound {
	result := newBound(b.rows, b.rows, b.rows, nil, func(i, j int) polynomial {
		if i != j {
			return zeroPolynomial()
		}
		return polynomial{}
	})
	for first := true; k > 0; k >>= 1 {
		switch {
		case k&1 == 1 && first:
			result, first = b, false
		case k&1 == 1:
			result = result.times(b)
		}
		if k > 1 {
			b = b.times(b)
		}
	}
	return result
}

// block bounds a matrix composed of others: numerators over the least common denominator, side by side. Ranks add up.
func (m measurement) block(n *node, args []bound) bound {
	var common denominator
	rank := 0
	for _, a := range args {
		common = common.lcm(a.den)
		rank += a.rank
	}
	num := make([]polynomial, n.rows*n.cols)
	n.eachBlock(func(k, row, col int) {
		a := m.over(args[k], common)
		for i := range a.rows {
			for j := range a.cols {
				num[(row+i)*n.cols+col+j] = a.at(i, j)
			}
		}
	})
	return newBound(n.rows, n.cols, rank, common, func(i, j int) polynomial { return num[i*n.cols+j] })
}

// inverse bounds A⁻¹ = den(A)·adj Num(A) / det Num(A), for the node n that it is, and remembers δ(n) = det Num(A). An entry of
// the adjugate, adj(i, j), is up to sign the minor without row j and column i.
func (m measurement) inverse(n *node, a bound) bound {
	m.factors[n] = a.det()
	if m.factors[n].isZero() {
		// No point will be found at which this inverse exists. Until then any denominator will do.
		m.factors[n] = polynomial{}
	}
	scale := a.den.over(nil, m.factors)
	rows, cols := a.lines()
	return newBound(n.rows, n.cols, n.rows, denominator{n: 1}, func(i, j int) polynomial {
		return scale.times(a.minorWithout(j, i, rows, cols))
	})
}
