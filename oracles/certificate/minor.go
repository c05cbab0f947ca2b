package certificate

// A determinant is bounded in three ways, each from its own expansion, and the least degree and the least height are kept:
// they bound the same polynomial.
//
// By rows. det Num is the sum over all permutations of products of one entry from each row: its degree is at most the sum
// over the rows of the largest degree in it, and its length at most the product over the rows of the largest length, times
// the number of permutations that meet no zero. These are at most n!, and at most the product of the numbers of non-zero
// entries.
//
// By columns. The same of the transpose.
//
// By layers. Let Num = X₁ + … + X_l. The determinant is linear in each row, and so the sum over all ways to take each row
// from one of the X. If s_k rows come from X_k, the term has degree at most Σ s_k·deg X_k, and it vanishes unless these
// rows are linearly independent: s_k ≤ rank X_k. The worst choice takes as many rows as it can from the layer of highest
// degree, then from the next. For t·I − M·Nᵀ·D with layers of degree 1 and rank N, and of degree 3 and rank R, that is N +
// 2R, where the rows say 3N.

// lines holds, for each row of a matrix (or for each column), the largest degree and height in it and the number of
// non-zero entries.
type lines struct{ degree, height, nonZero []int }

func newLines(n int) lines { return lines{make([]int, n), make([]int, n), make([]int, n)} }

func (l lines) include(line int, entry polynomial) {
	if entry.isZero() {
		return
	}
	l.degree[line] = max(l.degree[line], entry.degree)
	l.height[line] = max(l.height[line], entry.height)
	l.nonZero[line]++
}

func (b bound) lines() (rows, cols lines) {
	rows, cols = newLines(b.rows), newLines(b.cols)
	for i := range b.rows {
		for j := range b.cols {
			rows.include(i, b.at(i, j))
			cols.include(j, b.at(i, j))
		}
	}
	return rows, cols
}

// expand bounds a determinant by its lines, leaving out one (none if skip < 0), and in each other one a further entry that
// lost reports whether it is non-zero.
func (l lines) expand(skip int, lost func(line int) bool) polynomial {
	var total polynomial
	choices, n := 0, 0
	for line := range l.degree {
		if line == skip {
			continue
		}
		nonZero := l.nonZero[line]
		if lost(line) {
			nonZero--
		}
		if nonZero == 0 {
			return zeroPolynomial()
		}
		total = polynomial{add(total.degree, l.degree[line]), add(total.height, l.height[line])}
		choices += bitsAbove(uint64(nonZero))
		n++
	}
	total.height = add(total.height, min(choices, factorialBits(n)))
	return total
}

// minorWithout bounds the determinant of square Num without the given row and column; of Num itself if both are negative.
func (b bound) minorWithout(row, col int, rows, cols lines) polynomial {
	n := b.rows
	if row >= 0 {
		n--
	}
	if n > b.rank {
		return zeroPolynomial()
	}
	byRows := rows.expand(row, func(i int) bool { return col >= 0 && !b.at(i, col).isZero() })
	byCols := cols.expand(col, func(j int) bool { return row >= 0 && !b.at(row, j).isZero() })
	byLayers, ok := b.layerDegree(n)
	if byRows.isZero() || byCols.isZero() || !ok {
		return zeroPolynomial()
	}
	return polynomial{
		degree: min(byRows.degree, byCols.degree, byLayers),
		height: min(byRows.height, byCols.height),
	}
}

// det bounds det Num.
func (b bound) det() polynomial {
	rows, cols := b.lines()
	return b.minorWithout(-1, -1, rows, cols)
}

// anyMinor bounds all k×k minors of Num.
func (b bound) anyMinor(k int) polynomial {
	degree, ok := b.layerDegree(k)
	if k > b.rank || !ok {
		return zeroPolynomial()
	}
	height := 0
	for _, entry := range b.num {
		height = max(height, entry.height)
	}
	return polynomial{degree, add(multiple(k, height), factorialBits(k))}
}

// layerDegree bounds the degree of all k×k minors by the layers, which are in order of decreasing degree. It reports false
// if the ranks do not add up to k: then the minors are zero.
func (b bound) layerDegree(k int) (degree int, ok bool) {
	for _, l := range b.layers {
		rows := min(k, l.rank)
		degree = add(degree, multiple(rows, l.degree))
		k -= rows
	}
	return degree, k == 0
}
