package generators

import "math"

// contracts reports whether the spectral radius of a square matrix is seen to
// be below 1. The eigenvalues are those of the blocks on its diagonal that
// remain once units are ordered by who reaches whom; a block of one unit is
// its own eigenvalue, one of more units contracts if a power of it does.
// Shrinking asks it of every step; no verdict rests on it.
func contracts(a [][]float64) bool {
	done := make([]bool, len(a))
	reach := reachable(a)
	for i := range a {
		if done[i] {
			continue
		}
		block := []int{i}
		for j := range a {
			if j != i && reach[i][j] && reach[j][i] {
				block = append(block, j)
			}
		}
		for _, j := range block {
			done[j] = true
		}
		if len(block) == 1 {
			if !(math.Abs(a[i][i]) < 1) {
				return false
			}
		} else if !powersVanish(selected(a, block)) {
			return false
		}
	}
	return true
}

// reachable reports from which unit which other can be reached.
func reachable(a [][]float64) [][]bool {
	reach := make([][]bool, len(a))
	for i := range a {
		reach[i] = make([]bool, len(a))
		for j := range a[i] {
			reach[i][j] = a[i][j] != 0
		}
	}
	for k := range a {
		for i := range a {
			for j := range a {
				reach[i][j] = reach[i][j] || reach[i][k] && reach[k][j]
			}
		}
	}
	return reach
}

func selected(a [][]float64, units []int) [][]float64 {
	out := zeros(len(units), len(units))
	for i := range units {
		for j := range units {
			out[i][j] = a[units[i]][units[j]]
		}
	}
	return out
}

// powersVanish squares until a norm is below ½, for as long as rounding does
// not matter.
func powersVanish(a [][]float64) bool {
	for range 20 {
		sum := 0.0
		for _, row := range a {
			for _, x := range row {
				sum += x * x
			}
		}
		switch {
		case sum < 0.25:
			return true
		case !(sum < 1e200):
			return false
		}
		a = multiply(a, a)
	}
	return false
}
