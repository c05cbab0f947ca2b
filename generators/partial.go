package generators

import (
	"fmt"

	"github.com/rankproof/rankproof/model"
	"pgregory.net/rapid"
)

// PartlyObserved is a linear low-rank network of which the units are observed
// that Observed marks by other than 0, one at least.
type PartlyObserved struct {
	Recurrent
	Observed []int `json:"observed" dim:"N"`
}

// PartlyObservedRecurrents draws networks with some units observed, or all.
func PartlyObservedRecurrents(o RecurrentOptions) *rapid.Generator[PartlyObserved] {
	return rapid.Custom(func(t *rapid.T) PartlyObserved {
		p := PartlyObserved{Recurrent: drawRecurrent(t, o)}
		rng := noise(t)
		p.Observed = make([]int, p.Units())
		senders := rng.IntN(3) == 0 // all those that send
		for i := range p.Observed {
			p.Observed[i] = rng.IntN(2)
			if senders && !zeroRow(p.N[i]) {
				p.Observed[i] = 1
			}
		}
		p.Observed[rng.IntN(p.Units())] = 1
		switch seen := len(p.Indices()); {
		case seen == p.Units():
			p.tag("all units observed")
		case seen == 1:
			p.tag("one unit observed")
		}
		if p.SendersAreObserved() {
			p.tag("N supported on observed units")
		}
		return p
	})
}

// Indices returns the observed units, in order.
func (p PartlyObserved) Indices() []int {
	var out []int
	for i, x := range p.Observed {
		if x != 0 {
			out = append(out, i)
		}
	}
	return out
}

// SendersAreObserved reports whether N is 0 on the units that are not observed.
func (p PartlyObserved) SendersAreObserved() bool {
	for i, x := range p.Observed {
		if x == 0 && !zeroRow(p.N[i]) {
			return false
		}
	}
	return true
}

func zeroRow(row []float64) bool {
	for _, x := range row {
		if x != 0 {
			return false
		}
	}
	return true
}

// Admissible reports whether the network is, and a unit is observed.
func (p PartlyObserved) Admissible() bool { return p.Recurrent.Admissible() && len(p.Indices()) > 0 }

// LinearRNN returns the network as model has it. One of which no unit is
// observed is an error.
func (p PartlyObserved) LinearRNN() (*model.LinearRNN, error) {
	if len(p.Indices()) == 0 {
		return nil, fmt.Errorf("%w: no unit is observed", model.ErrInvalid)
	}
	return p.Recurrent.LinearRNN()
}
