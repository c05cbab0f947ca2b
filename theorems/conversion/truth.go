package conversion

import (
	"errors"
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/theorems"
)

// system is a generated LDS with what oracles know of it.
type system struct {
	generators.System
	lds *model.LDS
	law *gaussian.Process
	u   float64 // unit roundoff of the subject
}

func observeSystem(c generators.System, u float64) (*system, error) {
	lds, err := c.LDS()
	if err != nil {
		return nil, err
	}
	process := gaussian.LDS{A: c.A, C: c.C, Q: c.Q(), R: c.R()}
	if c.HasInitial() {
		process.Mean, process.Cov = c.Start(), c.Cov()
	}
	law, err := process.Process()
	return &system{c, lds, law, u}, undecidedIfUnstable(err)
}

// network is a generated linear network with what oracles know of it.
type network struct {
	generators.Recurrent
	net *model.LinearRNN
	law *gaussian.Process
	u   float64
}

func observeNetwork(c generators.Recurrent, u float64) (*network, error) {
	net, err := c.LinearRNN()
	if err != nil {
		return nil, err
	}
	process := gaussian.RNN{J: c.J(), P: c.P()}
	if c.HasInitial() {
		process.Mean, process.Cov = c.Start(), c.Cov()
	}
	law, err := process.Process()
	return &network{c, net, law, u}, undecidedIfUnstable(err)
}

// undecidedIfUnstable: shrinking may take the hypothesis of stability away.
func undecidedIfUnstable(err error) error {
	if errors.Is(err, gaussian.ErrUnstable) {
		return theorems.ErrUndecided
	}
	return err
}

// aboutSystems is a claim about what a subject makes of random LDS.
func aboutSystems(name string, o generators.SystemOptions, judge func(f *theorems.Finding, t *system, s theorems.Subject) error) theorems.Check {
	return theorems.Claim(name, generators.Systems(o), func(s theorems.Subject, c generators.System) (f theorems.Finding, err error) {
		t, err := observeSystem(c, s.UnitRoundoff)
		if err != nil {
			return f, err
		}
		return f, judge(&f, t, s)
	})
}

// aboutNetworks is a claim about what a subject makes of random linear networks.
func aboutNetworks(name string, o generators.RecurrentOptions, judge func(f *theorems.Finding, t *network, s theorems.Subject) error) theorems.Check {
	return theorems.Claim(name, generators.Recurrents(o), func(s theorems.Subject, c generators.Recurrent) (f theorems.Finding, err error) {
		t, err := observeNetwork(c, s.UnitRoundoff)
		if err != nil {
			return f, err
		}
		return f, judge(&f, t, s)
	})
}

// operations bounds the number of roundings that meet in one entry of a small
// dense computation in n dimensions: a few products of three matrices, an
// eigendecomposition (backward stable to some 10n), and a solve.
func operations(n int) float64 { return 40 * float64(n+4) }

// stationaryError bounds ‖δV‖ of an honestly computed stationary covariance:
// the residual that rounding leaves, times ‖(V ↦ V − A V Aᵀ)⁻¹‖.
func (t *system) stationaryError() float64 {
	a, v := dense.NormFro(t.A), dense.NormFro(t.law.StateCovariance())
	return operations(t.Latents()) * t.u * t.law.Amplification() * (2*a*a*v + v + dense.NormFro(t.Q()))
}

// conditioning is what conditioning on one observation does to rounding
// errors, units scaled to unit variance: all in the exact law.
type conditioning struct {
	deviation []float64 // of y_t (N)
	kappa     float64   // condition of the correlations of y_t on their range
	lambda    float64   // error of the correlations, from that of V
	j         float64   // ‖D⁻¹JD‖
	readout   float64   // ‖D⁻¹C‖
	relative  float64   // error of a solve with the correlations
}

func (t *system) conditioning(l *latent) conditioning {
	lambda := l.lambda0.Float64()
	d := deviations(lambda)
	k := conditioning{deviation: d, kappa: condition(scaledTo(lambda, d), l.lambda0.Rank())}
	k.readout = scaledNorm(t.C, d)
	k.lambda = k.readout * k.readout * t.stationaryError()
	k.relative = operations(t.Units()+t.Latents()) * t.u * k.kappa
	k.j = dense.NormFro(scaledBoth(l.j.Float64(), d, d))
	return k
}

