package model

import (
	"slices"
)

// LogLikelihood returns ln p(Y) in nats of observations Y (T×N), the Markov product
//
//	ln p(y_1) + Σ_t ln N(y_{t+1}; J y_t, P),
//
// with y_1 ~ N(J m₀, P + J S₀ Jᵀ) for a law N(m₀, S₀) of y_0, and stationary
// without one. It costs O(N (R+p+h)) a step after a set-up of O(N (R+p+h)²),
// O(N³) for a dense P.
//
// Given missing entries there is no such product: they are ErrInvalid, and the
// converted system's likelihood (ToLDS) is the way. A singular P, where T > 1,
// is ErrSingular; without an initial law a network with ρ(J) ≥ 1 is
// ErrUnstable. (arXiv:2110.09804, equation 4; S8)
func (net *LinearRNN) LogLikelihood(obs Observations) (float64, error) {
	if err := obs.check(net.Units()); err != nil {
		return 0, err
	}
	for t, missing := range obs.Missing {
		if i := slices.Index(missing, true); i >= 0 {
			return 0, invalidf("Y[%d][%d] is missing: a Markov product needs every entry, convert with ToLDS and use its likelihood", t, i)
		}
	}
	// y_{t+1} reads κ = Nᵀ y_t through M, with noise P: all that varies is what
	// is known of κ.
	o, err := newReadout(net.m, net.p)
	if err != nil {
		return 0, err
	}
	latent, root, err := net.start()
	if err != nil {
		return 0, err
	}
	sum, c := 0.0, o.condition(root)
	for t, y := range obs.Y {
		if t == 1 {
			c = o.condition(newArray(net.m.cols, 0))
		}
		if !c.regular() {
			return 0, c.singular(t)
		}
		seen := o.reduce(y)
		white, err := c.update(latent, array{1, len(latent), latent}.abs().data, seen)
		if err != nil {
			return 0, err
		}
		sum += c.logDensity(seen, sumSquares(white))
		latent = net.n.timesVectorT(y)
	}
	return sum, nil
}

// start returns mean and a root of the covariance of κ_0 = Nᵀ y_0.
func (net *LinearRNN) start() (mean []float64, root array, err error) {
	if net.initial != nil {
		root, err = projectedRoot(net.initial.Cov, net.n)
		return net.n.timesVectorT(net.initial.Mean), root, err
	}
	q, err := projectedRoot(net.p, net.n)
	if err != nil {
		return nil, array{}, err
	}
	root, err = stationaryRoot(net.n.tmul(net.m), q) // κ_{t+1} = NᵀM κ_t + Nᵀε
	return make([]float64, net.n.cols), root, err
}
