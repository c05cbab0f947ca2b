package inspect

import (
	"fmt"
	"math"

	"github.com/rankproof/rankproof/internal/netfile"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
)

// MixtureReport is what is found of a mixture's mean field.
type MixtureReport struct {
	Source  string
	Mixture *model.Mixture
	*MeanField
}

// MeanField is what is found of a mean field: its fixed points and cycles.
type MeanField struct {
	Box       model.Box // that was searched: nothing rests outside of it if φ is bounded
	Bounded   bool      // φ is
	Points    []CircuitPoint
	IndexSum  int
	Truncated bool // more than Limit points
	Continuum bool // fixed points that are not isolated, as on a ring
	Cycles    *Cycles
}

// CircuitPoint is a fixed point with the gain of every population there.
type CircuitPoint struct {
	model.Equilibrium
	Gains   []model.Gain
	Refusal string // why there are no gains
}

// RunMixture finds the fixed points and cycles of a mixture's mean field.
func RunMixture(m *netfile.Mixture, o Options) (*MixtureReport, error) {
	f, err := meanField(m.Mixture, o)
	if err != nil {
		return nil, err
	}
	return &MixtureReport{m.Summary, m.Mixture, f}, nil
}

// meanField searches in the trapping box, or, for a φ that is unbounded, where
// the options say.
func meanField(m *model.Mixture, o Options) (*MeanField, error) {
	stage := o.Stage
	if stage == nil {
		stage = func(string) {}
	}
	stage("searching for fixed points of the mean field")
	circuit := m.Circuit()
	f := &MeanField{Bounded: !math.IsInf(m.Nonlinearity().Sup(), 0)}
	var err error
	if f.Box, err = searched(circuit, m.Rank(), f.Bounded, o.HalfWidth); err != nil {
		return nil, err
	}
	search := model.EquilibriumSearch{Box: f.Box, Starts: o.Starts, Seed: o.Seed, Limit: o.Limit}
	if f.Bounded {
		search.Box = model.Box{} // the circuit's own, where it knows the degree
	}
	found, err := circuit.FixedPoints(search)
	if err != nil {
		return nil, err
	}
	f.IndexSum, f.Truncated, f.Continuum = found.IndexSum, found.Truncated, found.Continuum
	for _, p := range found.Points {
		point := CircuitPoint{Equilibrium: p}
		if point.Gains, err = circuit.Gains(p.Point); err != nil {
			point.Refusal = err.Error()
		}
		f.Points = append(f.Points, point)
	}
	if o.WithoutCycles {
		f.Cycles = notAsked()
		return f, nil
	}
	stage("searching for limit cycles of the mean field")
	if f.Cycles, err = findCycles(circuit, f.Box, found.Points, o.Seed); err != nil {
		return nil, fmt.Errorf("limit cycles: %w", err)
	}
	return f, nil
}

// searched returns the trapping box of a bounded φ, and a cube otherwise.
func searched(c *model.Circuit, rank int, bounded bool, half float64) (model.Box, error) {
	if bounded {
		box, err := c.TrappingBox()
		for i := range box.Upper {
			if box.Upper[i] == 0 { // a latent that nothing drives, at rest in 0
				box.Lower[i], box.Upper[i] = -1, 1
			}
		}
		return box, err
	}
	box := model.Box{Lower: make([]float64, rank), Upper: make([]float64, rank)}
	for i := range rank {
		box.Lower[i], box.Upper[i] = -half, half
	}
	return box, nil
}

// Complete is true if nothing says that one was missed: φ is bounded, all are
// isolated, and their indices add up to 1 (M11). A missing pair of opposite index
// would not show in that; the searches found none, and for R ≤ 2 none whose zeros
// are in different parts of the box.
func (f *MeanField) Complete() bool { return f.Doubt() == "" }

// Doubt says why the indices do not speak for completeness, empty if they do.
func (f *MeanField) Doubt() string {
	degenerate := 0
	for _, p := range f.Points {
		if p.Index == 0 {
			degenerate++
		}
	}
	switch {
	case len(f.Points) == 0 && !f.Bounded:
		return "none was found in the box that was searched, and φ is unbounded: there may be none"
	case len(f.Points) == 0:
		return "none was found, and a bounded φ has one at least"
	case f.Continuum:
		return "they are not isolated, as on a ring, and have no index"
	case f.Truncated:
		return "the search was cut off: a continuum, or many (try a larger --limit)"
	case !f.Bounded:
		return "φ is unbounded: nothing says what the indices add up to, nor that none is outside of the box that was searched"
	case degenerate > 0:
		return fmt.Sprintf("%d of them degenerate to working precision, without an index", degenerate)
	case f.IndexSum != 1:
		return fmt.Sprintf("the indices add up to %d, and must to 1 for a bounded φ: one is missing (try more --starts)", f.IndexSum)
	}
	return ""
}

// Verdict is Holds if the indices speak for all fixed points, else Unknown.
func (r *MixtureReport) Verdict() theorems.Verdict {
	if r.Complete() {
		return theorems.Holds
	}
	return theorems.Unknown
}
