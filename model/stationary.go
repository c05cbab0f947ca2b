package model

import (
	"gonum.org/v1/gonum/mat"
)

// Stationary is the covariance V (K×K) of a latent system's stationary law, V = A V Aᵀ + Q, and how well it is known.
type Stationary struct {
	Cov            *mat.SymDense // V (K×K), nil for K = 0
	Residual       float64       // bounds ‖A V Aᵀ + Q − V‖₂, of V before it was rounded to float64
	ErrorBound     float64       // bounds ‖V − V*‖₂, V* the exact solution: V is positive semidefinite to this
	Amplification  float64       // bounds ‖Σ A^k A^kᵀ‖₂: a change of Q moves V by this factor at most
	SpectralRadius float64       // ρ(A), as computed: inaccurate where A is defective, while the bounds above hold
}

// RNNStationary is the stationary covariance of what a linear network feeds back, Z = Cov(Nᵀy) (R×R), in
//
//	S = P + M Z Mᵀ  (N×N),   Z = (NᵀM) Z (NᵀM)ᵀ + NᵀPN,
//
// and how well it is known. Where the network was given by its J, M is J, N is the identity, and Z is S itself.
type RNNStationary struct {
	Z              *mat.SymDense // R×R, nil for R = 0
	Residual       float64       // bounds ‖(NᵀM) Z (NᵀM)ᵀ + NᵀPN − Z‖₂, of Z before it was rounded to float64
	ErrorBound     float64       // bounds ‖Z − Z*‖₂, Z* the exact solution
	Amplification  float64       // bounds ‖Σ A^k A^kᵀ‖₂ of the overlap A = NᵀM
	SpectralRadius float64       // ρ(J), as computed: inaccurate where the overlap is defective
}

// StationaryCovariance returns V = A V Aᵀ + Q, the covariance of the latents in the stationary law, with its error bound. The
// law that the LDS may start from is not looked at.
//
// Stability is proven, not read off eigenvalues: a spectral radius of 1 or more, or one so near to 1 that it cannot be told, is
// ErrUnstable with the spectral radius.
func (l *LDS) StationaryCovariance() (*Stationary, error) {
	s, err := l.latentLyapunov()
	if err != nil {
		return nil, err
	}
	return &Stationary{s.v.symmetric(), s.residual, s.errorBound, s.amplification, s.radius}, nil
}

// latentLyapunov solves V = A V Aᵀ + Q, Q being what its factors say, not their products rounded.
func (l *LDS) latentLyapunov() (*lyapunov, error) {
	q, offQ := l.q.congruence(identityArray(l.Latents()))
	return stein{widen(l.a), q, newArray(l.a.rows, l.a.rows), offQ}.solve()
}

// Autocovariances returns Λ_k = Cov(y_{t+k}, y_t) (N×N) for k = 0 … lags in the stationary law,
//
//	Λ_0 = C V Cᵀ + R_v,   Λ_k = C A^k V Cᵀ.
//
// It is dense, N² numbers a lag. A negative number of lags is ErrInvalid; an LDS without
// stationary law is ErrUnstable. (arXiv:2110.09804)
func (l *LDS) Autocovariances(lags int) ([]*mat.Dense, error) {
	if lags < 0 {
		return nil, invalidf("lags is %d, want 0 or more", lags)
	}
	s, err := l.latentLyapunov()
	if err != nil {
		return nil, err
	}
	out := make([]*mat.Dense, lags+1)
	out[0] = l.r.expanded().plus(l.c.mul(s.v).mulT(l.c)).symmetrized().dense()
	carried := s.v // A^k V
	for k := 1; k <= lags; k++ {
		carried = l.a.mul(carried)
		out[k] = l.c.mul(carried).mulT(l.c).dense()
	}
	return out, nil
}

// StationaryCovariance returns Z of the stationary covariance S = P + M Z Mᵀ, in O(N R²) time and O(N R) memory unless P is
// dense, with its error bound. The law that the network may start from is not looked at.
//
// Stability is proven, not read off eigenvalues: a spectral radius of 1 or more, or one so near to 1 that it cannot be told, is
// ErrUnstable with the spectral radius.
func (net *LinearRNN) StationaryCovariance() (*RNNStationary, error) {
	s, err := net.latentLyapunov()
	if err != nil {
		return nil, err
	}
	return &RNNStationary{s.v.symmetric(), s.residual, s.errorBound, s.amplification, s.radius}, nil
}

// latentLyapunov solves Z = A Z Aᵀ + NᵀPN for the overlap A = NᵀM of the given loadings. Near the edge of stability Z depends
// on digits of the overlap that a float64 has not: both are summed in twice the digits, their rounding bounded.
func (net *LinearRNN) latentLyapunov() (*lyapunov, error) {
	q, offQ := net.p.congruence(net.n)
	if net.dense { // N is the identity
		return stein{widen(net.m), q, newArray(net.m.rows, net.m.rows), offQ}.solve()
	}
	a, offA := wideTMul(net.n, widen(net.m))
	return stein{a, q, offA, offQ}.solve()
}

// Autocovariances returns Λ_k = Cov(y_{t+k}, y_t) = J^k S (N×N) for k = 0 … lags in the stationary law, S = P + M Z Mᵀ. It is
// dense, N² numbers a lag. A negative number of lags is ErrInvalid; a network without
// stationary law is ErrUnstable. (arXiv:2110.09804)
func (net *LinearRNN) Autocovariances(lags int) ([]*mat.Dense, error) {
	if lags < 0 {
		return nil, invalidf("lags is %d, want 0 or more", lags)
	}
	s, err := net.latentLyapunov()
	if err != nil {
		return nil, err
	}
	overlap := net.n.tmul(net.m)
	out := make([]*mat.Dense, lags+1)
	out[0] = net.p.expanded().plus(net.m.mul(s.v).mulT(net.m)).symmetrized().dense()
	carried := net.p.times(net.n).t().plus(overlap.mul(s.v).mulT(net.m)) // NᵀS (R×N)
	for k := 1; k <= lags; k++ {
		out[k] = net.m.mul(carried).dense()
		carried = overlap.mul(carried)
	}
	return out, nil
}
