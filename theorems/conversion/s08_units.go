package conversion

import (
	"errors"
	"math"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/theorems"
	"gonum.org/v1/gonum/mat"
)

// bystanders are white units beside those of an instance: with so many, code
// that condenses what units say of the latents does so.
const bystanders = 40

// longestWithBystanders keeps a subject that is slow in N·T from being asked for long.
const longestWithBystanders = 2

// expectBystanders claims that units which read no latent, independent of all
// others, add their own log-densities and nothing else.
func (t *system) expectBystanders(f *theorems.Finding, s theorems.Subject, y model.Observations, d gaussian.Density) error {
	if len(y.Y) > longestWithBystanders || f.Verdict != theorems.Holds {
		return nil
	}
	n := t.Units()
	lds, variances, err := t.withBystanders()
	if err != nil {
		return err
	}
	wide := model.Observations{}
	for step, row := range y.Y {
		row = append([]float64{}, row...)
		for i, v := range variances {
			x := math.Sqrt(v) * float64((i+3*step)%5-2) / 2
			row = append(row, x)
			d.Observed++
			d.LogDet += math.Log(v)
			d.Quadratic += x * x / v
			d.LogDensity -= (math.Log(2*math.Pi*v) + x*x/v) / 2
		}
		wide.Y = append(wide.Y, row)
		if y.Missing != nil {
			wide.Missing = append(wide.Missing, append(append([]bool{}, y.Missing[step]...), make([]bool, bystanders)...))
		}
	}
	got, err := s.LDSLogLikelihood(lds, wide)
	if err != nil {
		if (errors.Is(err, model.ErrSingular) || errors.Is(err, model.ErrInvalid)) && t.u*d.Condition*operations(len(y.Y)*n) > tooRough {
			f.Abstain("a covariance within rounding of a singular one")
			return nil
		}
		return err
	}
	expectLogDensity(f, "|Kalman with 40 white units beside − joint log-density|", got, d, t.filterError(len(y.Y))+t.meanError(y, d)+operations(n+bystanders)*t.u)
	return nil
}

// withBystanders holds R_v as it was held.
func (t *system) withBystanders() (*model.LDS, []float64, error) {
	n, k := t.Units(), t.Latents()
	variances := make([]float64, bystanders)
	for i := range variances {
		variances[i] = float64(1 + i%3)
	}
	config := model.LDSConfig{A: matrixOf(t.A), Q: t.lds.Q()}
	if g, ok := t.lds.Initial(); ok {
		config.Initial = &g
	}
	if k > 0 {
		config.C = below(t.lds.C())
	}
	var err error
	if v, plus, minus, ok := t.lds.R().Structure(); ok {
		config.R, err = model.ReducedNoise(append(v, variances...), below(plus), below(minus))
	} else {
		full := mat.NewDense(n+bystanders, n+bystanders, nil)
		full.Slice(0, n, 0, n).(*mat.Dense).Copy(t.lds.R().Dense())
		for i, v := range variances {
			full.Set(n+i, n+i, v)
		}
		config.R, err = model.DenseNoise(full)
	}
	if err != nil {
		return nil, nil, err
	}
	lds, err := model.NewLDS(config)
	return lds, variances, err
}

// below has rows of zeros below.
func below(m *mat.Dense) mat.Matrix {
	if m == nil {
		return nil
	}
	rows, cols := m.Dims()
	out := mat.NewDense(rows+bystanders, cols, nil)
	out.Slice(0, rows, 0, cols).(*mat.Dense).Copy(m)
	return out
}
