package gfp_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/rankproof/rankproof/oracles/gfp"
)

// In GF(7), 1/2 is 4 and −1 is 6.
func ExampleMatrix_Inverse() {
	f, err := gfp.NewField(7)
	if err != nil {
		fmt.Println(err)
		return
	}
	a := f.Integers([][]int64{{2, 0}, {1, -1}})
	inverse, err := a.Inverse()
	fmt.Println(inverse, err)
	fmt.Println(a.Mul(inverse))

	_, err = f.Integers([][]int64{{1, 2}, {4, 8}}).Inverse()
	fmt.Println(err)
	// Output:
	// [4 0; 4 6] <nil>
	// [1 0; 0 1]
	// gfp: inverse of a 2×2 matrix of rank 1: singular matrix
}

// det(AB) = det(BA), at one random point of one random field.
func ExampleRandomField() {
	rng := rand.New(rand.NewPCG(1, 2))
	f := gfp.RandomField(rng)
	a, b := f.RandomMatrix(rng, 10, 10), f.RandomMatrix(rng, 10, 10)
	fmt.Println(a.Mul(b).Det() == b.Mul(a).Det(), a.Mul(b).Equal(b.Mul(a)))
	// Output: true false
}
