package gaussian

import (
	"math/big"
	"math/bits"

	"github.com/rankproof/rankproof/oracles/exact"
)

// Affine is the number c + a·z of independent standard normals z: At is c, Along is a (K), which may be shorter than that of others.
type Affine struct {
	At    *big.Rat
	Along []*big.Rat
}

// Normal is mean + L z: Mean is a column, Factor is L, with as many rows.
type Normal struct{ Mean, Factor *exact.Matrix }

// Along returns t·(mean + L z), t a column.
func (n Normal) Along(t *exact.Matrix) Affine {
	row := t.T().Mul(n.Factor)
	a := Affine{At: t.T().Mul(n.Mean).At(0, 0)}
	for k := range row.Cols() {
		a.Along = append(a.Along, row.At(0, k))
	}
	return a
}

// Entry returns entry i of mean + L z.
func (n Normal) Entry(i int) Affine { return n.Along(exact.Identity(n.Mean.Rows()).Columns(i)) }

// MeanOfPolynomial returns E[f₁ f₂ … (c₀ + c₁x + c₂x² + …)].
func MeanOfPolynomial(x Affine, coefficients []*big.Rat, factors ...Affine) *big.Rat {
	sum := new(big.Rat)
	for _, c := range coefficients {
		sum.Add(sum, new(big.Rat).Mul(c, MeanOfProduct(factors...)))
		factors = append(factors[:len(factors):len(factors)], x)
	}
	return sum
}

// MeanOfProduct returns E[(c₁ + a₁·z)(c₂ + a₂·z) …] in rationals, 1 for no factor: every product that takes z_k from an even number 2j of
// factors counts with E z_k^2j = 1·3·5 … (2j−1).
func MeanOfProduct(factors ...Affine) *big.Rat {
	columns := 0
	for _, f := range factors {
		columns = max(columns, len(f.Along))
	}
	known := make([]*big.Rat, 1<<len(factors)) // of the factors in a set, from column k on
	for set := range known {
		known[set] = big.NewRat(1, 1)
		for i, f := range factors {
			if set>>i&1 == 1 {
				known[set].Mul(known[set], f.At)
			}
		}
	}
	for k := range columns {
		taken := make([]*big.Rat, len(known)) // E z_k^|set| times the coefficients of z_k in a set
		for set := range taken {
			if taken[set] = new(big.Rat); bits.OnesCount(uint(set))%2 == 1 {
				continue
			}
			taken[set].SetInt64(1)
			count := int64(0)
			for i, f := range factors {
				if set>>i&1 == 0 {
					continue
				}
				if count++; count%2 == 1 {
					taken[set].Mul(taken[set], big.NewRat(count, 1))
				}
				if k >= len(f.Along) {
					taken[set].SetInt64(0)
				} else {
					taken[set].Mul(taken[set], f.Along[k])
				}
			}
		}
		next := make([]*big.Rat, len(known))
		for set := range next {
			next[set] = new(big.Rat)
			for part := set; ; part = (part - 1) & set {
				if taken[part].Sign() != 0 {
					next[set].Add(next[set], new(big.Rat).Mul(taken[part], known[set&^part]))
				}
				if part == 0 {
					break
				}
			}
		}
		known = next
	}
	return known[len(known)-1]
}
