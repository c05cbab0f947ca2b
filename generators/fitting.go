package generators

import (
	"fmt"

	"github.com/rankproof/rankproof/model"
	"pgregory.net/rapid"
)

// Fitting is an instance of M12: P features of rank R with diagonal Σ_mm, points κ, and values there, to be
// fitted or made by the first of the features.
type Fitting struct {
	Tags         []string      `json:"tags,omitempty"`
	Nonlinearity string        `json:"nonlinearity" shrink:"hard-tanh,tanh"`
	MeanM        [][]float64   `json:"mean_m" dim:"P,R" numbers:"few"`
	Dev          [][]float64   `json:"deviation_m" dim:"P,R" numbers:"few"` // Σ_mm = diag(Dev²)
	MeanI        []float64     `json:"mean_i" dim:"P" numbers:"few"`
	DevI         []float64     `json:"deviation_i" dim:"P" numbers:"few"`
	Points       [][]float64   `json:"points" dim:"K,R" numbers:"few"`
	Values       [][]float64   `json:"values" dim:"K,R" numbers:"few"`        // dκ/dt + κ
	CoefMean     [][]float64   `json:"coef_mean" dim:"P,R" numbers:"few"`     // α a_n
	CoefCov      [][][]float64 `json:"coef_cov" dim:"P,R,R" numbers:"few"`    // α B, Σ_nm = B diag(Dev)
	Ridge        float64       `json:"ridge" shrink:"positive" numbers:"few"` // > 0
	Horizon      float64       `json:"horizon" shrink:"positive" numbers:"time"`
}

// Rank returns R.
func (c Fitting) Rank() int { return len(c.MeanM[0]) }

// Features returns P.
func (c Fitting) Features() int { return len(c.MeanI) }

// Own returns how many of the features make a field that can be realized.
func (c Fitting) Own() int { return (c.Features() + 1) / 2 }

func (c *Fitting) tag(tags ...string) { c.Tags = union(c.Tags, tags) }

// Feature returns feature p as model has it.
func (c Fitting) Feature(p int) model.Feature {
	f := model.Feature{MeanM: append([]float64(nil), c.MeanM[p]...), CovMM: zeros(c.Rank(), c.Rank()), MeanI: c.MeanI[p], VarI: c.DevI[p] * c.DevI[p]}
	for r, d := range c.Dev[p] {
		f.CovMM[r][r] = d * d
	}
	return f
}

// Problem returns the fit of the first count features to values (K×R).
func (c Fitting) Problem(count int, values [][]float64, ridge float64) (model.FitProblem, error) {
	if err := c.check(); err != nil {
		return model.FitProblem{}, err
	}
	phi, err := model.NonlinearityByName(c.Nonlinearity)
	p := model.FitProblem{Nonlinearity: phi, Ridge: ridge}
	for k := range count {
		p.Features = append(p.Features, c.Feature(k))
	}
	for k, x := range c.Points {
		target := make([]float64, len(x))
		for r := range x {
			target[r] = values[k][r] - x[r]
		}
		p.Points, p.Targets = append(p.Points, append([]float64(nil), x...)), append(p.Targets, target)
	}
	return p, err
}

func (c Fitting) check() error {
	if err := CheckShape(c); err != nil {
		return err
	}
	if len(c.MeanI) == 0 || len(c.Points) == 0 || len(c.MeanM) == 0 || len(c.MeanM[0]) == 0 || len(c.CoefMean) == 0 || len(c.CoefCov) == 0 || len(c.Dev) == 0 || len(c.DevI) == 0 || len(c.Values) == 0 {
		return fmt.Errorf("%w: a fit needs features, points and values", model.ErrInvalid)
	}
	return nil
}

// Admissible reports whether there is something to fit.
func (c Fitting) Admissible() bool { return c.check() == nil && c.Ridge > 0 && c.Horizon > 0 }

// FittingOptions say what a theorem's hypotheses ask of a fit.
type FittingOptions struct {
	Nonlinearity []string
	Units        bool // Σ = 0: a feature is one hidden unit
}

// Fittings draws fits of one to four features of rank one or two, to more points than coefficients.
func Fittings(o FittingOptions) *rapid.Generator[Fitting] {
	return rapid.Custom(func(t *rapid.T) Fitting {
		rng := noise(t)
		r, count := between(rng, 1, 2), between(rng, 1, 4)
		k := count*(r+1) + between(rng, 1, 5)
		c := Fitting{Nonlinearity: o.Nonlinearity[rng.IntN(len(o.Nonlinearity))], MeanM: quarters(rng, count, r), Dev: zeros(count, r),
			MeanI: quarters(rng, 1, count)[0], DevI: make([]float64, count), Points: quarters(rng, k, r), Values: quarters(rng, k, r),
			CoefMean: quarters(rng, count, r), Ridge: float64(between(rng, 1, 24)) / 8, Horizon: float64(between(rng, 1, 6)) / 4}
		units := o.Units || rng.IntN(4) == 0
		for p := range count {
			c.CoefCov = append(c.CoefCov, quarters(rng, r, r))
			for i := range r {
				if !units {
					c.Dev[p][i] = float64(rng.IntN(3)) / 2
				}
			}
			if !units {
				c.DevI[p] = float64(rng.IntN(3)) / 2
			}
		}
		kind := []string{"general", "general", "general", "twin features", "near twins", "few points"}[rng.IntN(6)]
		switch {
		case kind == "twin features" && count > 1:
			c.MeanM[count-1], c.Dev[count-1], c.MeanI[count-1], c.DevI[count-1] = append([]float64(nil), c.MeanM[0]...), append([]float64(nil), c.Dev[0]...), c.MeanI[0], c.DevI[0]
		case kind == "near twins" && count > 1: // a condition of 2^20, a million
			c.MeanM[count-1], c.Dev[count-1], c.MeanI[count-1], c.DevI[count-1] = append([]float64(nil), c.MeanM[0]...), append([]float64(nil), c.Dev[0]...), c.MeanI[0], c.DevI[0]
			c.MeanM[count-1][0] += 0x1p-20
		case kind == "few points":
			c.Points, c.Values = c.Points[:2], c.Values[:2]
		default:
			kind = "general"
		}
		c.tag(kind)
		for _, edge := range []struct {
			tag  string
			here bool
		}{{"Σ = 0", units}, {"R = 1", r == 1}, {"P = 1", count == 1}, {"β > 1", c.Ridge > 1}} {
			if edge.here {
				c.tag(edge.tag)
			}
		}
		return c
	})
}
