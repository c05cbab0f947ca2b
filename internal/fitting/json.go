package fitting

import (
	"encoding/json"
	"io"
)

// document is the JSON of a report.
type document struct {
	Target       string           `json:"target"`
	Read         string           `json:"read,omitempty"`
	Rank         int              `json:"rank"`
	Nonlinearity string           `json:"nonlinearity"`
	Populations  int              `json:"populations"`
	Units        int              `json:"units"`
	Ridge        float64          `json:"ridge"`
	Spread       float64          `json:"spread"`
	Matched      bool             `json:"moments_matched"`
	Seed         uint64           `json:"seed"`
	Curve        []pointJSON      `json:"curve"`
	Errors       errorsJSON       `json:"errors"`
	Start        []float64        `json:"start"`
	Time         float64          `json:"time"`
	Trajectories []trajectoryJSON `json:"trajectories"`
	Picture      string           `json:"picture,omitempty"`
	Mixture      string           `json:"mixture,omitempty"`
}

type pointJSON struct {
	Populations  int     `json:"populations"`
	Coefficients int     `json:"coefficients"`
	Seen         float64 `json:"rms_seen"`
	Unseen       float64 `json:"rms_unseen"`
}

type errorsJSON struct {
	Points   int     `json:"points"`
	Target   float64 `json:"target"`
	Fit      float64 `json:"fit"`
	Sampling float64 `json:"sampling"`
	Expected float64 `json:"sampling_expected_of_drawn"`
	Together float64 `json:"together"`
}

type trajectoryJSON struct {
	Name   string    `json:"name"`
	Period *float64  `json:"period"` // null: none found, or not looked for
	Apart  float64   `json:"largest_distance"`
	Aside  float64   `json:"distance_of_curves"`
	End    []float64 `json:"end"`
}

// WriteJSON writes the report as JSON, with the files that it was written to.
func (r *Report) WriteJSON(w io.Writer, picture, mixture string) error {
	d := document{
		Target: r.Problem.Name, Read: r.Problem.Read, Rank: r.Problem.Rank(), Nonlinearity: r.Nonlinearity.Name(),
		Populations: r.Populations, Units: r.Units, Ridge: r.Ridge, Spread: r.Spread, Matched: r.Match, Seed: r.Seed,
		Errors: errorsJSON(r.Errors),
		Start:  r.Start, Time: r.Time, Picture: picture, Mixture: mixture,
	}
	for _, c := range r.Curve {
		d.Curve = append(d.Curve, pointJSON(c))
	}
	for _, t := range r.Trajectories {
		one := trajectoryJSON{Name: t.Name, Apart: t.Apart, Aside: t.Aside, End: t.States[len(t.States)-1]}
		if t.Period > 0 {
			one.Period = &t.Period
		}
		d.Trajectories = append(d.Trajectories, one)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(d)
}
