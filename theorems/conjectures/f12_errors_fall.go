package conjectures

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// Fits is a target at points κ, and ReLU populations without variance, whose
// features are max(0, slope·κ + offset): P that are nested, the last being added
// to the others, and P others.
type Fits struct {
	Kappa        []float64 `json:"kappa" dim:"T"`
	Target       []float64 `json:"target" dim:"T"`
	Beta         float64   `json:"beta" shrink:"positive"`
	Slope        []float64 `json:"slope" dim:"P"`
	Offset       []float64 `json:"offset" dim:"P"`
	OthersSlope  []float64 `json:"others_slope" dim:"P"`
	OthersOffset []float64 `json:"others_offset" dim:"P"`
}

// errorsFall is F12.
func errorsFall() theorems.Conjecture {
	at := func(p int) theorems.Level {
		return listing(level(theorems.Size{R: 1, P: p}, drawnBy(func(rng *rand.Rand) Fits { return drawFits(rng, p) }), decideErrorsFall), simplestFirst(func(x []float64) Fits {
			return Fits{Kappa: x[:2], Target: x[2:4], Beta: 1, Slope: x[4 : 4+p], Offset: x[4+p : 4+2*p], OthersSlope: x[4+2*p : 4+3*p], OthersOffset: x[4+3*p:]}
		}, slices.Concat([][]float64{{0}, {1}}, copies(2, 0, 1), copies(p, 0, 1, 2), copies(p, 0, 1), copies(p, 0, 1), copies(p, 0, 1, 2))...))
	}
	return theorems.Conjecture{
		Ref: "F12", ID: "conjectures/error-never-increases",
		Statement: "For every target on every grid, every β > 0 and all populations, none of them silent there and no two the same: the squared error of the ridge fit never increases when a population is added to P−1; or, failing that, the squared error of least squares " +
			"(β = 0) never increases from P−1 populations to any P, nested or not. (A counterexample refutes both.)",
		Source: "M12: \"nested features and β = 0\" left out of the statement, in turn",
		Instead: "At β = 0 and nested features the least-squares error never increases with P; at β > 0 the ridge objective, error + β·‖coefficients‖², does not (M12). " +
			"The ridge error is β²‖(βI + FFᵀ)⁻¹y‖²: a feature more makes (βI + FFᵀ)⁻¹ smaller, but not its square.",
		Levels: []theorems.Level{at(1), at(2)},
		Minimal: "From none to one, with feature f: the ridge error falls from ‖y‖² by (f·y)²(‖f‖² + 2β)/(‖f‖² + β)² ≥ 0, and no features are nested in any. " +
			"At one point κ a ridge error is (β/(β + Σf²))²y² and falls, so a grid of two points is the smallest at P = 2. " +
			"Of the fits of a box of numbers 0, 1, 2 on the points 0, 1, listed from the simplest on, this is the first that refutes it.",
		ByHand: byHand(func(c Fits) []string {
			f, g := c.features(c.Slope, c.Offset), c.features(c.OthersSlope, c.OthersOffset)
			fewer := f.Slice(0, f.Rows(), 0, f.Cols()-1)
			beta := theorems.Rational(c.Beta)
			e := c.errors()
			return []string{
				fmt.Sprintf("features at the points, a row each: %s, then %s; target %s, β = %s", inline(fewer), inline(f), inline(c.target()), beta.RatString()),
				fmt.Sprintf("ridge: residual %s, squared error %s; with the last population residual %s, squared error %s",
					inline(residual(fewer, c.target(), beta)), e.ridgeFewer.RatString(), inline(residual(f, c.target(), beta)), e.ridge.RatString()),
				fmt.Sprintf("least squares: residual %s, squared error %s", inline(residual(fewer, c.target(), new(big.Rat))), e.leastFewer.RatString()),
				fmt.Sprintf("others, %s: residual %s, squared error %s", inline(g), inline(residual(g, c.target(), new(big.Rat))), e.least.RatString()),
			}
		}),
	}
}

