package generators

import (
	"math"
	"math/big"
)

// integers is a matrix of float64 numbers times a power of two that makes
// integers of them: what rank, zero and symmetry are asked of, with no
// tolerance, so that a tag is true.
type integers [][]*big.Int

func scaledToIntegers(a [][]float64) integers {
	least := 0
	for _, row := range a {
		for _, x := range row {
			if x != 0 {
				_, e := math.Frexp(x)
				least = min(least, e-53)
			}
		}
	}
	out := make(integers, len(a))
	for i, row := range a {
		out[i] = make([]*big.Int, len(row))
		for j, x := range row {
			fraction, e := math.Frexp(x)
			z := big.NewInt(int64(math.Ldexp(fraction, 53)))
			if z.Sign() != 0 {
				z.Lsh(z, uint(e-53-least))
			}
			out[i][j] = z
		}
	}
	return out.reduced()
}

// reduced divides by the largest common power of two.
func (a integers) reduced() integers {
	shift := -1
	for _, row := range a {
		for _, x := range row {
			if x.Sign() != 0 && (shift < 0 || int(x.TrailingZeroBits()) < shift) {
				shift = int(x.TrailingZeroBits())
			}
		}
	}
	if shift > 0 {
		for _, row := range a {
			for _, x := range row {
				x.Rsh(x, uint(shift))
			}
		}
	}
	return a
}

func (a integers) columns() int {
	if len(a) == 0 {
		return 0
	}
	return len(a[0])
}

func (a integers) transposed() integers {
	out := make(integers, a.columns())
	for j := range out {
		for i := range a {
			out[j] = append(out[j], a[i][j])
		}
	}
	return out
}

func (a integers) times(b integers) integers {
	out := make(integers, len(a))
	term := new(big.Int)
	for i := range a {
		out[i] = make([]*big.Int, b.columns())
		for j := range out[i] {
			sum := new(big.Int)
			for k, x := range a[i] {
				sum.Add(sum, term.Mul(x, b[k][j]))
			}
			out[i][j] = sum
		}
	}
	return out.reduced()
}

// above returns the rows of a and then those of b.
func (a integers) above(b integers) integers { return append(append(integers{}, a...), b...) }

func (a integers) isZero() bool {
	for _, row := range a {
		for _, x := range row {
			if x.Sign() != 0 {
				return false
			}
		}
	}
	return true
}

// rank eliminates without fractions (Bareiss); what is left of a pivot is not
// read again.
func (a integers) rank() int {
	m := make(integers, len(a))
	for i, row := range a {
		for _, x := range row {
			m[i] = append(m[i], new(big.Int).Set(x))
		}
	}
	rank, last, term := 0, big.NewInt(1), new(big.Int)
	for j := range m.columns() {
		p := rank
		for p < len(m) && m[p][j].Sign() == 0 {
			p++
		}
		if p == len(m) {
			continue
		}
		m[rank], m[p] = m[p], m[rank]
		pivot := m[rank]
		for _, row := range m[rank+1:] {
			for k := j + 1; k < len(row); k++ {
				row[k].Mul(row[k], pivot[j])
				row[k].Sub(row[k], term.Mul(row[j], pivot[k]))
				row[k].Quo(row[k], last)
			}
		}
		last = pivot[j]
		rank++
	}
	return rank
}

// isNilpotent reports whether a square matrix has a power that is zero.
func (a integers) isNilpotent() bool {
	power := a
	for k := 1; k < len(a); k++ {
		power = power.times(a)
	}
	return power.isZero()
}

// directions returns columns that span the range of Σ (n×f): a unit's own
// where d > 0, and those of F.
func (c covariance) directions() integers {
	n := len(c.diag)
	var out integers
	for i, d := range c.diag {
		if d > 0 {
			own := make([]*big.Int, n)
			for j := range own {
				own[j] = new(big.Int)
			}
			own[i].SetInt64(1)
			out = append(out, own)
		}
	}
	out = out.above(scaledToIntegers(c.factor).transposed())
	if len(out) == 0 {
		return make(integers, n) // n×0
	}
	return out.transposed()
}
