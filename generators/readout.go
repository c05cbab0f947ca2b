package generators

import (
	"math/rand/v2"
)

// drawReadOut draws C (N×K): halves, injective, zero, or blind to a latent.
func (s *System) drawReadOut(rng *rand.Rand, o SystemOptions, n, k int) {
	kind := rng.IntN(6)
	if o.InjectiveC {
		kind = 0
	}
	switch {
	case kind == 0 && k <= n:
		s.C = injective(rng, n, k)
		mixColumns(rng, s.C)
		return
	case kind == 1:
		s.C = zeros(n, k)
		return
	}
	s.C = zeros(n, k)
	blind := -1
	if kind == 2 && k > 0 {
		blind = rng.IntN(k)
	}
	for i := range s.C {
		for j := range s.C[i] {
			if j != blind {
				s.C[i][j] = integer(rng, 4) / 2
			}
		}
	}
}

// injective returns [I; X] (n×k), X of halves.
func injective(rng *rand.Rand, n, k int) [][]float64 {
	c := zeros(n, k)
	for i := range c {
		for j := range c[i] {
			switch {
			case i == j:
				c[i][j] = 1
			case i >= k:
				c[i][j] = integer(rng, 2) / 2
			}
		}
	}
	return c
}

// mixColumns multiplies by a few integer shears: the range stays.
func mixColumns(rng *rand.Rand, c [][]float64) {
	k := len(c[0])
	if k < 2 {
		return
	}
	for range rng.IntN(3) {
		i := rng.IntN(k)
		j := (i + 1 + rng.IntN(k-1)) % k
		sign := nonzeroInteger(rng, 1)
		for _, row := range c {
			row[j] += sign * row[i]
		}
	}
}

// drawCleanReadOut draws C and R_v with an L such that L C = I and L R_v = 0:
// with C = [I; X] and L = [I − Z X, Z], noise F = [−Z; I − X Z] W has L F = 0.
// L reads no unit i ≥ K whose column of Z is 0: it may have noise of its own.
func (s *System) drawCleanReadOut(rng *rand.Rand, n, k int) {
	s.C = injective(rng, n, k)
	s.RDiag = make([]float64, n)
	if extra := n - k; extra > 0 && rng.IntN(4) > 0 {
		x := s.C[k:]
		z := zeros(k, extra)
		for j := range extra {
			if rng.IntN(2) == 0 {
				s.RDiag[k+j] = float64(rng.IntN(16)) / 8
				continue
			}
			for i := range z {
				z[i][j] = integer(rng, 1)
			}
		}
		w := quarters(rng, extra, 1+rng.IntN(2))
		zw := multiply(z, w)
		xzw := multiply(x, zw)
		s.RFactor = zeros(n, len(w[0]))
		for j := range w[0] {
			for i := range k {
				s.RFactor[i][j] = -zw[i][j]
			}
			for i := range extra {
				s.RFactor[k+i][j] = w[i][j] - xzw[i][j]
			}
		}
	}
	mixColumns(rng, s.C)
}

// drawMovingAverage draws one unit that reads a chain of past noises,
// y_t = Σ c_i w_{t−1−i}, free of other noise: zeros of Σ c_i zⁱ inside, on or
// outside the unit circle are what a Riccati equation can stick at.
func (s *System) drawMovingAverage(rng *rand.Rand, k int, onCircle bool) {
	s.Tags = nil
	s.A, s.C = zeros(k, k), zeros(1, k)
	for i := 1; i < k; i++ {
		s.A[i][i-1] = 1
	}
	s.QDiag, s.QFactor, s.RDiag, s.RFactor = make([]float64, k), nil, []float64{0}, nil
	s.QDiag[0] = float64(1+rng.IntN(8)) / 4
	s.C[0][0] = 1
	last := 1 + rng.IntN(k-1) // c_0 + c_last z^last
	s.C[0][last] = nonzeroInteger(rng, 4) / 2
	if onCircle {
		s.C[0][last], s.C[0][1] = 0, nonzeroInteger(rng, 1)
		last = 1
	}
	switch c := s.C[0][last]; {
	case c == 1 || c == -1:
		s.tag("zero on the unit circle")
	case c > 1 || c < -1:
		s.tag("zero outside the unit circle")
	}
	s.tag("moving average")
}
