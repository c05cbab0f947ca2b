package gaussian

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"sync"

	"github.com/rankproof/rankproof/oracles/exact"
)

// LDS is the process x_{t+1} = A x_t + w_t, y_t = C x_t + v_t with independent white w ~ N(0, Q) and v ~ N(0, R).
//
// A (K×K), C (N×K), Q (K×K), R (N×N). There may be no latents: then A and Q have no rows, those of C no entries, and N is that of R.
type LDS struct {
	A, C, Q, R [][]float64
	Mean       []float64   // of x_1 (K); nil: zero
	Cov        [][]float64 // of x_1 (K×K); nil: the stationary law, of mean zero
}

// RNN is the process y_{t+1} = J y_t + ε_t with white ε ~ N(0, P). J (N×N), P (N×N).
type RNN struct {
	J, P [][]float64
	Mean []float64   // of y_0 (N), a step before the first observation; nil: zero
	Cov  [][]float64 // of y_0 (N×N); nil: the stationary law, of mean zero
}

// Process is what there is to say about (y_1 … y_T), for every T.
type Process struct {
	units, latents int
	coarse         *chain
	fine           func() (*chain, error) // of higher precision
	amplification  func() float64
}

// coarsePrecision is seven words; fineFactor times as many bits decide what these do not.
const (
	coarsePrecision = 448
	fineFactor      = 4
	finestPrecision = coarsePrecision * 64
)

// Process returns the law of the observations.
//
// The error names what has the wrong shape, is not finite, or not symmetric. It wraps ErrUnstable if the stationary law was asked
// for and there is none; that is decided rigorously.
func (s LDS) Process() (*Process, error) {
	k, n := len(s.A), len(s.R)
	err := errors.Join(
		checkShape("A", s.A, k, k), checkShape("C", s.C, n, k),
		checkCovariance("Q", s.Q, k), checkCovariance("R", s.R, n),
		checkLaw(s.Mean, s.Cov, k))
	if err != nil {
		return nil, err
	}
	return newProcess(s.A, func(prec uint) (*chain, error) {
		c := &chain{prec: prec, units: n, a: fromRows(prec, k, k, s.A), q: fromRows(prec, k, k, s.Q), c: fromRows(prec, n, k, s.C), r: fromRows(prec, n, n, s.R)}
		return c, c.start(s.Mean, s.Cov)
	})
}

// Process returns the law of the observations y_1, y_2, …, as that of LDS does.
func (s RNN) Process() (*Process, error) {
	n := len(s.J)
	if err := errors.Join(checkShape("J", s.J, n, n), checkCovariance("P", s.P, n), checkLaw(s.Mean, s.Cov, n)); err != nil {
		return nil, err
	}
	return newProcess(s.J, func(prec uint) (*chain, error) {
		c := &chain{prec: prec, units: n, a: fromRows(prec, n, n, s.J), q: fromRows(prec, n, n, s.P)}
		if err := c.start(s.Mean, s.Cov); err != nil {
			return nil, err
		}
		return c.step(), nil // from y_0 to y_1
	})
}

// start sets the law of the first state.
func (c *chain) start(mean []float64, cov [][]float64) error {
	k := c.a.rows
	c.mean = newVector(c.prec, k)
	c.stationary = cov == nil || k == 0
	if c.stationary {
		v, g, err := stationary(c.a, c.q)
		if err != nil {
			return err
		}
		c.cov, c.spread = v, multiple(roundingScale(c.a, v, c.q), k).times(g.rounded(spreadPrecision))
		return nil
	}
	if mean != nil {
		c.mean = fromValues(c.prec, mean)
	}
	c.cov = fromRows(c.prec, k, k, cov)
	c.spread = multiple(c.cov.largest(), k)
	return nil
}

// newProcess builds at the lowest precision that decides whether there is a stationary law.
func newProcess(a [][]float64, build func(prec uint) (*chain, error)) (*Process, error) {
	c, prec, err := atLowestPrecision(a, build)
	if err != nil {
		return nil, err
	}
	p := &Process{units: c.units, latents: len(a), coarse: c}
	p.fine = sync.OnceValues(func() (*chain, error) { return build(prec * fineFactor) })
	p.amplification = sync.OnceValue(func() float64 { return amplification(a) })
	return p, nil
}

// Units returns N.
func (p *Process) Units() int { return p.units }

// Latents returns the dimension of the state: K for an LDS, N for an RNN.
func (p *Process) Latents() int { return p.latents }

