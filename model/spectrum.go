package model

import "math"

// Spectrum is the set of eigenvalues of M_x, equally of M_r (L2), in 1/time.
type Spectrum struct {
	// Values are the eigenvalues that connectivity shapes: N of a dense
	// network, Σ_g min(N_g, R) of a low-rank one (R for a scalar τ); largest
	// |μ| first for a scalar τ, largest |λ| first otherwise.
	Values []complex128
	// Mu are the eigenvalues μ = 1 + τλ of W D for a scalar τ, nil otherwise;
	// computed first, so that a small μ keeps its digits.
	Mu []complex128
	// Uncertainty bounds the rounding error of each of Values.
	Uncertainty []float64
	// Trivial are the remaining ones, −1/τ with multiplicities, exactly.
	Trivial []Multiplicity
}

// Spectrum returns the eigenvalues of the linearization, in O(N R²) for a
// low-rank network: det(tI − M NᵀD) = t^(N−R) det(tI − NᵀDM). A failed
// decomposition is ErrEigen. (arXiv:2309.04030; L2)
func (l *Linearization) Spectrum() (*Spectrum, error) {
	red := l.reduce()
	pairs, err := eigen(red.matrix, l.assemblyError(red))
	if err != nil {
		return nil, err
	}
	s := &Spectrum{Trivial: red.trivial}
	tau, scalar := l.net.ScalarTau()
	for _, p := range pairs {
		s.Values = append(s.Values, red.lambda(p.z))
		uncertainty := p.uncertainty
		if scalar {
			s.Mu = append(s.Mu, p.z)
			uncertainty = (uncertainty + 2*unitRoundoff) / tau
		}
		s.Uncertainty = append(s.Uncertainty, uncertainty)
	}
	return s, nil
}

// assemblyError bounds ‖·‖₂ of the rounding error with which reduce computes
// the small matrix: (N+4)u times the product of absolute values.
func (l *Linearization) assemblyError(red *reduction) float64 {
	terms := 4.0
	sum := 0.0
	if w, ok := l.net.w.(*LowRank); ok {
		terms += float64(l.net.Units())
		for r := range w.Rank() {
			for s := range w.Rank() {
				entry := 0.0
				for i := range l.net.Units() {
					entry += math.Abs(w.n.At(i, r) * l.slopes[i] * w.m.At(i, s))
				}
				sum += entry * entry
			}
		}
		return terms * unitRoundoff * math.Abs(w.scale) * math.Sqrt(sum) / l.shortestTau()
	}
	for _, x := range red.matrix.RawMatrix().Data {
		sum += x * x
	}
	return terms * unitRoundoff * math.Sqrt(sum)
}

// shortestTau returns 1 for a scalar τ, whose small matrix is free of it.
func (l *Linearization) shortestTau() float64 {
	if _, scalar := l.net.ScalarTau(); scalar {
		return 1
	}
	shortest := math.Inf(1)
	for _, t := range l.net.tau {
		shortest = min(shortest, t)
	}
	return shortest
}
