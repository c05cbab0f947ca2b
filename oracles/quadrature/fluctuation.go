package quadrature

import (
	"errors"
	"fmt"
	"math"
)

// ErrSizes is wrapped where weights and a number of units do not give whole sizes of populations.
var ErrSizes = errors.New("quadrature: sizes of populations are not whole")

// Fluctuation returns the first two moments of X = N‖F_N(κ) − F(κ)‖² of networks of N = units units: E X = tr Cov(nφ) as
// TraceCov does, and E X², which depends on N, and an estimate of the absolute error of either.
//
// With Z = nφ − E nφ of a unit (the mean over the mixture when labels are drawn, over the unit's population with fixedSizes) and
// C_i its covariance, only pairs of equal indices survive in E‖ΣZ_i‖⁴:
//
//	N² E X² = Σ_i E‖Z_i‖⁴ + Σ_{i≠j} (tr C_i tr C_j + 2 tr C_i C_j)
//
// and products of coordinates are differences of powers of their sums: 12 a²b² = (a+b)⁴ + (a−b)⁴ − 2a⁴ − 2b⁴, so that every
// term is a two-dimensional expectation, R + 2R² a population. The failure is that of Field, or wraps ErrSizes with fixedSizes.
func Fluctuation(phi string, populations []Population, kappa []float64, units int, fixedSizes bool) (mean, second, err float64, failure error) {
	nan := math.NaN()
	p, failure := named(phi)
	if failure != nil {
		return nan, nan, nan, failure
	}
	count := float64(units)
	for i, population := range populations {
		if size := population.Weight * count; fixedSizes && (math.Abs(size-math.Round(size)) > 4*unit*count || units < 1) {
			return nan, nan, nan, fmt.Errorf("%w: population %d of weight %v has %v of %d units", ErrSizes, i, population.Weight, size, units)
		}
	}
	laws := make([]unitLaw, len(populations))
	pooled := make([]float64, len(kappa)) // the mean of nφ over the mixture
	for i, population := range populations {
		centre := make([]float64, len(kappa))
		for r := range kappa {
			l, failure := population.along(kappa, axis(len(kappa), r))
			if failure != nil {
				return nan, nan, nan, fmt.Errorf("population %d: %w", i, failure)
			}
			centre[r] = l.product(p.derivatives[0], func(n float64) float64 { return n }, p.breaks).value
			pooled[r] += population.Weight * centre[r]
		}
		laws[i].centre = centre
	}
	total := unitLaw{cov: square(len(kappa))}
	singles := 0.0 // Σ_p α_p ((tr C_p)² + 2 tr C_p²)
	for i, population := range populations {
		if !fixedSizes {
			laws[i].centre = pooled
		}
		if failure := laws[i].measure(p, population, kappa); failure != nil {
			return nan, nan, nan, fmt.Errorf("population %d: %w", i, failure)
		}
		total.add(population.Weight, laws[i])
		singles += population.Weight * laws[i].squares()
	}
	if !fixedSizes {
		singles = total.squares()
	}
	mean = total.trace()
	second = total.squares() + (total.fourth-singles)/count
	// An error e in each entry moves the trace by Re, its square and twice tr C² by at most 6 R tr C e.
	rank := float64(len(kappa))
	return mean, second, total.err * (1 + rank + 12*rank*math.Abs(mean)), nil
}

// A unitLaw holds moments of Z = nφ − centre of a unit.
type unitLaw struct {
	centre []float64
	cov    [][]float64 // E Z Zᵀ, R×R
	fourth float64     // E‖Z‖⁴
	err    float64     // of each entry of cov, and of fourth
}

func square(rank int) [][]float64 {
	out := make([][]float64, rank)
	for i := range out {
		out[i] = make([]float64, rank)
	}
	return out
}

// measure computes moments around the centre.
func (u *unitLaw) measure(phi nonlinearity, population Population, kappa []float64) error {
	rank := len(kappa)
	u.cov = square(rank)
	// moments returns E(d·Z)² and E(d·Z)⁴.
	moments := func(d []float64) (float64, float64, error) {
		l, err := population.along(kappa, d)
		if err != nil {
			return 0, 0, err
		}
		centre, _ := inner(d, u.centre)
		var out [2]node
		for k := range out {
			out[k] = l.expect(func(x float64) (float64, func(float64) float64) {
				v := phi.derivatives[0](x)
				return 1, func(n float64) float64 {
					z := n*v - centre
					z *= z
					if k == 1 {
						z *= z
					}
					return z
				}
			}, phi.breaks)
			u.err += out[k].err
		}
		return out[0].value, out[1].value, nil
	}
	fourths := make([]float64, rank)
	for r := range rank {
		second, fourth, err := moments(axis(rank, r))
		if err != nil {
			return err
		}
		u.cov[r][r], fourths[r] = second, fourth
		u.fourth += fourth
		for s := range r {
			d := axis(rank, r)
			d[s] = 1
			second, plus, err := moments(d)
			if err != nil {
				return err
			}
			d[s] = -1
			_, minus, err := moments(d)
			if err != nil {
				return err
			}
			u.cov[r][s] = (second - u.cov[r][r] - u.cov[s][s]) / 2
			u.cov[s][r] = u.cov[r][s]
			u.fourth += (plus + minus - 2*fourths[r] - 2*fourths[s]) / 6 // twice E Z_r² Z_s²
		}
	}
	return nil
}

// add adds another law with a weight.
func (u *unitLaw) add(weight float64, v unitLaw) {
	for r := range u.cov {
		for s := range u.cov[r] {
			u.cov[r][s] += weight * v.cov[r][s]
		}
	}
	u.fourth += weight * v.fourth
	u.err += math.Abs(weight) * v.err
}

func (u unitLaw) trace() (sum float64) {
	for r := range u.cov {
		sum += u.cov[r][r]
	}
	return sum
}

// squares returns (tr C)² + 2 tr C².
func (u unitLaw) squares() float64 {
	sum := u.trace() * u.trace()
	for _, row := range u.cov {
		for _, c := range row {
			sum += 2 * c * c
		}
	}
	return sum
}
