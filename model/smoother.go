package model

import (
	"gonum.org/v1/gonum/mat"
)

// Smoothed is the law of the latents x_t given all observations: Mean (T×K),
// and Cov (each K×K, nil for K = 0).
type Smoothed struct {
	Mean [][]float64
	Cov  []*mat.SymDense
}

// Smooth returns the law of the latents given all of Y (T×N), whose entries
// may be missing, by the recursion backward from the filter's last step,
//
//	x_t | x_{t+1}, y_1 … y_t:  mean x̂_{t|t} + G (x_{t+1} − x̂_{t+1|t}),  covariance Γ,
//	Σ_{t|T} = Γ + G Σ_{t+1|T} Gᵀ,
//
// of square roots: G and Γ are what x_{t+1} = A x_t + w tells of x_t, read like
// an observation, so that singular Q and Σ are nothing special, and covariances
// are sums of positive terms. Errors are those of Filter. (Rauch, Tung and
// Striebel 1965)
func (l *LDS) Smooth(obs Observations) (*Smoothed, error) {
	f, err := l.Filter(obs)
	if err != nil {
		return nil, err
	}
	forward, err := newReadout(l.a, l.q)
	if err != nil {
		return nil, err
	}
	steps := len(obs.Y)
	out := &Smoothed{Mean: make([][]float64, steps), Cov: make([]*mat.SymDense, steps)}
	mean, root := f.FilteredMean[steps-1], f.roots[steps-1]
	out.Mean[steps-1], out.Cov[steps-1] = mean, f.FilteredCov[steps-1]
	for t := steps - 2; t >= 0; t-- {
		c := forward.condition(f.roots[t])
		gain := c.gain()
		moved := make([]float64, len(mean))
		for k := range moved {
			moved[k] = mean[k] - f.PredictedMean[t+1][k]
		}
		mean = gain.timesVector(moved)
		for k, x := range f.FilteredMean[t] {
			mean[k] += x
		}
		root = carried(gain, root, c.post)
		out.Mean[t], out.Cov[t] = mean, root.mulT(root).symmetric()
	}
	return out, nil
}
