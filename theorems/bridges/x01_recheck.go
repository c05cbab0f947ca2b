package bridges

import (
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/theorems"
)

// Bounds of what is decided where a claim failed: far beyond what is drawn, and done
// within a second.
const mostUnits, mostRank, mostEntries = 12, 6, 500

// bySpectrum says what decideAtSlopes decides.
const bySpectrum = "one characteristic polynomial, J_N M = M J_R, NᵀD J_N = J_R NᵀD, slopes as the oracle rounds them"

// decideAtSlopes: with the slopes at x for D, det(t − J_N) is (t + 1)^k det(t − J_R) with
// k = N − R, or what a rule says, and M and NᵀD intertwine the two.
func decideAtSlopes(trivial func(n, r int) int) func(generators.Reduced) error {
	return func(c generators.Reduced) error {
		if c.Units() > mostUnits || c.Rank() > mostUnits {
			return theorems.ErrUndecided
		}
		at, err := slopesOf(c)
		if err != nil {
			return err
		}
		c.I = at.d
		if err := decideOneSpectrum(c, trivial); err != nil {
			return err
		}
		full, small, err := jacobians(c)
		if err != nil {
			return err
		}
		m, err := exact.FromFloat64(c.M)
		if err != nil {
			return err
		}
		n, err := exact.FromFloat64(c.N)
		if err != nil {
			return err
		}
		d, err := exact.DiagonalFloat64(c.I)
		if err != nil {
			return err
		}
		read := n.T().Mul(d)
		if !full.Mul(m).Equal(m.Mul(small)) || !read.Mul(full).Equal(small.Mul(read)) {
			return theorems.Violatedf("J_N M = M J_R, NᵀD J_N = J_R NᵀD with J_N = %v, J_R = %v", full, small)
		}
		return nil
	}
}

// byMeanSlopes says what decideMeanSlopes decides.
const byMeanSlopes = "DF and E[n mᵀφ'] − 1 of a cubic φ, moment by moment"

// decideMeanSlopes: of φ = x + ½x² + ⅓x³, E[n mᵀφ'(x)] − 1 is the derivative of F(κ) =
// E[n φ(x)] − κ, which for a cubic is [8(F(1) − F(−1)) − (F(2) − F(−2))]/12 along each
// latent. prime are the coefficients of φ', 1, 1 and 1.
func decideMeanSlopes(prime ...int64) func(generators.MixturePoint) error {
	return func(c generators.MixturePoint) error {
		if r := c.Rank(); r > mostRank || r*r*c.Populations() > mostEntries || len(c.Kappa) != r {
			return theorems.ErrUndecided
		}
		units, weights, err := populationsOf(c.Mixture)
		if err != nil {
			return err
		}
		rank := c.Rank()
		for k := range rank {
			column := exact.Zero(rank, 1) // DF along latent k
			for _, step := range []struct{ to, times int64 }{{1, 8}, {-1, -8}, {2, -1}, {-2, 1}} {
				at := with(c.Kappa, k, step.to)
				column = column.Add(meanField(units, weights, rank, at).Scale(big.NewRat(step.times, 12)))
			}
			x := with(c.Kappa, k, 0)
			for r := range rank {
				slope := new(big.Rat)
				for p, of := range units {
					z := gaussian.MeanOfPolynomial(of.Along(x), coefficients(prime...), of.Entry(rank+r), of.Entry(k))
					slope.Add(slope, z.Mul(z, weights[p]))
				}
				if r == k {
					slope.Sub(slope, big.NewRat(1, 1))
				}
				if want := column.At(r, 0); slope.Cmp(want) != 0 {
					return theorems.Violatedf("E[n mᵀφ'] − 1 = %v, DF = %v in entry %d, %d", slope.RatString(), want.RatString(), r, k)
				}
			}
		}
		return nil
	}
}

// populationsOf returns the laws of (m, n, I) of a mixture, and the weights.
func populationsOf(c generators.Mixture) ([]gaussian.Normal, []*big.Rat, error) {
	var units []gaussian.Normal
	var weights []*big.Rat
	total := new(big.Rat)
	for p, share := range c.Shares {
		factor, err := exact.FromFloat64(c.Factor(p))
		if err != nil {
			return nil, nil, err
		}
		units = append(units, gaussian.Normal{Mean: exact.ColumnFloat64(c.Mean(p)), Factor: factor})
		weights = append(weights, theorems.Rational(share))
		total.Add(total, weights[p])
	}
	for _, w := range weights {
		w.Quo(w, total)
	}
	return units, weights, nil
}

func coefficients(c ...int64) []*big.Rat {
	out := make([]*big.Rat, len(c))
	for k, x := range c {
		out[k] = big.NewRat(x, 1)
	}
	return out
}

// with is (κ, 0, 1) with latent k moved, of which x is the product with (m, n, I).
func with(kappa []float64, k int, by int64) *exact.Matrix {
	moved := exact.Identity(len(kappa)).Columns(k).Scale(big.NewRat(by, 1))
	return exact.VStack(exact.ColumnFloat64(kappa).Add(moved), exact.Zero(len(kappa), 1), exact.Identity(1))
}

// meanField is E[n φ(x)] − κ of φ = x + ½x² + ⅓x³.
func meanField(units []gaussian.Normal, weights []*big.Rat, rank int, at *exact.Matrix) *exact.Matrix {
	phi := []*big.Rat{new(big.Rat), big.NewRat(1, 1), big.NewRat(1, 2), big.NewRat(1, 3)}
	out := exact.Zero(rank, 1).Sub(at.Slice(0, rank, 0, 1))
	for p, of := range units {
		f := make([]*big.Rat, rank)
		for r := range f {
			f[r] = gaussian.MeanOfPolynomial(of.Along(at), phi, of.Entry(rank+r))
		}
		out = out.Add(exact.Column(f).Scale(weights[p]))
	}
	return out
}