// Amplification returns a bound on ‖(V ↦ V − A V Aᵀ)⁻¹‖, by which an error in Q is amplified in the stationary covariance; +Inf unless A
// is stable, 0 without latents. For an RNN, A is J.
//
// The operator's inverse keeps the order of symmetric matrices, so that its norm from 2-norm to 2-norm is that of its image of the
// identity, G. The bound is ‖G‖_∞, at most √K times the norm.
func (p *Process) Amplification() float64 { return p.amplification() }

func amplification(a [][]float64) float64 {
	k := len(a)
	norm, _, err := atLowestPrecision(a, func(prec uint) (*big.Float, error) {
		_, g, err := stationary(fromRows(prec, k, k, a), newMatrix(prec, k, k))
		if err != nil {
			return nil, err
		}
		return g.normInf(), nil
	})
	if err != nil {
		return math.Inf(1)
	}
	bound, _ := norm.Float64()
	return bound
}

// atLowestPrecision builds what needs to know whether A is stable, at the lowest precision that decides it, and returns that too.
func atLowestPrecision[T any](a [][]float64, build func(prec uint) (T, error)) (built T, prec uint, err error) {
	prec = coarsePrecision
	built, err = build(prec)
	if errors.Is(err, ErrUndecided) {
		if exactly, convertErr := exact.FromFloat64(a); convertErr != nil || exactly.CharPoly().UnitDisc() != exact.Inside {
			err = ErrUnstable
		}
	}
	for errors.Is(err, ErrUndecided) && prec < finestPrecision {
		prec *= fineFactor
		built, err = build(prec)
	}
	switch {
	case errors.Is(err, ErrUnstable):
		err = fmt.Errorf("%w: %s", ErrUnstable, spectralRadius(a))
	case err != nil:
		err = fmt.Errorf("%w: %d bits", err, prec)
	}
	return built, prec, err
}

// Mean returns the mean of (y_1 … y_steps), N·steps numbers, the units of one time together.
func (p *Process) Mean(steps int) []float64 { return float64s(p.law(steps).mean) }

// Covariance returns the covariance of (y_1 … y_steps), N·steps × N·steps, the units of one time together.
func (p *Process) Covariance(steps int) [][]float64 { return p.law(steps).cov.float64s() }

// Autocovariance returns Cov(y_{1+k}, y_1), N×N: Λ_k of a stationary process.
func (p *Process) Autocovariance(k int) [][]float64 {
	if k < 0 {
		panic(fmt.Sprintf("gaussian: autocovariance at the lag %d", k))
	}
	return p.coarse.lags(k + 1)[k].float64s()
}

// StateCovariance returns Var(x_1), K×K, which is V of a stationary LDS; of an RNN it is Var(y_1).
func (p *Process) StateCovariance() [][]float64 { return p.coarse.cov.float64s() }

func (p *Process) law(steps int) *law {
	mustBeSteps(steps)
	return p.coarse.joint(steps)
}

func mustBeSteps(steps int) {
	if steps < 0 {
		panic(fmt.Sprintf("gaussian: %d time steps", steps))
	}
}

// decided runs f at the coarse precision, and if that does not decide at the fine one.
func (p *Process) decided(f func(*chain, thresholds) error) error {
	err := f(p.coarse, coarseThresholds(p.coarse.prec))
	if errors.Is(err, ErrUndecided) {
		var fine *chain
		if fine, err = p.fine(); err == nil {
			err = f(fine, fineThresholds(fine.prec))
		}
	}
	return err
}

func checkShape(name string, m [][]float64, rows, cols int) error {
	if len(m) != rows {
		return fmt.Errorf("gaussian: %s has %d rows, not %d", name, len(m), rows)
	}
	for i, row := range m {
		if len(row) != cols {
			return fmt.Errorf("gaussian: row %d of %s has %d entries, not %d", i, name, len(row), cols)
		}
		for j, v := range row {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("gaussian: entry (%d,%d) of %s is %v", i, j, name, v)
			}
		}
	}
	return nil
}

func checkCovariance(name string, m [][]float64, n int) error {
	if err := checkShape(name, m, n, n); err != nil {
		return err
	}
	for i := range n {
		for j := range i {
			if m[i][j] != m[j][i] {
				return fmt.Errorf("gaussian: %s is not symmetric: %v at (%d,%d), %v at (%d,%d)", name, m[i][j], i, j, m[j][i], j, i)
			}
		}
	}
	return nil
}

func checkLaw(mean []float64, cov [][]float64, n int) error {
	if mean != nil {
		if err := checkShape("the initial mean", [][]float64{mean}, 1, n); err != nil {
			return err
		}
	}
	if cov != nil {
		return checkCovariance("the initial covariance", cov, n)
	}
	for i, m := range mean {
		if m != 0 {
			return fmt.Errorf("gaussian: a stationary law has mean zero, and entry %d of the initial mean is %v", i, m)
		}
	}
	return nil
}
