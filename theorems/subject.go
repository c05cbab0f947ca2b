package theorems

import (
	"errors"
	"fmt"

	"github.com/rankproof/rankproof/model"
	"gonum.org/v1/gonum/mat"
)

// ErrNotImplemented is returned by a check of an operation that the subject
// does not have. Such an instance is not tried, and never counted as passed.
var ErrNotImplemented = errors.New("operation not implemented")

// Missing returns ErrNotImplemented with the name of the operation.
func Missing(operation string) error { return &missing{operation, nil} }

// Declined is Missing for one instance, which the subject does not do, and why.
func Declined(operation string, because error) error { return &missing{operation, because} }

// missing is an operation that is not there, or not for an instance.
type missing struct {
	operation string
	because   error // nil: not at all
}

func (m *missing) Error() string {
	if m.because == nil {
		return fmt.Sprintf("%v: %s", ErrNotImplemented, m.operation)
	}
	return fmt.Sprintf("%s declined: %v", m.operation, m.because)
}

// Unwrap returns ErrNotImplemented.
func (m *missing) Unwrap() error { return ErrNotImplemented }

// operationOf is what an error that is ErrNotImplemented names, "" if nothing.
func operationOf(err error) string {
	var m *missing
	if errors.As(err, &m) {
		return m.operation
	}
	return ""
}

// LinearSystem is one linearization as numbers: Matrix (N×N) and Input (N×q),
// both in 1/time.
type LinearSystem struct{ Matrix, Input [][]float64 }

// Linearizations are those of both forms at one state.
type Linearizations struct{ Activation, Activity LinearSystem }

// Subject is an implementation under test: one function an operation, nil
// where it has none. Our model package is one, a twin is a copy of it with a
// mistake, and somebody else's library is one.
type Subject struct {
	Name string
	// UnitRoundoff is u of the arithmetic it computes in: 2⁻⁵³ for float64.
	UnitRoundoff float64
	// Partial is true of an implementation that may decline single instances:
	// it returns ErrNotImplemented for them. They are not tried, and counted; of
	// any other subject an operation that is missing now and then is evaded.
	Partial bool

	Field          func(net *model.RNN, form model.Form, state, u []float64) ([]float64, error)
	ToActivity     func(net *model.RNN, x []float64) ([]float64, error)
	ToActivation   func(net *model.RNN, r, u []float64) ([]float64, error)
	Linearize      func(net *model.RNN, x []float64) (*Linearizations, error)
	Spectrum       func(net *model.RNN, x []float64) (*model.Spectrum, error)
	Modes          func(net *model.RNN, x []float64) (*model.Modes, error)
	CarryRight     func(net *model.RNN, x []float64, from model.Form, lambda complex128, v []complex128) ([]complex128, error)
	CarryLeft      func(net *model.RNN, x []float64, from model.Form, lambda complex128, l []complex128) ([]complex128, error)
	ContextChange  func(net *model.RNN, first, second model.ContextMode, channel int) (activation, activity model.GainChange, err error)
	Simulate       func(net *model.RNN, s model.Simulation) (*model.Trajectory, error)
	EulerStability func(net *model.RNN, x []float64, dt float64) (model.EulerStability, error)
	FixedPoints    func(net *model.RNN, u []float64, search model.FixedPointSearch) (*model.FixedPointSet, error)

	Processes
	MeanFields

	// Own holds functions that are none of these operations, for theorems of
	// somebody's own about them: see OwnSubject.
	Own any
}

// Underflow returns four of the smallest subnormals of the arithmetic of a unit
// roundoff, where relative accuracy ends: it is added to relative errors.
func Underflow(unitRoundoff float64) float64 {
	if unitRoundoff >= 0x1p-24 {
		return 0x1p-147
	}
	return 0x1p-1072
}

// Model is our own package as a subject.
func Model() Subject {
	return Subject{
		Name:         "model",
		UnitRoundoff: 0x1p-53,
		Field:        (*model.RNN).Field,
		ToActivity:   (*model.RNN).ToActivity,
		ToActivation: (*model.RNN).ToActivation,
		Linearize: func(net *model.RNN, x []float64) (*Linearizations, error) {
			l, err := net.Linearize(x)
			if err != nil {
				return nil, err
			}
			system := func(f model.Form) LinearSystem {
				return LinearSystem{Rows(l.Matrix(f)), Rows(l.Input(f))}
			}
			return &Linearizations{system(model.Activation), system(model.Activity)}, nil
		},
		Spectrum: func(net *model.RNN, x []float64) (*model.Spectrum, error) {
			l, err := net.Linearize(x)
			if err != nil {
				return nil, err
			}
			return l.Spectrum()
		},
		Modes: func(net *model.RNN, x []float64) (*model.Modes, error) {
			l, err := net.Linearize(x)
			if err != nil {
				return nil, err
			}
			return l.Modes()
		},
		CarryRight: func(net *model.RNN, x []float64, from model.Form, lambda complex128, v []complex128) ([]complex128, error) {
			l, err := net.Linearize(x)
			if err != nil {
				return nil, err
			}
			return l.CarryRight(from, lambda, v)
		},
		CarryLeft: func(net *model.RNN, x []float64, from model.Form, lambda complex128, left []complex128) ([]complex128, error) {
			l, err := net.Linearize(x)
			if err != nil {
				return nil, err
			}
			return l.CarryLeft(from, lambda, left)
		},
		ContextChange: (*model.RNN).ContextChange,
		Simulate:      (*model.RNN).Simulate,
		EulerStability: func(net *model.RNN, x []float64, dt float64) (model.EulerStability, error) {
			l, err := net.Linearize(x)
			if err != nil {
				return model.EulerStability{}, err
			}
			s, err := l.Spectrum()
			if err != nil {
				return model.EulerStability{}, err
			}
			return s.EulerStability(dt)
		},
		FixedPoints: (*model.RNN).FixedPoints,
		Processes:   modelProcesses(),
		MeanFields:  modelMeanFields(),
	}
}

// Rows returns a matrix as rows, nil for nil.
func Rows(a *mat.Dense) [][]float64 {
	if a == nil {
		return nil
	}
	n, _ := a.Dims()
	out := make([][]float64, n)
	for i := range out {
		out[i] = mat.Row(nil, i, a)
	}
	return out
}
