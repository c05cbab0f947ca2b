package model

import (
	"math/rand/v2"
)

// Sample draws observations y_1 … y_steps (steps×N) and the latents behind them x_1 … x_steps (steps×K), from the initial law
// if there is one, otherwise stationary. The set-up costs O(K³), and O(N³) for a dense R_v; a step O(N K).
//
// A negative number of steps, or no rng, is ErrInvalid; a stationary law
// that is not certified (StationaryCovariance) is ErrUnstable.
func (l *LDS) Sample(rng *rand.Rand, steps int) (y, x [][]float64, err error) {
	if err := checkSample(rng, steps); err != nil {
		return nil, nil, err
	}
	start, err := l.startingLaw()
	if err != nil {
		return nil, nil, err
	}
	latentNoise, err := l.q.sampler()
	if err != nil {
		return nil, nil, err
	}
	noise, err := l.r.sampler()
	if err != nil {
		return nil, nil, err
	}
	first, err := start.Cov.sampler()
	if err != nil {
		return nil, nil, err
	}
	at := sum(start.Mean, first(rng))
	for range steps {
		x, y = append(x, at), append(y, sum(l.c.timesVector(at), noise(rng)))
		at = sum(l.a.timesVector(at), latentNoise(rng))
	}
	return y, x, nil
}

// startingLaw returns the law of x_1.
func (l *LDS) startingLaw() (*Gaussian, error) {
	if l.initial != nil {
		return l.initial, nil
	}
	s, err := l.latentLyapunov()
	if err != nil {
		return nil, err
	}
	return &Gaussian{make([]float64, l.Latents()), denseNoise(s.v)}, nil
}

// Sample draws observations y_1 … y_steps (steps×N), from the law of y_0 if there is one, otherwise stationary. A step costs
// O(N R); nothing of N×N is formed unless P or the law of y_0 is dense.
//
// A negative number of steps, or no rng, is ErrInvalid; a stationary law
// that is not certified (StationaryCovariance) is ErrUnstable.
func (net *LinearRNN) Sample(rng *rand.Rand, steps int) (y [][]float64, err error) {
	if err := checkSample(rng, steps); err != nil {
		return nil, err
	}
	start, err := net.fedBack()
	if err != nil {
		return nil, err
	}
	noise, err := net.p.sampler()
	if err != nil {
		return nil, err
	}
	first, err := start.Cov.sampler()
	if err != nil {
		return nil, err
	}
	z := sum(start.Mean, first(rng)) // Nᵀy_0, or y_0 itself
	if net.initial != nil {
		z = net.n.timesVectorT(z)
	}
	for range steps {
		at := sum(net.m.timesVector(z), noise(rng))
		y, z = append(y, at), net.n.timesVectorT(at)
	}
	return y, nil
}

// fedBack returns the law of y_0 (N) where one is given, and otherwise that of Nᵀy (R), all that a network knows of its past.
func (net *LinearRNN) fedBack() (*Gaussian, error) {
	if net.initial != nil {
		return net.initial, nil
	}
	s, err := net.latentLyapunov()
	if err != nil {
		return nil, err
	}
	return &Gaussian{make([]float64, net.m.cols), denseNoise(s.v)}, nil
}

// sampler returns a function that draws from N(0, Σ).
func (s Noise) sampler() (func(rng *rand.Rand) []float64, error) {
	root, err := s.root()
	if err != nil {
		return nil, err
	}
	return func(rng *rand.Rand) []float64 {
		white := newArray(root.inputs(), 1)
		for k := range white.data {
			white.data[k] = rng.NormFloat64()
		}
		return root.times(white).data
	}, nil
}

func checkSample(rng *rand.Rand, steps int) error {
	switch {
	case rng == nil:
		return invalidf("no rng is given")
	case steps < 0:
		return invalidf("steps is %d, want 0 or more", steps)
	}
	return nil
}

func sum(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range out {
		out[i] = a[i] + b[i]
	}
	return out
}
