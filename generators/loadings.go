package generators

import (
	"math"
	"math/rand/v2"
)

// loadings are M and N (both N×R) whose overlap NᵀM is a given stable T, and
// columns that span the null space of Nᵀ (N×(N−R)), nil where they are not
// known. In exact arithmetic, and in float64 too: entries have few bits.
type loadings struct {
	m, n, silent [][]float64
	noise        *covariance // P that they were made for, if any
}

// withOverlap has N = [I; X] and M = [T − XᵀY; Y], then NᵀM = T. Local ones
// have X = 0: only the first R units send. With independent, M has rank R even
// where T has not, if N ≥ 2R: Y has a triangular block of ones on its diagonal.
func withOverlap(rng *rand.Rand, units int, t [][]float64, local, independent bool) loadings {
	rank := len(t)
	l := loadings{m: zeros(units, rank), n: zeros(units, rank), silent: zeros(units, units-rank)}
	for i := rank; i < units; i++ {
		for r := range rank {
			l.m[i][r] = integer(rng, 4) / 4
			if !local {
				l.n[i][r] = integer(rng, 2) / 2
			}
			if d := i - rank; independent && d < rank && r <= d {
				l.m[i][r] = 0
				if r == d {
					l.m[i][r] = nonzeroInteger(rng, 1)
				}
			}
			l.silent[r][i-rank] = -l.n[i][r]
		}
		l.silent[i][i-rank] = 1
	}
	for a := range rank {
		l.n[a][a] = 1
		for b := range rank {
			l.m[a][b] = t[a][b]
			for i := rank; i < units; i++ {
				l.m[a][b] -= l.n[i][a] * l.m[i][b]
			}
		}
	}
	return l
}

// mix replaces M by M G and N by N G⁻ᵀ, G an integer shear: J stays.
func (l loadings) mix(rng *rand.Rand, times int) {
	rank := len(l.m[0])
	if rank < 2 {
		return
	}
	for range times {
		i := rng.IntN(rank)
		j := (i + 1 + rng.IntN(rank-1)) % rank
		sign := nonzeroInteger(rng, 1)
		for u := range l.m {
			l.m[u][j] += sign * l.m[u][i]
			l.n[u][i] -= sign * l.n[u][j]
		}
	}
}

// grade scales a column of M by 2^e and that of N by 2^−e: J stays.
func (l loadings) grade(rng *rand.Rand) {
	for r := range l.m[0] {
		e := rng.IntN(17) - 8
		for i := range l.m {
			l.m[i][r], l.n[i][r] = math.Ldexp(l.m[i][r], e), math.Ldexp(l.n[i][r], -e)
		}
	}
}

// halves returns multiples of ½ between −2 and 2.
func halves(rng *rand.Rand, rows, cols int) [][]float64 {
	a := zeros(rows, cols)
	for i := range a {
		for j := range a[i] {
			a[i][j] = integer(rng, 4) / 2
		}
	}
	return a
}

// unrelated are random loadings, M scaled to ‖NᵀM‖_F < 1.
func unrelated(rng *rand.Rand, units, rank int) loadings {
	l := loadings{m: halves(rng, units, rank), n: halves(rng, units, rank)}
	l.scaleOverlap()
	return l
}

func (l loadings) scaleOverlap() {
	sum := 0.0
	for _, row := range multiply(transpose(l.n), l.m) {
		for _, x := range row {
			sum = math.Hypot(sum, x)
		}
	}
	_, e := math.Frexp(sum)
	for i := range l.m {
		for r := range l.m[i] {
			l.m[i][r] = math.Ldexp(l.m[i][r], -e)
		}
	}
}

// symmetric has M = N diag(s), and so J = Jᵀ, scaled to ‖NᵀM‖_F < 1.
func symmetric(rng *rand.Rand, units, rank int) loadings {
	n := injective(rng, units, rank)
	l := loadings{m: zeros(units, rank), n: n, silent: nil}
	for r := range rank {
		s := nonzeroInteger(rng, 7) / 8
		for i := range units {
			l.m[i][r] = s * n[i][r]
		}
	}
	l.scaleOverlap()
	return l
}

// reversible has N = P⁻¹M for a diagonal P of powers of two: J P = M Mᵀ is
// symmetric and range P N that of M, so that R latents suffice (S7).
func reversible(rng *rand.Rand, units, rank int) loadings {
	l := symmetric(rng, units, rank)
	p := covariance{diag: make([]float64, units)}
	same := rng.IntN(2) == 0
	for i := range units {
		p.diag[i] = math.Ldexp(1, rng.IntN(4)-2)
		if same {
			p.diag[i] = p.diag[0]
		}
		for r := range rank {
			l.n[i][r] = l.m[i][r] / p.diag[i]
		}
	}
	l.scaleOverlap()
	l.noise = &p
	return l
}

// dependent adds a column that leaves J as it is: one that M or N has as 0, or
// one that shares a column of both.
func (l *loadings) dependent(rng *rand.Rand, shared bool) {
	units, kind, r := len(l.m), rng.IntN(2), rng.IntN(len(l.m[0]))
	if shared {
		kind = rng.IntN(3)
	}
	for i := range units {
		m, n := l.m[i][r], l.n[i][r]
		switch kind {
		case 0:
			m, n = 0, integer(rng, 2)
			l.silent = nil // Nᵀ has a row more
		case 1:
			m, n = integer(rng, 2), 0
		default:
			l.n[i][r] = n / 4
			n -= n / 4
		}
		l.m[i], l.n[i] = append(l.m[i], m), append(l.n[i], n)
	}
}

// vanishing has J = 0: M or N is 0, or two columns cancel.
func vanishing(rng *rand.Rand, units, rank int) loadings {
	l := loadings{m: halves(rng, units, rank), n: halves(rng, units, rank)}
	switch kind := rng.IntN(3); {
	case kind == 0 || rank < 2 && kind == 2:
		l.m = zeros(units, rank)
	case kind == 1:
		l.n = zeros(units, rank)
	default:
		for i := range units {
			for r := range rank {
				switch {
				case r == 1:
					l.m[i][1], l.n[i][1] = l.m[i][0], -l.n[i][0]
				case r > 1:
					l.m[i][r] = 0
				}
			}
		}
	}
	return l
}
