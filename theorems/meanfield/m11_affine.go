package meanfield

import (
	"errors"
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
	"pgregory.net/rapid"
)

// pointMixtures draws mixtures of hard-tanh units without covariance: the mean field is affine in each of 3^P regions.
func pointMixtures(maxRank, maxPopulations int) *rapid.Generator[generators.Mixture] {
	return rapid.Custom(func(t *rapid.T) generators.Mixture {
		c := generators.Mixtures(generators.MixtureOptions{MaxRank: maxRank, MaxPopulations: maxPopulations, Nonlinearity: []string{"hard-tanh"}}).Draw(t, "mixture")
		c.FactorM, c.FactorN, c.FactorI = nil, nil, nil
		grow := float64(rapid.IntRange(1, 3).Draw(t, "strength"))
		for p := range c.MeanM {
			for r := range c.MeanM[p] {
				c.MeanM[p][r] *= grow
				if r == 0 && grow > 1 { // positive feedback: more zeros
					c.MeanN[p][r] = c.MeanM[p][r]
				}
			}
			c.MeanI[p] = 0.3125 * c.MeanI[p] // seldom on a kink
		}
		c.Tags = []string{"points"}
		if c.Rank() == 1 {
			c.Tags = append(c.Tags, "R = 1")
		}
		if c.Populations() == 1 {
			c.Tags = append(c.Tags, "P = 1")
		}
		if grow > 1 {
			c.Tags = append(c.Tags, "positive feedback")
		}
		return c
	})
}

// affineZero is a zero of a piecewise affine field.
type affineZero struct {
	exact  *exact.Matrix
	kappa  []float64
	index  int
	slope  [][]float64 // DF
	margin float64     // least distance of a net input from a kink
}

// reach bounds how far a search may be off, for averages within 2^13 u.
func (z affineZero) reach(c generators.Mixture, u float64) float64 {
	field := 4 * u * dense.VectorNormInf(z.kappa)
	for p, alpha := range c.Weights() {
		size := dense.Dot(absolutes(c.MeanM[p]), absolutes(z.kappa)) + max(c.MeanI[p], -c.MeanI[p])
		field += alpha * dense.VectorNormInf(c.MeanN[p]) * u * (averageAccuracy + 8*size)
	}
	values := dense.SingularValues(z.slope)
	return 16 * 2 * field / values[len(values)-1]
}

// affineZeros returns every zero of the mean field of a mixture without covariance, region by region, in rationals. For φ =
// identity there is one region. A zero on a kink, or where DF is singular, is ErrUndecided.
func affineZeros(c generators.Mixture) ([]affineZero, error) {
	if len(c.FactorM) > 0 || c.Nonlinearity != "hard-tanh" && c.Nonlinearity != "identity" {
		return nil, theorems.ErrUndecided
	}
	regions := 1
	if c.Nonlinearity == "hard-tanh" {
		for range c.Populations() {
			regions *= 3
		}
	}
	var out []affineZero
	for k := range regions {
		sides := make([]int, c.Populations()) // −1, 0, 1
		if regions > 1 {
			for p := range sides {
				sides[p] = k%3 - 1
				k /= 3
			}
		}
		z, err := zeroIn(c, sides)
		if err != nil {
			return nil, err
		}
		if z != nil {
			out = append(out, *z)
		}
	}
	return out, nil
}

// zeroIn returns the zero in the region where φ of population p is x for side 0 and ±1 for ±1.
func zeroIn(c generators.Mixture, sides []int) (*affineZero, error) {
	r := c.Rank()
	slope, drive := exact.Identity(r).Scale(big.NewRat(-1, 1)), exact.Zero(r, 1)
	for p, alpha := range c.Weights() {
		a := exact.ColumnFloat64(c.MeanN[p]).Scale(theorems.Rational(alpha))
		if sides[p] != 0 {
			drive = drive.Add(a.Scale(big.NewRat(int64(sides[p]), 1)))
			continue
		}
		slope = slope.Add(a.Mul(exact.ColumnFloat64(c.MeanM[p]).T()))
		drive = drive.Add(a.Scale(theorems.Rational(c.MeanI[p])))
	}
	kappa, err := slope.Solve(drive.Scale(big.NewRat(-1, 1)))
	switch {
	case errors.Is(err, exact.ErrSingular):
		if exact.HStack(slope, drive).Rank() == slope.Rank() {
			return nil, theorems.ErrUndecided // a line of zeros of the affine map, in the region or not
		}
		return nil, nil
	case err != nil:
		return nil, nil
	}
	z := &affineZero{exact: kappa, margin: 1e300, slope: slope.Float64(), index: 1}
	onKink := false
	for p, side := range sides {
		if c.Nonlinearity == "identity" {
			break
		}
		x := exact.ColumnFloat64(c.MeanM[p]).T().Mul(kappa).At(0, 0)
		x.Add(x, theorems.Rational(c.MeanI[p]))
		for _, kink := range []int64{-1, 1} {
			gap := new(big.Rat).Sub(x, big.NewRat(kink, 1))
			beyond := gap.Sign() // of the kink
			want := side         // beyond both kinks, or below both
			if side == 0 {
				want = int(-kink) // between them
			}
			size, _ := new(big.Rat).Abs(gap).Float64()
			z.margin = min(z.margin, size)
			if size < 0x1p-30 { // on the kink, or so near that rounded weights decide
				onKink = true
			} else if beyond != want {
				return nil, nil
			}
		}
	}
	if onKink {
		return nil, theorems.ErrUndecided
	}
	z.kappa = columnOf(kappa.Float64(), 0)
	det := slope.Scale(big.NewRat(-1, 1)).Det()
	if det.Sign() < 0 {
		z.index = -1
	}
	return z, nil
}

