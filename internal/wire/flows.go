package wire

import (
	"math"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
	"gonum.org/v1/gonum/mat"
)

// reducedParams are a run of a network by loadings, its input apart. The signal
// is u at 0, dt/2, dt, … (2·steps+1), 1 throughout where it is left out.
type reducedParams struct {
	Network Network   `json:"network"` // without b
	Input   []float64 `json:"input"`   // I (N)
	Kappa   []float64 `json:"kappa"`
	V       float64   `json:"v"`
	Beside  []float64 `json:"beside,omitempty"` // x_⊥(0) (N)
	Signal  []float64 `json:"signal,omitempty"`
	Method  string    `json:"method"` // euler, rk4
	Dt      float64   `json:"dt"`
	Steps   int       `json:"steps"`
}

func reducedRun() operation {
	return on("reduced_run", func(s theorems.Subject) bool { return s.ReducedRun != nil },
		func(s theorems.Subject, p reducedParams) (*statesResult, error) {
			if p.Network.Bias != nil {
				return nil, invalidf("the network has a b, want its input apart")
			}
			p.Network.Bias = p.Input
			net, err := p.Network.Reduced()
			if err != nil {
				return nil, err
			}
			run := model.ReducedRun{Kappa: p.Kappa, V: p.V, Beside: p.Beside, Dt: p.Dt, Steps: p.Steps}
			if run.Method, err = methodNamed(p.Method); err != nil {
				return nil, err
			}
			if p.Signal != nil {
				if err := checkLength("signal", p.Signal, 2*p.Steps+1); err != nil {
					return nil, invalidf("%v", err)
				}
				run.Signal = func(t float64) float64 {
					return p.Signal[min(max(int(math.Round(t/(p.Dt/2))), 0), len(p.Signal)-1)]
				}
			}
			states, err := s.ReducedRun(net, run)
			return &statesResult{states}, err
		},
		func(s *theorems.Subject, c *client) {
			s.ReducedRun = func(net *model.ReducedNetwork, run model.ReducedRun) ([][]float64, error) {
				p := reducedParams{Network: ReducedOf(net, 1), Input: net.Input(), Kappa: run.Kappa, V: run.V, Beside: run.Beside,
					Method: run.Method.String(), Dt: run.Dt, Steps: run.Steps}
				p.Network.Bias = nil
				if p.Kappa == nil {
					p.Kappa = make([]float64, net.Rank())
				}
				for k := 0; run.Signal != nil && k <= 2*run.Steps; k++ {
					p.Signal = append(p.Signal, run.Signal(float64(k)/2*run.Dt))
				}
				r, err := ask[statesResult](c, "reduced_run", p)
				if err != nil {
					return nil, err
				}
				return r.States, shaped("reduced_run", checkShape("states", r.States, run.Steps+1, net.Units()))
			}
		})
}

// flowParams are the flow of a mixture or of a network by loadings, in κ, or of a
// network by W, in x.
type flowParams struct {
	Mixture *Mixture  `json:"mixture,omitempty"`
	Network *Network  `json:"network,omitempty"`
	Start   []float64 `json:"start"`
	Times   []float64 `json:"times"` // increasing
}

func integrate() operation {
	return on("integrate", func(s theorems.Subject) bool { return s.Integrate != nil },
		func(s theorems.Subject, p flowParams) (*statesResult, error) {
			f, err := p.field()
			if err != nil {
				return nil, err
			}
			states, err := s.Integrate(f, p.Start, p.Times)
			return &statesResult{states}, err
		},
		func(s *theorems.Subject, c *client) {
			s.Integrate = func(f model.VectorField, start, times []float64) ([][]float64, error) {
				p := flowParams{Start: start, Times: times}
				switch f := f.(type) {
				case *model.Circuit:
					p.Mixture = objectOfMixture(f.Mixture())
				case *model.ReducedNetwork:
					p.Network = objectOfReduced(f, 1)
				case theorems.HeldField:
					m, net, err := f.Held()
					switch {
					case err != nil:
						return nil, err
					case m != nil:
						p.Mixture = objectOfMixture(m)
					default:
						p.Network = at(net, nil)
					}
				default:
					return nil, theorems.Missing("integrate of this field")
				}
				r, err := ask[statesResult](c, "integrate", p)
				if err != nil {
					return nil, err
				}
				return r.States, shaped("integrate", checkShape("states", r.States, len(times), len(start)))
			}
		})
}

