package model

import (
	"math"
)

// LDSConversion is a network as a latent system, and how its dimension was
// decided. Dimensions are decided in coordinates where each unit is scaled, by
// a power of two, to about unit variance, and noise by standard deviations.
type LDSConversion struct {
	LDS       *LDS
	Dimension int            // K, the number of latents
	Decisions []RankDecision // of J; if stationary, of Nᵀ S N; of Nᵀ P N; of what P N has outside range M
}

// ToLDS returns the latent system, with independent noises, whose observations
// have the law of the network's activity: with ε = η + v split at what the
// network feeds back, η = P N (NᵀPN)⁻ Nᵀε and Nᵀv = 0,
//
//	x_t = y_t − v_{t−1} = U ξ_t,   ξ_{t+1} = A ξ_t + η̃_t,   y_t = U ξ_t + v_{t−1},
//
// where U (N×K) spans range [M, PN], A = U⁺J U (K×K), C = U, Q = U⁺Cov(η)U⁺ᵀ
// (K×K) and R_v = P − Cov(η) (N×N, held as P is: structured or dense).
//
// K is rank [J, PJᵀ] ≤ min(2R, N) for a network that starts from a law of y_0.
// For a stationary one it is rank [Λ_1, Λ_1ᵀ], the smallest K of any such
// system: what its noise never reaches is left out (S7), so K = 0 if PN = 0.
//
// A law N(m_0, S_0) of y_0 makes x_1 start with mean J m_0 and covariance
// J S_0 Jᵀ + Cov(η), and any is met. A given law N(m_1, S_1) of the first
// observation itself is not, unless S_1 − R_v is positive semidefinite with
// range in that of U, and m_1 is in it: M = e_1, N = e_2, P = I has
// R_v = diag(1, 0), and no law of x_1 gives Cov(y_1) = diag(½, 1).
//
// It takes O(N R²) time and O(N R) memory for structured P. A stationary
// network with spectral radius 1 or more is ErrUnstable; a tolerance that is
// none, or numbers that overflow, are ErrInvalid. (arXiv:2110.09804, section
// 4; S6, S7)
func (net *LinearRNN) ToLDS(tol RankTolerance) (*LDSConversion, error) {
	if err := tol.check(); err != nil {
		return nil, err
	}
	b, err := net.feedback(tol)
	if err != nil {
		return nil, err
	}
	if net.initial == nil {
		if err := b.dropSilent(tol); err != nil {
			return nil, err
		}
	}
	if err := b.span(tol); err != nil {
		return nil, err
	}
	l, err := b.lds(net)
	if err != nil {
		return nil, err
	}
	return &LDSConversion{LDS: l, Dimension: l.Latents(), Decisions: b.decisions}, nil
}

// lds puts the parts together.
func (b *feedback) lds(net *LinearRNN) (*LDS, error) {
	k := b.basis.cols
	l := &LDS{
		a: b.into.tmul(b.basis).padded(k),
		c: b.basis.scaledRows(b.scale),
		q: factorNoise(b.drive),
		r: b.unread(net.p),
	}
	if net.initial != nil {
		start, err := net.initial.Cov.root()
		if err != nil {
			return nil, err
		}
		scaled := b.into.scaledRows(reciprocals(b.scale))
		_, sizes, v, err := start.tmul(scaled).tallSVD()
		if err != nil {
			return nil, err
		}
		mean := scaled.timesVectorT(net.initial.Mean)
		l.initial = &Gaussian{
			Mean: append(mean, make([]float64, k-len(mean))...),
			Cov:  factorNoise(v.scaledColumns(sizes).padded(k).beside(b.drive)),
		}
	}
	for _, x := range []array{l.a, l.c, l.q.plus} {
		if size := x.maxAbs(); math.IsNaN(size) || math.IsInf(size, 0) {
			return nil, invalidf("numbers of the network overflow in the conversion")
		}
	}
	return l, nil
}

// padded appends rows of zeros.
func (b array) padded(rows int) array {
	return array{rows, b.cols, append(b.clone().data, make([]float64, (rows-b.rows)*b.cols)...)}
}
