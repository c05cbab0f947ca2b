package meanfield

import (
	"math/big"

	"github.com/rankproof/rankproof/theorems"
	"pgregory.net/rapid"
)

// FiniteEnsemble is a mixture of populations that are finite sets of equally
// likely units (m, n), so that every network of N units can be counted, and a
// target T at κ. φ is x³: all is rational.
type FiniteEnsemble struct {
	Tags   []string      `json:"tags,omitempty"`
	Units  int           `json:"units"`
	Shares []float64     `json:"shares" dim:"P" shrink:"positive"` // whole numbers, of their sum
	M      [][][]float64 `json:"m" dim:"P,C,R"`
	N      [][][]float64 `json:"n" dim:"P,C,R"`
	Kappa  []float64     `json:"kappa" dim:"R"`
	Target []float64     `json:"target" dim:"R"`
}

// Admissible reports whether there is an ensemble to count.
func (c FiniteEnsemble) Admissible() bool {
	total := 0.0
	for _, s := range c.Shares {
		if s < 1 || s != float64(int(s)) {
			return false
		}
		total += s
	}
	named := len(c.Kappa) > 0 && len(c.Target) == len(c.Kappa)
	return named && c.Units >= 1 && c.Units <= 3 && len(c.M) == len(c.N) && len(c.M) == len(c.Shares) && total == float64(c.Units) && len(c.M[0]) > 0 && len(c.M[0][0]) == len(c.Kappa)
}

func finiteEnsembles() *rapid.Generator[FiniteEnsemble] {
	return rapid.Custom(func(t *rapid.T) FiniteEnsemble {
		c := FiniteEnsemble{Units: rapid.IntRange(2, 3).Draw(t, "N")}
		populations, rank := rapid.IntRange(1, 2).Draw(t, "P"), rapid.IntRange(1, 2).Draw(t, "R")
		points := rapid.IntRange(1, 3).Draw(t, "points")
		numbers := func(n int) []float64 {
			out := make([]float64, n)
			for i := range out {
				out[i] = float64(rapid.IntRange(-6, 6).Draw(t, "halves")) / 2
			}
			return out
		}
		c.Shares = []float64{float64(c.Units)}
		if populations == 2 {
			c.Shares = []float64{float64(c.Units - 1), 1}
		}
		for range populations {
			var m, n [][]float64
			for range points {
				m, n = append(m, numbers(rank)), append(n, numbers(rank))
			}
			c.M, c.N = append(c.M, m), append(c.N, n)
		}
		c.Kappa, c.Target = numbers(rank), numbers(rank)
		for _, tag := range []struct {
			name string
			here bool
		}{{"N = 3", c.Units == 3}, {"R = 2", rank == 2}, {"P = 2", populations == 2}} {
			if tag.here {
				c.Tags = append(c.Tags, tag.name)
			}
		}
		return c
	})
}

// counted is an ensemble in rationals.
type counted struct {
	FiniteEnsemble
	contributions [][][]*big.Rat // n φ(m·κ) of each point (P×C×R)
	weights       []*big.Rat     // (P)
	means         [][]*big.Rat   // E_p n φ (P×R)
	mean          []*big.Rat     // E n φ (R), that of F + κ
}

func (c FiniteEnsemble) counted() (*counted, error) {
	if !c.Admissible() {
		return nil, theorems.ErrUndecided
	}
	e := &counted{FiniteEnsemble: c}
	rank := len(c.Kappa)
	for range rank {
		e.mean = append(e.mean, new(big.Rat))
	}
	for p := range c.M {
		weight := big.NewRat(int64(c.Shares[p]), int64(c.Units))
		e.weights = append(e.weights, weight)
		var points [][]*big.Rat
		means := make([]*big.Rat, rank)
		for r := range means {
			means[r] = new(big.Rat)
		}
		share := big.NewRat(1, int64(len(c.M[p])))
		for k := range c.M[p] {
			x := new(big.Rat)
			for r := range rank {
				addProduct(x, theorems.Rational(c.M[p][k][r]), theorems.Rational(c.Kappa[r]))
			}
			cube := new(big.Rat).Mul(x, new(big.Rat).Mul(x, x))
			var values []*big.Rat
			for r := range rank {
				v := new(big.Rat).Mul(theorems.Rational(c.N[p][k][r]), cube)
				values = append(values, v)
				addProduct(means[r], share, v)
			}
			points = append(points, values)
		}
		for r := range rank {
			addProduct(e.mean[r], weight, means[r])
		}
		e.contributions, e.means = append(e.contributions, points), append(e.means, means)
	}
	return e, nil
}

