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

// system is an LDS with what oracles know of it.
type system struct {
	theorems.LatentSystem
	lds *model.LDS
	law *gaussian.Process
	u   float64 // unit roundoff of the subject
}

// Latents returns K.
func (t *system) Latents() int { return len(t.A) }

// Units returns N.
func (t *system) Units() int { return len(t.R) }

// HasInitial reports whether a law of x_1 is given.
func (t *system) HasInitial() bool { return t.Cov != nil }

// plain is a generated LDS as numbers.
func plain(c generators.System) theorems.LatentSystem {
	l := theorems.LatentSystem{A: c.A, C: c.C, Q: c.Q(), R: c.R()}
	if c.HasInitial() {
		l.Mean, l.Cov = c.Start(), c.Cov()
	}
	return l
}

func observeSystem(c generators.System, u float64) (*system, error) {
	lds, err := c.LDS()
	if err != nil {
		return nil, err
	}
	law, err := gaussianOf(plain(c)).Process()
	if err == nil && !c.HasInitial() && !clearlyStable(law, c.A, u) {
		err = theorems.ErrUndecided
	}
	return &system{plain(c), lds, law, u}, undecidedIfUnstable(err)
}

// clearlyStable reports whether A rounded to u is stable too: the distance of
// V ↦ V − AVAᵀ to singular is 1/amplification.
func clearlyStable(law *gaussian.Process, a [][]float64, u float64) bool {
	size := dense.NormFro(a)
	return 16*float64(len(a))*u*size*size*law.Amplification() < 1
}

// recurrentNumbers is a linear network as numbers: M and N (N×R), P (N×N), and
// the law of y_0, Cov nil for a stationary one.
type recurrentNumbers struct {
	M, N, P, J [][]float64
	Mean       []float64
	Cov        [][]float64
}

// Units returns N.
func (c recurrentNumbers) Units() int { return len(c.P) }

// Rank returns R.
func (c recurrentNumbers) Rank() int {
	if len(c.M) == 0 {
		return 0
	}
	return len(c.M[0])
}

// HasInitial reports whether a law of y_0 is given.
func (c recurrentNumbers) HasInitial() bool { return c.Cov != nil }

func numbersOfNetwork(c generators.Recurrent) recurrentNumbers {
	n := recurrentNumbers{M: c.M, N: c.N, P: c.P(), J: c.J()}
	if c.HasInitial() {
		n.Mean, n.Cov = c.Start(), c.Cov()
	}
	return n
}

// network is a linear network with what oracles know of it.
type network struct {
	recurrentNumbers
	net *model.LinearRNN
	law *gaussian.Process
	u   float64
}

func observeNetwork(c generators.Recurrent, u float64) (*network, error) {
	net, err := c.LinearRNN()
	if err != nil {
		return nil, err
	}
	n := numbersOfNetwork(c)
	law, err := n.process()
	if err == nil && !n.HasInitial() && !clearlyStable(law, n.J, u) {
		err = theorems.ErrUndecided
	}
	return &network{n, net, law, u}, undecidedIfUnstable(err)
}

