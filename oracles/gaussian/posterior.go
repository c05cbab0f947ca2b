package gaussian

import "fmt"

// Posterior returns the law of x_t (K, K×K) given the observed numbers among y_1 … y_s, as Process.Posterior does.
func (s LDS) Posterior(y [][]float64, missing [][]bool, t, upTo int) (mean []float64, cov [][]float64, err error) {
	p, err := s.Process()
	if err != nil {
		return nil, nil, err
	}
	return p.Posterior(y, missing, t, upTo)
}

// Posterior returns mean and covariance of the state at time t ≥ 1, given the observed numbers among y_1 … y_upTo: the predictor for upTo = t−1,
// the filter for upTo = t, the smoother for upTo = T. The state of an RNN is y_t itself.
//
// y is T×N, 0 ≤ upTo ≤ T; later data are not looked at, nor those with missing[t][i]. The law of the data may be singular: what is
// a function of other data says nothing more. Data that differ from that function by no more than 2^-40 of the terms in it count as
// rounded. What is zero in the covariance is zero exactly.
//
// The error names what does not fit, or wraps ErrInconsistent where data differ by more, or ErrIndefinite.
func (p *Process) Posterior(y [][]float64, missing [][]bool, t, upTo int) (mean []float64, cov [][]float64, err error) {
	if t < 1 || upTo < 0 || upTo > len(y) || missing != nil && len(missing) != len(y) {
		return nil, nil, fmt.Errorf("gaussian: the state at time %d given the first %d of %d steps of data, %d of what is missing", t, upTo, len(y), len(missing))
	}
	if missing != nil {
		missing = missing[:upTo]
	}
	observed, data, err := p.observed(y[:upTo], missing)
	if err != nil {
		return nil, nil, err
	}
	k := p.latents
	coordinates := sequence(0, k)
	for _, i := range observed {
		coordinates = append(coordinates, k+i)
	}
	err = p.decided(func(c *chain, at thresholds) error {
		l := c.jointWithState(t, upTo)
		e := l.eliminate(at, coordinates, data)
		if _, err := e.condition(sequence(k, e.n)); err != nil {
			return err
		}
		left, err := e.conditional(sequence(0, k))
		if err != nil {
			return err
		}
		cov, mean = left.float64s(), make([]float64, k)
		for i := range mean { // the row of data, which started as zero, is now minus what the data add to the mean
			shift := scaled(e.s[e.n][i], e.scale[i])
			mean[i] = approximately(shift.Sub(l.mean[i], shift))
		}
		return nil
	})
	return mean, cov, err
}
