package inspect

import (
	"encoding/json"
	"io"

	"github.com/rankproof/rankproof/model"
)

// document is the JSON of a report.
type document struct {
	FixedPoints  []pointJSON     `json:"fixed_points"`
	IndexSum     int             `json:"index_sum"`
	Complete     bool            `json:"complete"`
	Truncated    bool            `json:"truncated"`
	Verdict      string          `json:"verdict"`
	Dt           float64         `json:"dt"`
	DtAssumed    bool            `json:"dt_assumed"`
	Read         string          `json:"read"`
	Theorems     []statementJSON `json:"theorems"`
	Inapplicable []inapplicable  `json:"not_applicable"`

	Cycles      *cyclesJSON      `json:"cycles,omitempty"`      // of a low-rank network
	Populations *populationsJSON `json:"populations,omitempty"` // where units have labels
}

type pointJSON struct {
	Kappa       []float64    `json:"kappa"` // null for a dense network
	X           []float64    `json:"x,omitempty"`
	Residual    float64      `json:"residual"`
	Radius      *float64     `json:"radius"` // null: no exact fixed point certified near
	Eigenvalues [][2]float64 `json:"eigenvalues"`
	StableFlow  *bool        `json:"stable_flow"` // null: undecided
	StableMap   *bool        `json:"stable_map"`
	Index       int          `json:"index"`
	Selection   *selection   `json:"selection,omitempty"`
}

// selection are the left vectors of the modes in both forms.
type selection struct {
	Eigenvalues [][2]float64   `json:"eigenvalues"`
	Activation  [][][2]float64 `json:"activation"`
	Activity    [][][2]float64 `json:"activity"`
}

type statementJSON struct {
	Ref         string  `json:"ref"`
	ID          string  `json:"id"`
	Verdict     string  `json:"verdict"`
	Points      int     `json:"points"`
	WorstMargin float64 `json:"worst_margin"`
	Quantity    string  `json:"quantity"`
}

type inapplicable struct {
	Ref    string `json:"ref"`
	Reason string `json:"reason"`
}

// WriteJSON writes the report as JSON; vectors says whether the N numbers of
// every state and selection vector are wanted.
func (r *Report) WriteJSON(w io.Writer, vectors bool) error {
	d := document{IndexSum: r.IndexSum, Complete: r.Complete, Truncated: r.Truncated, Verdict: r.Verdict().String(),
		Dt: r.Dt, DtAssumed: r.DtAssumed, Read: r.Source, FixedPoints: []pointJSON{}}
	for _, p := range r.Points {
		d.FixedPoints = append(d.FixedPoints, r.pointJSON(p, vectors))
	}
	d.Theorems, d.Inapplicable = newStatements(r.Statements)
	if r.Cycles != nil {
		d.Cycles = r.Cycles.document()
	}
	if r.Populations != nil {
		d.Populations = r.Populations.document()
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(d)
}

// newStatements returns those that were judged, and those that do not apply.
func newStatements(list []Statement) (judged []statementJSON, not []inapplicable) {
	judged, not = []statementJSON{}, []inapplicable{}
	for _, s := range list {
		if s.NotApplicable != "" {
			not = append(not, inapplicable{s.Ref, s.NotApplicable})
			continue
		}
		margin := s.Finding.Worst.Margin()
		if !(margin < 1e300) { // JSON has no infinity
			margin = 1e300
		}
		quantity := s.Finding.Worst.What
		if s.Finding.Reason != "" {
			quantity = s.Finding.Reason
		}
		judged = append(judged, statementJSON{s.Ref, s.ID, s.Finding.Verdict.String(), s.Points, margin, quantity})
	}
	return judged, not
}

func (r *Report) pointJSON(p Point, vectors bool) pointJSON {
	out := pointJSON{Kappa: p.Kappa, Residual: p.Residual, Index: p.Index, Eigenvalues: pairs(p.Eigenvalues(r.Network)),
		StableFlow: decided(p.Stability.Flow), StableMap: decided(p.Stability.Map)}
	if p.Radius < 1e300 {
		out.Radius = &p.Radius
	}
	if p.Kappa == nil || vectors {
		out.X = p.own()
	}
	if vectors && p.Modes != nil {
		s := &selection{Eigenvalues: pairs(p.Modes.Eigenvalues)}
		for k := range p.Modes.Eigenvalues {
			s.Activation = append(s.Activation, pairs(p.Modes.Activation.Left[k]))
			s.Activity = append(s.Activity, pairs(p.Modes.Activity.Left[k]))
		}
		out.Selection = s
	}
	return out
}

// own returns the state in the file's own variable.
func (p Point) own() []float64 {
	x := append([]float64(nil), p.X...)
	for i := range p.Shift {
		x[i] -= p.Shift[i]
	}
	return x
}

func decided(s model.Stability) *bool {
	if s == model.Undecided {
		return nil
	}
	stable := s == model.Stable
	return &stable
}

func pairs(v []complex128) [][2]float64 {
	out := make([][2]float64, len(v))
	for i, z := range v {
		out[i] = [2]float64{real(z), imag(z)}
	}
	return out
}