// rankAt is the rank of Cov y_t of a system with a given start.
func (t *system) rankAt(step int) (int, error) {
	a, c, q, r, err := exactMatrices(t.System)
	if err != nil {
		return 0, err
	}
	x, err := rational(t.Cov(), t.Latents(), t.Latents())
	for range step - 1 {
		x = a.Mul(x).Mul(a.T()).Add(q)
	}
	return c.Mul(x).Mul(c.T()).Add(r).Rank(), err
}

// matchError bounds errors of D⁻¹(JΛ_0 − Λ_1)D⁻¹ and of D⁻¹PD⁻¹: those of the
// solve, and those of Λ_0 and Λ_1, which J multiplies.
func (k conditioning) matchError() (residual, noise float64) {
	n := float64(len(k.deviation))
	residual = (k.relative*n + 2*k.lambda) * (1 + k.j)
	return residual, residual * (1 + k.j)
}

// dimensions of rank decisions in exact arithmetic of a generated network.
func (t *network) exactly() (*recurrent, error) {
	units := t.Units()
	var r recurrent
	var err error
	if r.m, err = rational(t.M, units, t.Rank()); err != nil {
		return nil, err
	}
	if r.n, err = rational(t.N, units, t.Rank()); err != nil {
		return nil, err
	}
	if r.p, err = rational(t.P(), units, units); err != nil {
		return nil, err
	}
	r.j = r.m.Mul(r.n.T())
	if t.HasInitial() {
		return &r, nil
	}
	return &r, r.settle()
}

// conversionError bounds what an honest conversion of the network may miss
// the numbers of its LDS by. With orthonormal loadings, ‖δG‖ ≤ u‖P‖ moves
// P N G⁻ NᵀP by the fraction ‖P‖/λ_min(G) at most; bases of J's ranges are
// known to u‖J‖/s_min(J).
func (t *network) conversionError(r *recurrent, got theorems.LatentSystem) rounding {
	n := t.Units()
	p := dense.NormFro(t.P())
	j := dense.NormFro(t.J())
	kappa := 1.0
	if rank := r.j.Rank(); rank > 0 {
		kappa += condition(t.J(), rank)
		rows := orthonormal(transposed(t.J()), rank)
		gram := times(transposed(rows), times(t.P(), rows))
		exactRank := r.p.Mul(r.j.T()).Rank()
		if exactRank > 0 {
			kappa += p / dense.SingularValues(gram)[exactRank-1]
		}
	}
	relative := operations(n) * t.u * kappa
	if len(got.A) == 0 {
		return rounding{r: relative * p}
	}
	s := dense.SingularValues(got.C)
	base := s[0] / s[len(s)-1]
	size := math.Max(j, dense.NormFro(t.M)*dense.NormFro(t.N))
	left := base / dense.NormFro(got.C) // ‖U^L‖
	return rounding{
		a: relative * size * base, c: relative * dense.NormFro(got.C), q: relative * p * left * left, r: relative * p,
		mean: relative * size * left * dense.VectorNorm2(t.Start()),
		cov:  relative * left * left * (size*size*dense.NormFro(t.Cov()) + p),
	}
}

// orthonormal returns an orthonormal basis of the range of rank r, by
// Gram-Schmidt on the columns, largest remainder first, each twice.
func orthonormal(m [][]float64, rank int) [][]float64 {
	columns := transposed(m)
	var basis [][]float64
	for range rank {
		best, size := -1, 0.0
		for i, c := range columns {
			if s := dense.VectorNorm2(c); s > size {
				best, size = i, s
			}
		}
		if best < 0 {
			break
		}
		v := columns[best]
		q := make([]float64, len(v))
		for i := range v {
			q[i] = v[i] / size
		}
		basis = append(basis, q)
		for range 2 {
			for _, c := range columns {
				dot := dense.Dot(q, c)
				for i := range c {
					c[i] -= dot * q[i]
				}
			}
		}
	}
	return transposed(basis)
}

func transposed(m [][]float64) [][]float64 {
	if len(m) == 0 {
		return nil
	}
	return dense.Transpose(m)
}
