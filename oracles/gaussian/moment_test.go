package gaussian

import (
	"math/big"
	"testing"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/stretchr/testify/require"
)

func affine(at int64, along ...int64) Affine {
	a := Affine{At: big.NewRat(at, 1)}
	for _, x := range along {
		a.Along = append(a.Along, big.NewRat(x, 1))
	}
	return a
}

func TestMeanOfProductByHand(t *testing.T) {
	z, w, one := affine(0, 1), affine(0, 0, 1), affine(1, 1)
	for _, c := range []struct {
		want    int64
		factors []Affine
	}{
		{1, nil},
		{0, []Affine{z}},
		{7, []Affine{affine(7, 3, 4)}},
		{1, []Affine{z, z}},
		{0, []Affine{z, w}},
		{3, []Affine{z, z, z, z}},
		{15, []Affine{z, z, z, z, z, z}},
		{105, []Affine{z, z, z, z, z, z, z, z}},
		{1, []Affine{z, z, w, w}},
		{4, []Affine{one, one, one}},       // 1 + 3
		{10, []Affine{one, one, one, one}}, // 1 + 6 + 3
		{2*3 + 5*7, []Affine{affine(2, 5, 1), affine(3, 7)}},
	} {
		require.Equal(t, big.NewRat(c.want, 1).RatString(), MeanOfProduct(c.factors...).RatString())
	}
}

// TestMeanOfProductOfDependent: of jointly normal y_i with covariance C, E y₁y₂y₃y₄ is C₁₂C₃₄ + C₁₃C₂₄ + C₁₄C₂₃ (Isserlis).
func TestMeanOfProductOfDependent(t *testing.T) {
	y := []Affine{affine(0, 1, 2, 0), affine(0, -1, 0, 3), affine(0, 2, 2, 2), affine(0, 5, -1)}
	c := func(i, j int) int64 { return MeanOfProduct(y[i], y[j]).Num().Int64() }
	want := c(0, 1)*c(2, 3) + c(0, 2)*c(1, 3) + c(0, 3)*c(1, 2)
	require.Equal(t, big.NewRat(want, 1).RatString(), MeanOfProduct(y...).RatString())
}

// TestMeanOfPolynomial: for (u, v) = (1, 2) + [[1, 0], [3, 1]] z E[u (1 + 2v + v²)] is E u + 2(E u E v + 3) + E u (E v² ) + 2 E v·3.
func TestMeanOfPolynomial(t *testing.T) {
	n := Normal{exact.FromInt64([][]int64{{1}, {2}}), exact.FromInt64([][]int64{{1, 0}, {3, 1}})}
	got := MeanOfPolynomial(n.Entry(1), []*big.Rat{big.NewRat(1, 1), big.NewRat(2, 1), big.NewRat(1, 1)}, n.Entry(0))
	require.Equal(t, big.NewRat(1+2*(2+3)+(4+10)+2*2*3, 1).RatString(), got.RatString())
	require.Equal(t, "5", n.Along(exact.FromInt64([][]int64{{1}, {2}})).At.RatString())
}