func (c recurrentNumbers) process() (*gaussian.Process, error) {
	return gaussian.RNN{J: c.J, P: c.P, Mean: c.Mean, Cov: c.Cov}.Process()
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
	return operations(t.Latents()) * t.u * t.law.Amplification() * (2*a*a*v + v + dense.NormFro(t.Q))
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
	a, c, q, r, err := exactMatrices(t.LatentSystem)
	if err != nil {
		return 0, err
	}
	x, err := rational(t.Cov, t.Latents(), t.Latents())
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

// exactly returns the network in rationals, with its stationary law unless it
// starts from another.
func (t *network) exactly() (*recurrent, error) {
	if t.HasInitial() {
		return t.rational()
	}
	return newRecurrent(t.recurrentNumbers)
}

// deviations returns the standard deviations (N) by which the units are scaled:
// of y_t, the largest of y_1 … y_T for a given start, 0 of a unit that is silent.
func (t *network) deviations() []float64 {
	if !t.HasInitial() {
		return deviations(t.law.StateCovariance())
	}
	cov, n := t.law.Covariance(horizon), t.Units()
	d := make([]float64, n)
	for i := range horizon * n {
		d[i%n] = math.Max(d[i%n], math.Sqrt(cov[i][i]))
	}
	return d
}

// rankMargin is how far, relative to ‖J‖ and ‖P‖ in units of the deviations,
// the ranks that decide a dimension are from lower ones: the smallest singular
// value that exact arithmetic says is not zero of J, P Jᵀ, and both together,
// of the stationary process also of [Λ_1, Λ_1ᵀ].
func (t *network) rankMargin(r *recurrent, d []float64) float64 {
	j, noise := scaledBoth(t.J, d, d), scaledTo(t.P, d)
	fed := times(noise, transposed(j))
	margin := 1.0
	see := func(m [][]float64, rank int, size float64) {
		if rank > 0 {
			margin = math.Min(margin, dense.SingularValues(m)[rank-1]/size)
		}
	}
	p, size := dense.NormFro(noise), dense.NormFro(j)
	see(j, r.j.Rank(), size)
	see(fed, r.p.Mul(r.j.T()).Rank(), p*size)
	see(beside(j, fed), r.dimension(), size*(1+p))
	if r.s != nil {
		lambda := scaledTo(r.lag(1).Float64(), d)
		see(beside(lambda, transposed(lambda)), r.minimalDimension(), 1)
	}
	return margin
}

// conversionError bounds what an honest conversion of the network may miss the
// numbers of its LDS by, in units of the deviations d. With orthonormal
// loadings, ‖δG‖ ≤ u‖P‖ moves P N G⁻ NᵀP by the fraction ‖P‖/λ_min(G) at most;
// bases of J's ranges are known to u‖J‖/s_min(J).
func (t *network) conversionError(r *recurrent, got theorems.LatentSystem, d []float64) rounding {
	n := t.Units()
	j := scaledBoth(t.J, d, d)
	noise := scaledTo(t.P, d)
	p := dense.NormFro(noise)
	kappa := 1.0
	if rank := r.j.Rank(); rank > 0 {
		kappa += condition(j, rank)
		rows := orthonormal(transposed(j), rank)
		gram := times(transposed(rows), times(noise, rows))
		if fed := r.p.Mul(r.j.T()).Rank(); fed > 0 {
			kappa += p / dense.SingularValues(gram)[fed-1]
		}
	}
	relative := operations(n) * t.u * kappa
	m, w := scaledSides(t.M, d, ones(t.Rank())), scaledSides(t.N, inverses(d), ones(t.Rank()))
	size := math.Max(dense.NormFro(j), dense.NormFro(m)*dense.NormFro(w))
	if len(got.A) == 0 {
		return rounding{r: relative * p, dynamics: size, lost: relative * size * p}
	}
	read := scaledSides(got.C, d, ones(len(got.A)))
	s := dense.SingularValues(read)
	base := s[0] / s[len(s)-1]
	left := base / s[0] // ‖U^L‖
	start := 0.0
	for i, x := range t.Mean {
		start = math.Max(start, math.Abs(x)/orOne(d[i]))
	}
	return rounding{
		a: relative * size * base, c: relative * dense.NormFro(read), q: relative * p * left * left, r: relative * p,
		dynamics: size * base, lost: relative * size * p,
		mean: relative * size * left * start * float64(n),
		cov:  relative * left * left * (size*size*dense.NormFro(scaledTo(t.Cov, d)) + p),
	}
}

// inverses returns 1/d_i, 0 standing for 1.
func inverses(d []float64) []float64 {
	out := make([]float64, len(d))
	for i, x := range d {
		out[i] = 1 / orOne(x)
	}
	return out
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
