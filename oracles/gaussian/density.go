package gaussian

import (
	"fmt"
	"math"
	"math/big"
)

// Density is the logarithm of a Gaussian density and what it is made of, in nats: LogDensity = −(n ln 2π + LogDet + Quadratic)/2.
type Density struct {
	LogDensity float64
	Quadratic  float64 // (y − E y)ᵀ Σ⁻¹ (y − E y)
	LogDet     float64 // ln det Σ
	Observed   int     // n, the numbers that are not missing

	// Condition is at least the condition number of the correlation matrix S of the observed numbers, and at most n^(3/2) times
	// it: ‖S‖_F tr S⁻¹. It is computed in double precision, from factors that are rounded once.
	Condition float64
}

// lnTwoPi returns ln 2π.
func lnTwoPi() *big.Float {
	x, _, err := big.ParseFloat("1.83787706640934548356065947281123527972279494727556682563430308096553139185452", 10, 256, big.ToNearestEven)
	if err != nil {
		panic(err) // it is a constant
	}
	return x
}

// LogDensity returns the joint log density of the observed numbers of y (T×N), y_1 first; those with missing[t][i] are not looked at, and
// nil means that none is. It is the joint Gaussian density itself, not a product of conditional ones.
//
// The error names a shape or a number that does not fit, or wraps ErrSingular where the covariance of the observed numbers is singular, or
// ErrIndefinite. Without observed numbers it is ln 1 = 0.
func (p *Process) LogDensity(y [][]float64, missing [][]bool) (Density, error) {
	coordinates, data, err := p.observed(y, missing)
	if err != nil {
		return Density{}, err
	}
	var d Density
	err = p.decided(func(c *chain, at thresholds) error {
		e := c.joint(len(y)).eliminate(at, coordinates, data)
		correlation := e.frobeniusOfCorrelation()
		pivots, err := e.condition(sequence(0, e.n))
		if rank := len(pivots); rank < e.n && !isUndecidedOrIndefinite(err) {
			return fmt.Errorf("%w: of rank %d for %d numbers", ErrSingular, rank, e.n)
		}
		if err == nil {
			d = e.density()
			d.Condition = max(1, correlation*e.varianceInflation())
		}
		return err
	})
	return d, err
}

// density reads the density off an elimination of everything.
func (e *elimination) density() Density {
	quadratic := new(big.Float).Sub(new(big.Float), e.s[e.n][e.n]) // and no −0
	logDet := e.logDet(sequence(0, e.n))
	total := new(big.Float).SetPrec(e.prec).Mul(lnTwoPi(), new(big.Float).SetInt64(int64(e.n)))
	total.Add(total, logDet).Add(total, quadratic)
	total.Sub(new(big.Float), total)
	return Density{LogDensity: approximately(scaled(total, -1)), Quadratic: approximately(quadratic), LogDet: approximately(logDet), Observed: e.n}
}

// logDet returns ln of the product of the pivots, which are those of the given coordinates, in the units of the data.
func (e *elimination) logDet(of []int) *big.Float {
	exponent := 0
	for _, i := range of {
		exponent += 2 * e.scale[i]
	}
	return ln(scaled(e.product, exponent))
}

// frobeniusOfCorrelation returns ‖S‖_F, S_ij = Σ_ij/√(Σ_ii Σ_jj), before the first pivot.
func (e *elimination) frobeniusOfCorrelation() float64 {
	deviations := make([]float64, e.n)
	for i := range deviations {
		deviations[i] = math.Sqrt(approximately(e.s[i][i]))
	}
	sum := 0.0
	for i := range e.n {
		for j := range i + 1 {
			s := approximately(e.s[i][j]) / deviations[i] / deviations[j]
			sum += s * s
			if i != j {
				sum += s * s
			}
		}
	}
	return math.Sqrt(sum)
}

// varianceInflation returns tr S⁻¹ = Σ_i Σ_ii (Σ⁻¹)_ii after the last pivot: Σ⁻¹ = L⁻ᵀ D⁻¹ L⁻¹, and Σ = L D Lᵀ gives Σ_ii too.
func (e *elimination) varianceInflation() float64 {
	n := e.n
	total := 0.0
	column := make([]float64, n) // of L⁻¹, in the order of the steps
	for start, first := range e.steps {
		clear(column)
		column[start] = 1
		precision, variance := 0.0, 0.0
		for k := start; k < n; k++ {
			for j := start; j < k; j++ {
				column[k] -= e.steps[j].multipliers[e.steps[k].pivot] * column[j]
			}
			precision += column[k] * column[k] / e.steps[k].variance
		}
		for k := range start {
			m := e.steps[k].multipliers[first.pivot]
			variance += m * m * e.steps[k].variance
		}
		total += (variance + first.variance) * precision
	}
	return total
}

// observed returns the coordinates in the joint law of the numbers that are not missing, and those numbers.
func (p *Process) observed(y [][]float64, missing [][]bool) (coordinates []int, data []float64, err error) {
	if missing != nil && len(missing) != len(y) {
		return nil, nil, fmt.Errorf("gaussian: %d time steps of data, %d of what is missing", len(y), len(missing))
	}
	data = []float64{}
	for t, row := range y {
		if len(row) != p.units || missing != nil && len(missing[t]) != p.units {
			return nil, nil, fmt.Errorf("gaussian: step %d of the data, or of what is missing, is not of %d units", t, p.units)
		}
		for i, v := range row {
			switch {
			case missing != nil && missing[t][i]:
				continue
			case math.IsNaN(v) || math.IsInf(v, 0):
				return nil, nil, fmt.Errorf("gaussian: entry (%d,%d) of the data is %v", t, i, v)
			}
			coordinates = append(coordinates, t*p.units+i)
			data = append(data, v)
		}
	}
	return coordinates, data, nil
}
