package evidence

import (
	"fmt"
	"math"
)

// The grid of λ, in units of 1/σ: powers of √2 down from 1, so that an effect of δ between σ and σ/1000 finds a λ within a
// factor of 2^(1/4) of its best, δ/σ², at which 3 % of the growth are lost.
const (
	gridSize  = 21
	gridRatio = 1 / math.Sqrt2

	largest = 0x1p500 // of samples of any range: their squares and the sums of these are finite
)

// A mixture is the average over a grid of λ, of one sign or of both, of exp(λS − λ²(Q + 2nσ²)/6), S and Q the sums of X − μ and
// of its square.
type mixture struct {
	mean, variance float64
	lambdas        []float64
	count          float64
	sum, square    float64
}

func newMixture(mean, variance float64, signs ...float64) *mixture {
	m := &mixture{mean: mean, variance: variance}
	sigma := math.Sqrt(variance)
	for _, sign := range signs {
		for k := range gridSize {
			m.lambdas = append(m.lambdas, sign*math.Pow(gridRatio, float64(k))/sigma)
		}
	}
	return m
}

func (m *mixture) add(x float64) {
	d := x - m.mean
	m.count++
	m.sum += d
	m.square += d * d
}

// exponent is ln of Delyon's process at λ, of count samples with the sums S and Q.
func exponent(lambda, sum, square, count, variance float64) float64 {
	return lambda*sum - lambda*lambda*(square+2*count*variance)/6
}

func (m *mixture) logE() float64 {
	var logs [2 * gridSize]float64
	for i, l := range m.lambdas {
		logs[i] = exponent(l, m.sum, m.square, m.count, m.variance)
	}
	return logSumExp(logs[:len(m.lambdas)]) - math.Log(float64(len(m.lambdas)))
}

// ceiling is the largest exponent over all λ of the signs in use, 3S²/(2(Q + 2nσ²)).
func (m *mixture) ceiling() float64 {
	// The last λ has the sign that the first has, or the other one.
	if first, last := m.lambdas[0], m.lambdas[len(m.lambdas)-1]; m.sum*first <= 0 && m.sum*last <= 0 {
		return 0
	}
	return 1.5 * m.sum * m.sum / (m.square + 2*m.count*m.variance) * (1 + 0x1p-48)
}

// NewVariance returns the test of E X = mean for X of any range with E(X − mean)² ≤ variance, variance > 0.
//
// Each sample has to satisfy both given those before. The bound may be generous: the empirical part of the variance, a third of
// what counts, stays what it is. The error wraps ErrInvalid.
func NewVariance(mean, variance, alpha float64) (*Test, error) {
	if math.IsNaN(mean-mean) || !(variance > 0) || math.IsInf(variance, 0) {
		return nil, fmt.Errorf("%w: mean %v, variance at most %v", ErrInvalid, mean, variance)
	}
	return newTest(alpha, -largest, largest, fmt.Sprintf("mean %g of variables of variance at most %g", mean, variance),
		newMixture(mean, variance, 1, -1))
}

// NewMeanSquare returns the test of E X = mean for X ≥ 0 with E X² ≤ second, mean > 0, second > mean².
//
// It is for X = N‖F_N − F‖², of which the mean is tr Cov(nφ): quadrature.Fluctuation has both moments, and SecondMoment a bound
// on the second, which should be no more generous than needed: samples until a smaller mean is found grow with it. Half of the stake is on a
// larger mean, as a bettor: 1 + λ(X/mean − 1) needs no moment for 0 ≤ λ ≤ 1. Half is on a smaller one, by Delyon's
// inequality with the variance second − mean². The error wraps ErrInvalid.
func NewMeanSquare(mean, second, alpha float64) (*Test, error) {
	variance := second - mean*mean
	if !(mean > 0) || !(variance > 0) || math.IsInf(second, 0) {
		return nil, fmt.Errorf("%w: mean %v of variables that are not negative, second moment at most %v", ErrInvalid, mean, second)
	}
	return newTest(alpha, 0, largest, fmt.Sprintf("mean %g of variables not negative, of second moment at most %g", mean, second),
		newBettor(1, most, 1, 0, mean), newMixture(mean, variance, -1))
}

// SecondMoment returns a bound on E X² for X = N‖Y‖², Y the mean of N = units independent vectors Z_i of mean zero: the average
// of tr Cov Z_i is trace, and that of E‖Z_i‖⁴ at most fourth.
//
// Only pairs of equal indices survive in E‖ΣZ_i‖⁴ = Σ_i E‖Z_i‖⁴ + Σ_{i≠j}(tr C_i tr C_j + 2 tr C_i C_j), and tr C_i C_j ≤
// tr C_i tr C_j, so that E X² ≤ fourth/N + 3 trace². For Z_i of one law the second term is 3(1 − 1/N) trace², not used here.
func SecondMoment(units int, trace, fourth float64) float64 {
	return fourth/float64(units) + 3*trace*trace
}

// Samples returns how many samples a test needs about, in the median, until it finds that a mean is off by effect, for samples
// of the standard deviation sd: 2(sd/effect)² ln(42/α), of the growth effect²/(2 sd²) a sample.
//
// It is a first-order estimate, for effect below sd/2. Where Delyon's inequality is used with a bound on the variance v that is
// not sharp, sd² is a third of the variance and two thirds of v. Measured medians were 0.8 to 1.15 of it.
func Samples(sd, effect, alpha float64) int {
	return int(math.Ceil(2 * math.Pow(sd/effect, 2) * math.Log(2*gridSize/alpha)))
}
