package gaussian

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/stretchr/testify/require"
)

// newRand returns a generator with a fixed seed: a test does the same today and tomorrow.
func newRand(t testing.TB, seed uint64) *rand.Rand {
	t.Logf("seed: PCG(%d, 2022)", seed)
	return rand.New(rand.NewPCG(seed, 2022))
}

type rows = [][]float64

func processOf(t testing.TB, s interface{ Process() (*Process, error) }) *Process {
	t.Helper()
	p, err := s.Process()
	require.NoError(t, err)
	return p
}

func exactly(t testing.TB, m rows, ncols int) *exact.Matrix {
	t.Helper()
	if len(m) == 0 {
		return exact.Zero(0, ncols)
	}
	out, err := exact.FromFloat64(m)
	require.NoError(t, err)
	return out
}

func (s LDS) exact(t testing.TB) ExactLDS {
	k, n := len(s.A), len(s.R)
	e := ExactLDS{A: exactly(t, s.A, k), C: exactly(t, s.C, k), Q: exactly(t, s.Q, k), R: exactly(t, s.R, n)}
	if s.Cov != nil {
		e.Cov = exactly(t, s.Cov, k)
	}
	return e
}

func (s RNN) exact(t testing.TB) ExactRNN {
	n := len(s.J)
	e := ExactRNN{J: exactly(t, s.J, n), P: exactly(t, s.P, n)}
	if s.Cov != nil {
		e.Cov = exactly(t, s.Cov, n)
	}
	return e
}

// requireNear compares with a value that is known up to its last bits. NaN is not near; equal infinities are.
func requireNear(t testing.TB, want, got float64, units float64, message string, args ...any) {
	t.Helper()
	if want == got {
		return
	}
	if err := math.Abs(got - want); !(err <= units*0x1p-53*math.Abs(want)) {
		require.Failf(t, "not near", "want %v, got %v: "+message, append([]any{want, got}, args...)...)
	}
}

// requireRounded compares matrices of rounded numbers: entries are the nearest numbers to the exact ones, what cancels to zero aside, of
// which 2^-300 of the largest entry may be left.
func requireRounded(t testing.TB, want *exact.Matrix, got rows, largest float64) {
	t.Helper()
	require.Len(t, got, want.Rows())
	for i, row := range want.Float64() {
		require.Len(t, got[i], len(row))
		for j, v := range row {
			if v == 0 {
				require.LessOrEqual(t, math.Abs(got[i][j]), 0x1p-300*largest, "(%d,%d)", i, j)
				continue
			}
			require.Equal(t, v, got[i][j], "(%d,%d)", i, j)
		}
	}
}

func largestOf(m *exact.Matrix) float64 {
	most := 0.0
	for _, row := range m.Float64() {
		for _, v := range row {
			most = max(most, math.Abs(v))
		}
	}
	return most
}

// logOf returns ln x, x ≥ 0, by the standard library's logarithms, of an argument that is rounded where that does not matter.
func logOf(x *big.Rat) float64 {
	if d, _ := new(big.Rat).Sub(x, big.NewRat(1, 1)).Float64(); math.Abs(d) < 0.5 {
		return math.Log1p(d)
	}
	v, _ := x.Float64()
	return math.Log(v)
}

// randomSquare returns small multiples of 1/8 or a structured matrix; it may be unstable.
func randomSquare(r *rand.Rand, n int) rows {
	m := zeros(n, n)
	kind := r.IntN(5)
	for i := range n {
		for j := range n {
			switch {
			case kind == 0 && j <= i: // nilpotent
			case kind == 1 && i != j: // diagonal
			case kind == 2 && (i+j)%2 == 0: // sparse
			default:
				m[i][j] = float64(r.IntN(9)-4) / 8
			}
		}
	}
	if kind == 3 { // of rank one
		for i := range n {
			for j := range n {
				m[i][j] = m[i][0] * m[0][j]
			}
		}
	}
	return m
}

// randomGram returns B Bᵀ for small integers B, of a random rank.
func randomGram(r *rand.Rand, n int) rows {
	rank := r.IntN(n + 1)
	b := zeros(n, rank)
	for i := range b {
		for j := range b[i] {
			b[i][j] = float64(r.IntN(5) - 2)
		}
	}
	out := zeros(n, n)
	for i := range n {
		for j := range n {
			for k := range rank {
				out[i][j] += b[i][k] * b[j][k]
			}
		}
	}
	return out
}

func zeros(n, m int) rows {
	out := make(rows, n)
	for i := range out {
		out[i] = make([]float64, m)
	}
	return out
}

func isStable(t testing.TB, a rows) bool {
	return exactly(t, a, 0).CharPoly().UnitDisc() == exact.Inside
}

// randomLDS has zero to three latents and one to three units; half are stationary, all others have a law to start with.
func randomLDS(t testing.TB, r *rand.Rand) LDS {
	k, n := r.IntN(4), 1+r.IntN(3)
	s := LDS{A: randomSquare(r, k), C: zeros(n, k), Q: randomGram(r, k), R: randomGram(r, n)}
	for i := range s.C {
		for j := range s.C[i] {
			s.C[i][j] = float64(r.IntN(5) - 2)
		}
	}
	if !isStable(t, s.A) || r.IntN(2) == 0 {
		s.Cov = randomGram(r, k)
		for range k {
			s.Mean = append(s.Mean, float64(r.IntN(5)-2))
		}
	}
	return s
}

func randomRNN(t testing.TB, r *rand.Rand) RNN {
	n := 1 + r.IntN(4)
	s := RNN{J: randomSquare(r, n), P: randomGram(r, n)}
	if !isStable(t, s.J) || r.IntN(2) == 0 {
		s.Cov = randomGram(r, n)
		for range n {
			s.Mean = append(s.Mean, float64(r.IntN(5)-2))
		}
	}
	return s
}
