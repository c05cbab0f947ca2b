package report

import (
	"errors"
	"math"
)

// Loss is what is lost, in nats a step, +Inf among them, unless Refused says
// why there is no number.
type Loss struct {
	Nats    float64
	Refused string
}

// NewLoss returns what was computed, or why it was not.
func NewLoss(nats float64, err error) Loss {
	if err == nil && math.IsNaN(nats) {
		err = errors.New("not a number")
	}
	if err != nil {
		return Loss{Refused: err.Error()}
	}
	return Loss{Nats: nats}
}

// String says how much it is.
func (l Loss) String() string { return Nats(l.Nats, l.Refused) }

// LossDocument is a loss as JSON, one of the three.
type LossDocument struct {
	Nats     *float64 `json:"nats_per_step,omitempty"`
	Infinite bool     `json:"infinite,omitempty"`
	Refused  string   `json:"nats_refused,omitempty"`
}

// Document returns a loss as JSON has it.
func (l Loss) Document() *LossDocument {
	switch {
	case l.Refused != "":
		return &LossDocument{Refused: l.Refused}
	case math.IsInf(l.Nats, 1):
		return &LossDocument{Infinite: true}
	}
	return &LossDocument{Nats: &l.Nats}
}