func decideIndexSum(c generators.Mixture) error {
	zeros, err := affineZeros(c)
	if err != nil {
		return err
	}
	sum := 0
	for _, z := range zeros {
		sum += z.index
	}
	if sum != 1 {
		return theorems.Violatedf("%d zeros, indices add up to %d", len(zeros), sum)
	}
	return nil
}

// byMeans says what is decided of a mixture by its means alone.
const byMeans = "indices of all zeros, for φ = hard-tanh and Σ = 0"

// ofMeans decides the indices of the field that the means of a mixture have for φ =
// hard-tanh.
func ofMeans(decide func(generators.Mixture) error) func(generators.Mixture) error {
	return func(c generators.Mixture) error {
		if c.Populations() > 6 || c.Rank() > mostRank {
			return theorems.ErrUndecided // 3^P regions
		}
		c.FactorM, c.FactorN, c.FactorI, c.Nonlinearity = nil, nil, nil, "hard-tanh"
		return decide(c)
	}
}

// decideSignSum takes sign det(DF) for the index.
func decideSignSum(c generators.Mixture) error {
	zeros, err := affineZeros(c)
	if err != nil {
		return err
	}
	sum := 0
	for _, z := range zeros {
		if c.Rank()%2 == 1 {
			sum -= z.index
		} else {
			sum += z.index
		}
	}
	if sum != 1 {
		return theorems.Violatedf("%d zeros, signs of det DF add up to %d", len(zeros), sum)
	}
	return nil
}

// unboundedHasAnotherSum: φ(x) = x, R = 1, m = 1, n = 2: F(κ) = κ, of index −1.
func unboundedHasAnotherSum() theorems.Witness {
	c := generators.Mixture{Nonlinearity: "identity", Shares: []float64{1}, MeanM: [][]float64{{1}}, MeanN: [][]float64{{2}}, MeanI: []float64{0}}
	return theorems.Witness{Without: "φ is bounded", Shows: "φ(x) = x, R = 1, a_m = 1, a_n = 2: F(κ) = κ, its one zero has the index −1",
		Check: theorems.Decide("indices add up to 1 for any φ", pointMixtures(1, 1), decideIndexSum), Case: c}
}

// degenerateZeroHasNoSum: hard-tanh, R = 1, m = n = 1: F = 0 for |κ| ≤ 1, and no zero beyond.
func degenerateZeroHasNoSum() theorems.Witness {
	c := generators.Mixture{Nonlinearity: "hard-tanh", Shares: []float64{1}, MeanM: [][]float64{{1}}, MeanN: [][]float64{{1}}, MeanI: []float64{0}}
	return theorems.Witness{Without: "no zero is degenerate", Shows: "φ = hard-tanh, R = 1, a_m = a_n = 1: F(κ) = 0 for |κ| ≤ 1, and isolated zeros, of which there are none, have the sum 0",
		Check: theorems.Decide("indices of isolated zeros add up to 1", pointMixtures(1, 1), func(c generators.Mixture) error {
			if _, err := affineZeros(c); !errors.Is(err, theorems.ErrUndecided) {
				return err
			}
			for _, side := range []int{-1, 1} {
				if z, err := zeroIn(c, []int{side}); err == nil && z != nil {
					return nil
				}
			}
			return theorems.Violatedf("no zero is isolated")
		}), Case: c}
}
