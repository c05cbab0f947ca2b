package inspect

import (
	"encoding/json"
	"io"

	"github.com/rankproof/rankproof/model"
)

// mixtureDocument is the JSON of a report on a mixture.
type mixtureDocument struct {
	Kind         string `json:"kind"`
	Read         string `json:"read"`
	Verdict      string `json:"verdict"`
	Rank         int    `json:"rank"`
	Populations  int    `json:"populations"`
	Nonlinearity string `json:"nonlinearity"`
	meanFieldJSON
}

type meanFieldJSON struct {
	Box         [][2]float64  `json:"box"`
	FixedPoints []circuitJSON `json:"fixed_points"`
	IndexSum    int           `json:"index_sum"`
	Complete    bool          `json:"complete"`
	Doubt       string        `json:"doubt,omitempty"`
	Truncated   bool          `json:"truncated"`
	Continuum   bool          `json:"continuum"`
	Cycles      *cyclesJSON   `json:"cycles"`
}

type circuitJSON struct {
	Kappa       []float64    `json:"kappa"`
	Residual    float64      `json:"residual"`
	Radius      *float64     `json:"radius"` // null: no exact fixed point certified near
	Eigenvalues [][2]float64 `json:"eigenvalues"`
	Stable      *bool        `json:"stable"` // null: undecided
	Index       int          `json:"index"`
	Means       []string     `json:"means"`
	Gains       []gainJSON   `json:"gains"` // null: refused
	Refusal     string       `json:"gains_refused,omitempty"`
}

type gainJSON struct {
	Mu    float64 `json:"mu"`
	Delta float64 `json:"delta"`
	Value float64 `json:"value"`
	Slope float64 `json:"slope"`
}

type cyclesJSON struct {
	Not    string      `json:"not_looked_for,omitempty"`
	Orbits int         `json:"orbits"`
	Found  []cycleJSON `json:"found"`
}

type cycleJSON struct {
	Period    float64      `json:"period"`
	Stable    bool         `json:"stable"`
	Exponents [][2]float64 `json:"floquet_exponents"`
	Amplitude []float64    `json:"amplitude"`
	Point     []float64    `json:"point"`
	Residual  float64      `json:"residual"`
}

// WriteJSON writes the report as JSON.
func (r *MixtureReport) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(mixtureDocument{Kind: "mixture", Read: r.Source, Verdict: r.Verdict().String(), Rank: r.Mixture.Rank(),
		Populations: r.Mixture.Populations(), Nonlinearity: r.Mixture.Nonlinearity().Name(), meanFieldJSON: r.document()})
}

func (f *MeanField) document() meanFieldJSON {
	d := meanFieldJSON{FixedPoints: []circuitJSON{}, IndexSum: f.IndexSum, Complete: f.Complete(), Doubt: f.Doubt(),
		Truncated: f.Truncated, Continuum: f.Continuum, Cycles: f.Cycles.document()}
	for i, low := range f.Box.Lower {
		d.Box = append(d.Box, [2]float64{low, f.Box.Upper[i]})
	}
	for _, p := range f.Points {
		point := circuitJSON{Kappa: p.Point, Residual: p.Residual, Eigenvalues: pairs(p.Eigenvalues), Stable: decided(p.Stability),
			Index: p.Index, Means: p.Means, Refusal: p.Refusal}
		if p.Radius < 1e300 {
			point.Radius = &p.Radius
		}
		for _, g := range p.Gains {
			point.Gains = append(point.Gains, gainJSON(g))
		}
		d.FixedPoints = append(d.FixedPoints, point)
	}
	return d
}

func (c *Cycles) document() *cyclesJSON {
	d := &cyclesJSON{Not: c.Not, Orbits: c.Starts, Found: []cycleJSON{}}
	for _, l := range c.Found {
		d.Found = append(d.Found, newCycle(l))
	}
	return d
}

func newCycle(l model.LimitCycle) cycleJSON {
	return cycleJSON{l.Period, l.Stable, pairs(l.Exponents), l.Amplitude, l.Point, l.Residual}
}