func addProduct(sum, a, b *big.Rat) { sum.Add(sum, new(big.Rat).Mul(a, b)) }

// average returns E of a function of the mean of the contributions over N units,
// over every network: labels drawn, or the sizes fixed, in order.
func (e *counted) average(fixed bool, f func(mean []*big.Rat) *big.Rat) *big.Rat {
	total := new(big.Rat)
	var walk func(unit int, probability *big.Rat, sum []*big.Rat)
	walk = func(unit int, probability *big.Rat, sum []*big.Rat) {
		if unit == e.Units {
			mean := make([]*big.Rat, len(sum))
			for r := range mean {
				mean[r] = new(big.Rat).Mul(sum[r], big.NewRat(1, int64(e.Units)))
			}
			addProduct(total, probability, f(mean))
			return
		}
		for p := range e.contributions {
			chance := new(big.Rat).Set(e.weights[p])
			if fixed {
				chance = big.NewRat(0, 1)
				if e.labelOf(unit) == p {
					chance = big.NewRat(1, 1)
				}
			}
			if chance.Sign() == 0 {
				continue
			}
			chance.Mul(chance, big.NewRat(1, int64(len(e.contributions[p]))))
			chance.Mul(chance, probability)
			for _, values := range e.contributions[p] {
				next := make([]*big.Rat, len(sum))
				for r := range next {
					next[r] = new(big.Rat).Add(sum[r], values[r])
				}
				walk(unit+1, chance, next)
			}
		}
	}
	zero := make([]*big.Rat, len(e.Kappa))
	for r := range zero {
		zero[r] = new(big.Rat)
	}
	walk(0, big.NewRat(1, 1), zero)
	return total
}

// labelOf is the population of a unit where sizes are fixed.
func (e *counted) labelOf(unit int) int {
	for p, s := range e.Shares {
		if unit < int(s) {
			return p
		}
		unit -= int(s)
	}
	return len(e.Shares)
}

// trace is tr Cov(n φ) over the mixture, or Σ_p α_p tr Cov_p(n φ).
func (e *counted) trace(fixed bool) *big.Rat {
	out := new(big.Rat)
	for p, points := range e.contributions {
		weight := new(big.Rat).Mul(e.weights[p], big.NewRat(1, int64(len(points))))
		for _, values := range points {
			for r, v := range values {
				centre := e.mean[r]
				if fixed {
					centre = e.means[p][r]
				}
				d := new(big.Rat).Sub(v, centre)
				addProduct(out, weight, d.Mul(d, d))
			}
		}
	}
	return out
}

// distance2 is ‖a − b‖².
func distance2(a, b []*big.Rat) *big.Rat {
	out := new(big.Rat)
	for r := range a {
		d := new(big.Rat).Sub(a[r], b[r])
		addProduct(out, d, d)
	}
	return out
}

// decideFiniteSize: N·E‖F_N − F‖² over every network is the trace.
func decideFiniteSize(c FiniteEnsemble) error {
	e, err := c.counted()
	if err != nil {
		return err
	}
	for _, fixed := range []bool{false, true} {
		got := e.average(fixed, func(mean []*big.Rat) *big.Rat { return distance2(mean, e.mean) })
		got.Mul(got, big.NewRat(int64(e.Units), 1))
		if want := e.trace(fixed); got.Cmp(want) != 0 {
			return theorems.Violatedf("N·E‖F_N − F‖² = %v, the trace is %v (sizes fixed: %v)", got.RatString(), want.RatString(), fixed)
		}
	}
	return nil
}