func (p flowParams) field() (model.VectorField, error) {
	if p.Mixture != nil || p.Network == nil || p.Network.W == nil {
		of, err := latentsOf(p.Mixture, p.Network)
		if err != nil {
			return nil, err
		}
		if of.mixture != nil {
			return of.mixture.Circuit(), nil
		}
		return of.network, nil
	}
	net, err := p.Network.RNN()
	if err != nil {
		return nil, err
	}
	if one, scalar := net.ScalarTau(); !scalar || one != 1 || net.Inputs() > 0 {
		return nil, invalidf("want a network with τ = 1 and what it is driven by in b")
	}
	return unitFlow{net}, nil
}

// unitFlow is dx/dt = −x + W φ(x) + b.
type unitFlow struct{ net *model.RNN }

func (f unitFlow) Dim() int { return f.net.Units() }

func (f unitFlow) Field(x []float64) ([]float64, error) { return f.net.Field(model.Activation, x, nil) }

// Held returns the network.
func (f unitFlow) Held() (*model.Mixture, *model.RNN, error) { return nil, f.net, nil }

func (f unitFlow) Jacobian(x []float64) (*mat.Dense, error) {
	l, err := f.net.Linearize(x)
	if err != nil {
		return nil, err
	}
	return l.Matrix(model.Activation), nil
}

type cycleParams struct {
	Mixture   Mixture   `json:"mixture"`
	Start     []float64 `json:"start"`
	Transient float64   `json:"transient"` // after which the start is near the cycle
}

// cycleResult is a cycle, or that there is none: one of them.
type cycleResult struct {
	None      bool        `json:"none,omitempty"`
	Point     []float64   `json:"point,omitempty"`
	Period    float64     `json:"period,omitempty"`
	Exponents []Complex   `json:"exponents,omitempty"` // Floquet's (R−1), without that along the orbit
	Orbit     [][]float64 `json:"orbit,omitempty"`     // points at equal times, from point on
	Amplitude []float64   `json:"amplitude,omitempty"` // half the range of each κ
	Stable    *bool       `json:"stable,omitempty"`
}

func cycle() operation {
	return on("cycle", func(s theorems.Subject) bool { return s.Cycle != nil },
		func(s theorems.Subject, p cycleParams) (*cycleResult, error) {
			m, err := p.Mixture.Model()
			if err != nil {
				return nil, err
			}
			if p.Transient != theorems.CycleTransient {
				return nil, theorems.Missing("cycle after another transient")
			}
			found, err := s.Cycle(m, p.Start)
			switch {
			case isNotConverged(err):
				return &cycleResult{None: true}, nil
			case err != nil:
				return nil, err
			}
			return &cycleResult{Point: found.Point, Period: found.Period, Exponents: complexesOf(found.Exponents),
				Orbit: found.Orbit, Amplitude: found.Amplitude, Stable: &found.Stable}, nil
		},
		func(s *theorems.Subject, c *client) {
			s.Cycle = func(m *model.Mixture, start []float64) (*model.LimitCycle, error) {
				const op = "cycle"
				r, err := ask[cycleResult](c, op, cycleParams{MixtureOf(m), start, theorems.CycleTransient})
				if err != nil {
					return nil, err
				}
				n := m.Rank()
				switch {
				case r.None && r.Point == nil:
					return nil, noCycle()
				case r.None || !(r.Period > 0):
					return nil, &Malformed{op, `want a cycle with its period, or "none": true`}
				}
				checks := []error{checkMost("entries of orbit", len(r.Orbit), mostPoints), checkLength("point", r.Point, n), checkLength("exponents", r.Exponents, n-1), checkShape("orbit", r.Orbit, len(r.Orbit), n)}
				if r.Amplitude != nil {
					checks = append(checks, checkLength("amplitude", r.Amplitude, n))
				}
				out := &model.LimitCycle{Point: r.Point, Period: r.Period, Exponents: values(r.Exponents), Orbit: r.Orbit, Amplitude: r.Amplitude, Stable: true}
				for _, z := range out.Exponents {
					out.Stable = out.Stable && real(z) < 0
				}
				if r.Stable != nil {
					out.Stable = *r.Stable
				}
				return out, shaped(op, checks...)
			}
		})
}
