package gaussian

import (
	"fmt"
	"math/big"

	"github.com/rankproof/rankproof/oracles/exact"
)

// ExactLDS is an LDS of rational matrices: A (K×K), C (N×K), Q (K×K), R (N×N).
type ExactLDS struct {
	A, C, Q, R *exact.Matrix
	Cov        *exact.Matrix // of x_1 (K×K); nil: the stationary law
}

// ExactRNN is an RNN of rational matrices: J (N×N), P (N×N).
type ExactRNN struct {
	J, P *exact.Matrix
	Cov  *exact.Matrix // of y_0 (N×N), a step before the first observation; nil: the stationary law
}

// Joint returns the covariance of (y_1 … y_steps), N·steps × N·steps, the units of one time together. Nothing is rounded.
//
// The error wraps ErrUnstable where the stationary law is asked for and there is none. It panics on shapes that do not fit.
func (s ExactLDS) Joint(steps int) (*exact.Matrix, error) {
	v, err := s.start()
	if err != nil {
		return nil, err
	}
	return jointOf(s.A, s.Q, v, s.C, s.R, steps), nil
}

// Autocovariance returns Cov(y_{1+k}, y_1), N×N: Λ_k = C A^k V Cᵀ, and R more for k = 0, of a stationary process. Errors are those of Joint.
func (s ExactLDS) Autocovariance(k int) (*exact.Matrix, error) {
	v, err := s.start()
	if err != nil {
		return nil, err
	}
	lambda := s.C.Mul(s.A.Pow(k)).Mul(v).Mul(s.C.T())
	if k == 0 {
		lambda = lambda.Add(s.R)
	}
	return lambda, nil
}

// StateCovariance returns Var(x_1), K×K: V if the law is the stationary one. Errors are those of Joint.
func (s ExactLDS) StateCovariance() (*exact.Matrix, error) { return s.start() }

func (s ExactLDS) start() (*exact.Matrix, error) { return startOf(s.A, s.Q, s.Cov) }

// Joint returns the covariance of (y_1 … y_steps), N·steps × N·steps, as that of ExactLDS does.
func (s ExactRNN) Joint(steps int) (*exact.Matrix, error) {
	v, err := s.start()
	if err != nil {
		return nil, err
	}
	return jointOf(s.J, s.P, v, nil, nil, steps), nil
}

// Autocovariance returns Cov(y_{1+k}, y_1), N×N: Λ_k = J^k Λ_0 of a stationary process. Errors are those of Joint.
func (s ExactRNN) Autocovariance(k int) (*exact.Matrix, error) {
	v, err := s.start()
	if err != nil {
		return nil, err
	}
	return s.J.Pow(k).Mul(v), nil
}

// start returns Var(y_1).
func (s ExactRNN) start() (*exact.Matrix, error) {
	v, err := startOf(s.J, s.P, s.Cov)
	if err != nil {
		return nil, err
	}
	return s.J.Mul(v).Mul(s.J.T()).Add(s.P), nil
}

func startOf(a, q, cov *exact.Matrix) (*exact.Matrix, error) {
	if cov != nil {
		return cov, nil
	}
	if side := a.CharPoly().UnitDisc(); side != exact.Inside {
		return nil, fmt.Errorf("%w: the outermost eigenvalue is %v the unit circle", ErrUnstable, side)
	}
	return exact.Lyapunov(a, q)
}

// jointOf is written a column of blocks at a time. Without C the state is what is observed.
func jointOf(a, q, v, c, r *exact.Matrix, steps int) *exact.Matrix {
	mustBeSteps(steps)
	read := func(m *exact.Matrix) *exact.Matrix {
		if c == nil {
			return m
		}
		return c.Mul(m)
	}
	columns := make([]*exact.Matrix, steps) // the lower block triangle
	n := read(v).Rows()
	for s := range steps {
		m := read(v).T() // Cov(x_s, y_s)
		blocks := []*exact.Matrix{exact.Zero(s*n, n)}
		for t := s; t < steps; t++ {
			block := read(m)
			if t == s && r != nil {
				block = block.Add(r)
			}
			blocks = append(blocks, block)
			m = a.Mul(m)
		}
		columns[s] = exact.VStack(blocks...)
		v = a.Mul(v).Mul(a.T()).Add(q)
	}
	if steps == 0 {
		return exact.Zero(0, 0)
	}
	lower := exact.HStack(columns...)
	entries := make([][]*big.Rat, steps*n)
	for i := range entries {
		entries[i] = make([]*big.Rat, steps*n)
		for j := range entries[i] {
			entries[i][j] = lower.At(max(i, j), min(i, j))
		}
	}
	joint, err := exact.FromRat(entries)
	if err != nil {
		panic(err) // it is rectangular
	}
	return joint
}

// submatrix returns the entries in given rows and columns.
func submatrix(m *exact.Matrix, rows, columns []int) *exact.Matrix {
	return m.Columns(columns...).T().Columns(rows...).T()
}

// ConditionalCovariance returns Var(target | given) = Σ_tt − Σ_tg Σ_gg⁻ Σ_gt for coordinates of a joint covariance, which may be singular.
//
// It panics outside the matrix.
func ConditionalCovariance(joint *exact.Matrix, target, given []int) *exact.Matrix {
	cross := submatrix(joint, target, given)
	explained := cross.Mul(submatrix(joint, given, given).GeneralizedInverse()).Mul(cross.T())
	return submatrix(joint, target, target).Sub(explained)
}

// ConditionalInformationIsZero reports whether I(a; b | given) = 0, for coordinates of a joint covariance, which may be singular.
//
// That is so iff Cov(a, b | given) = 0. It panics outside the matrix.
func ConditionalInformationIsZero(joint *exact.Matrix, a, b, given []int) bool {
	both := append(append([]int{}, a...), b...)
	return ConditionalCovariance(joint, both, given).Slice(0, len(a), len(a), len(both)).IsZero()
}

// RatioOfDeterminants returns det Var(a | b, given) / det Var(a | given) = e^(−2 I(a; b | given)), for coordinates of a joint covariance.
//
// Where that is singular, the determinants are those of coordinates of a of which, given `given`, the others are functions; so
// the ratio is 0 where a function of a is determined by b and given, and not by given alone. It panics outside the matrix.
func RatioOfDeterminants(joint *exact.Matrix, a, b, given []int) *big.Rat {
	without := ConditionalCovariance(joint, a, given)
	with := ConditionalCovariance(joint, a, append(append([]int{}, b...), given...))
	independent := pivotColumns(without)
	denominator := submatrix(without, independent, independent).Det()
	return denominator.Quo(submatrix(with, independent, independent).Det(), denominator)
}

// pivotColumns returns columns that are a basis of the range: those that the ones before them do not span.
func pivotColumns(m *exact.Matrix) []int {
	var pivots []int
	for j := range m.Cols() {
		if m.Columns(append(append([]int{}, pivots...), j)...).Rank() > len(pivots) {
			pivots = append(pivots, j)
		}
	}
	return pivots
}
