package netfile

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"github.com/rankproof/rankproof/internal/npz"
	"github.com/rankproof/rankproof/model"
)

// input computes B (N×q): weights times the gain of each channel times the
// scale.
func (s *source) input(config *model.RNNConfig) error {
	weights, said, err := s.inputWeights()
	if err != nil || weights == nil {
		return err
	}
	units, channels := weights.Dims()
	factors := make([]float64, channels)
	for k := range factors {
		factors[k] = 1
	}
	if key := s.c.InputGain; named(key) {
		gain, err := s.vector("input_gain", key, channels, "an input channel")
		if err != nil {
			return err
		}
		copy(factors, gain)
		said += fmt.Sprintf(" × gain of the channel from %q", key)
	}
	if key := s.c.InputScale; named(key) {
		scale, err := s.scalar("input_scale", key)
		if err != nil {
			return err
		}
		for k := range factors {
			factors[k] *= scale
		}
		said += fmt.Sprintf(" × scale %v from %q", scale, key)
	}
	for i := range units {
		for k := range channels {
			weights.Set(i, k, weights.At(i, k)*factors[k])
		}
	}
	s.sayf("B (%d×%d) from %s", units, channels, said)
	config.Input = weights
	return nil
}

// inputWeights returns the weights (N×q) without gains, nil if there are none.
func (s *source) inputWeights() (*mat.Dense, string, error) {
	if b := s.c.Basis; b != nil {
		if !named(b.InputWeights) {
			return nil, "", nil
		}
		w, err := s.sample("input", b.InputWeights, b.InputBiases)
		return w, fmt.Sprintf("the basis by %s and %s", b.InputWeights, zeroIfNone(b.InputBiases)), err
	}
	if !named(s.c.Input) {
		return nil, "", nil
	}
	a, err := s.array("input", s.c.Input)
	if err != nil {
		return nil, "", err
	}
	said := fmt.Sprintf("%q (%s", s.c.Input, npz.ShapeString(a.Shape))
	if len(a.Shape) == 1 {
		if a.Shape[0] != s.units {
			return nil, "", s.errorf("input: array %q is %s, want %d, one a unit", s.c.Input, npz.ShapeString(a.Shape), s.units)
		}
		return mat.NewDense(s.units, 1, a.Data), said + ", one channel)", nil
	}
	if err := s.checkInputShape(a); err != nil {
		return nil, "", err
	}
	w := mat.NewDense(a.Shape[0], a.Shape[1], a.Data)
	if s.c.InputLayout == InputsByUnits {
		w = mat.DenseCopyOf(w.T())
	}
	return w, said + ", " + s.c.InputLayout + ")", nil
}

func (s *source) checkInputShape(a *npz.Array) error {
	shape := npz.ShapeString(a.Shape)
	if len(a.Shape) != 2 {
		return s.errorf("input: array %q is %s, want two dimensions, inputs and units", a.Name, shape)
	}
	switch s.c.InputLayout {
	case "":
		return s.errorf("input_layout: missing; array %q is %s: %q makes it %d inputs to %d units, %q %d inputs to %d units",
			a.Name, shape, InputsByUnits, a.Shape[0], a.Shape[1], UnitsByInputs, a.Shape[1], a.Shape[0])
	case InputsByUnits:
		if a.Shape[1] != s.units {
			return s.errorf("input: array %q is %s, and input_layout %q wants q×%d", a.Name, shape, InputsByUnits, s.units)
		}
	case UnitsByInputs:
		if a.Shape[0] != s.units {
			return s.errorf("input: array %q is %s, and input_layout %q wants %d×q", a.Name, shape, UnitsByInputs, s.units)
		}
	}
	return nil
}