// drawFits draws fits of populations that are not idle. Every other target is
// the feature of the first.
func drawFits(rng *rand.Rand, p int) Fits {
	for {
		t := 2 + rng.IntN(2)
		c := Fits{Kappa: wholes(rng, t, 2), Target: wholes(rng, t, 3), Beta: naturals(rng, 1, 2)[0],
			Slope: wholes(rng, p, 2), Offset: wholes(rng, p, 2), OthersSlope: wholes(rng, p, 2), OthersOffset: wholes(rng, p, 2)}
		if rng.IntN(2) == 0 {
			for i, kappa := range c.Kappa {
				c.Target[i] = max(0, c.Slope[0]*kappa+c.Offset[0])
			}
		}
		if !c.idle() {
			return c
		}
	}
}

// features returns the features of populations at the points, T×P.
func (c Fits) features(slope, offset []float64) *exact.Matrix {
	rows := make([][]*big.Rat, len(c.Kappa))
	for t, kappa := range rats(c.Kappa) {
		for p, a := range rats(slope) {
			x := plus(times(a, kappa), theorems.Rational(offset[p]))
			if x.Sign() < 0 {
				x = new(big.Rat)
			}
			rows[t] = append(rows[t], x)
		}
	}
	f, _ := exact.FromRat(rows) // rows of one length, without nil
	return f
}

// idle reports whether a population is a feature in name only: silent, 0 at
// every point, or among those that are fitted together the same as another.
func (c Fits) idle() bool {
	for _, f := range []*exact.Matrix{c.features(c.Slope, c.Offset), c.features(c.OthersSlope, c.OthersOffset)} {
		for p := range f.Cols() {
			feature := f.Columns(p)
			idle := feature.IsZero()
			for q := range p {
				idle = idle || feature.Equal(f.Columns(q))
			}
			if idle {
				return true
			}
		}
	}
	return false
}

func (c Fits) target() *exact.Matrix { return exact.ColumnFloat64(c.Target) }

// residual returns y − F w of the w that minimizes ‖y − F w‖² + β‖w‖²; at
// β = 0 of any, all having the same.
func residual(f, y *exact.Matrix, beta *big.Rat) *exact.Matrix {
	if f.Cols() == 0 {
		return y
	}
	normal := f.T().Mul(f).Add(exact.Identity(f.Cols()).Scale(beta))
	return y.Sub(f.Mul(normal.GeneralizedInverse()).Mul(f.T()).Mul(y))
}

func squaredError(f, y *exact.Matrix, beta *big.Rat) *big.Rat {
	e := residual(f, y, beta)
	return e.T().Mul(e).At(0, 0)
}

// fitErrors are squared errors of P−1 and of P populations.
type fitErrors struct{ ridgeFewer, ridge, leastFewer, least *big.Rat }

func (c Fits) errors() fitErrors {
	f, g, y := c.features(c.Slope, c.Offset), c.features(c.OthersSlope, c.OthersOffset), c.target()
	fewer := f.Slice(0, f.Rows(), 0, f.Cols()-1)
	beta, none := theorems.Rational(c.Beta), new(big.Rat)
	return fitErrors{squaredError(fewer, y, beta), squaredError(f, y, beta), squaredError(fewer, y, none), squaredError(g, y, none)}
}

func decideErrorsFall(c Fits) error {
	if !(c.Beta > 0) || c.idle() {
		return fmt.Errorf("%w: β is not positive, or a population is silent at all points or the same as another", theorems.ErrUndecided)
	}
	e := c.errors()
	if e.ridge.Cmp(e.ridgeFewer) <= 0 || e.least.Cmp(e.leastFewer) <= 0 {
		return nil
	}
	return theorems.Violatedf("with a population more the ridge error rises from %s to %s; with %d other populations for %d the least-squares error rises from %s to %s",
		e.ridgeFewer.RatString(), e.ridge.RatString(), len(c.Slope), len(c.Slope)-1, e.leastFewer.RatString(), e.least.RatString())
}
