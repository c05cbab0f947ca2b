package exact_test

import (
	"fmt"
	"math/big"

	"github.com/rankproof/rankproof/oracles/exact"
)

// The smallest pair whose Jordan forms at 0 differ: WD = 0, DW ≠ 0, one characteristic polynomial.
func ExampleMatrix_RankSequence() {
	w := exact.FromInt64([][]int64{{0, 1}, {0, 0}})
	d := exact.Diagonal([]*big.Rat{big.NewRat(1, 1), new(big.Rat)})
	wd, dw := w.Mul(d), d.Mul(w)
	fmt.Println(wd.CharPoly(), "and", dw.CharPoly())
	fmt.Println(wd.RankSequence(2), "and", dw.RankSequence(2))
	// Output:
	// t^2 and t^2
	// [2 0 0] and [2 1 0]
}

// Every float64 is a rational number: 0.1 and 0.3 are not what they are called, and this matrix has full rank.
func ExampleFromFloat64() {
	m, err := exact.FromFloat64([][]float64{{0.1, 0.3}, {1, 3}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Rank(), m.Det())
	// Output: 2 1/36028797018963968
}

// An oscillator whose flow is stable and whose Euler map with step 2/101 is exactly on the boundary.
func ExamplePoly_UnitDisc() {
	m := exact.FromInt64([][]int64{{-1, 10}, {-10, -1}})
	step := exact.Identity(2).Add(m.Scale(big.NewRat(2, 101)))
	fmt.Println("flow:", m.CharPoly().HalfPlane())
	fmt.Println("map: ", step.CharPoly().UnitDisc())
	// Output:
	// flow: inside
	// map:  on
}

func ExamplePoly_SquareFree() {
	p := exact.PolyFromInt64(-2, 0, 1).Mul(exact.PolyFromInt64(1, -6, 9)) // (t² − 2)(3t − 1)²
	for _, f := range p.SquareFree() {
		fmt.Printf("(%v)^%d\n", f.Poly, f.Multiplicity)
	}
	fmt.Println(p.RationalRoots())
	// Output:
	// (t^2 - 2)^1
	// (t - 1/3)^2
	// [1/3]
}

func ExampleMatrix_Inverse() {
	singular := exact.FromInt64([][]int64{{1, 2}, {2, 4}})
	_, err := singular.Inverse()
	fmt.Println(err)
	fmt.Println(singular.NullSpace())
	// Output:
	// exact: singular matrix: 2×2 of rank 1
	// [-2]
	// [ 1]
}
