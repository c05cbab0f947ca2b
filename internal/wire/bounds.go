package wire

import (
	"fmt"

	"github.com/rankproof/rankproof/model"
)

// mostPoints is how many fixed points, or points of an orbit, a result may have:
// claims compare each with each, 1024 of them within 0.3 s.
const mostPoints = 1024

// mostLatents is how many latents, or columns of loadings or factors, a result
// may have beside those that its problem has: minimal ones are at most its units
// and its ranks twice over, and twice as many are let pass.
func mostLatents(sizes ...int) int {
	sum := 1
	for _, n := range sizes {
		sum += n
	}
	return 4 * sum
}

// checkMost refuses more of something than most.
func checkMost(name string, n, most int) error {
	if n > most {
		return fmt.Errorf("%s: %d, want at most %d", name, n, most)
	}
	return nil
}

// widthOf returns the columns of a matrix.
func widthOf[T any](m [][]T) int {
	if len(m) == 0 {
		return 0
	}
	return len(m[0])
}

// checkFactor refuses a factor of more columns than a covariance needs.
func (n Noise) checkFactor(name string, units int) error {
	return checkMost("columns of the factor of "+name, widthOf(n.Factor), mostLatents(units))
}

// checkLatents refuses an LDS of more latents than most.
func (l LDS) checkLatents(op string, most int) error {
	return shaped(op, checkMost("latents of lds.A", max(len(l.A), widthOf(l.C)), most))
}

// checkRank refuses loadings of more columns than most.
func (net LinearRNN) checkRank(op string, most int) error {
	for _, m := range []struct {
		name string
		rows *[][]float64
	}{{"rnn.M", net.M}, {"rnn.N", net.N}} {
		if m.rows != nil {
			if err := shaped(op, checkMost("columns of "+m.name, widthOf(*m.rows), most)); err != nil {
				return err
			}
		}
	}
	return nil
}

// check refuses more eigenvalues than there are units, and more of one.
func (r *spectrumResult) check(units int) error {
	checks := []error{checkMost("entries of values", len(r.Values), units), checkMost("entries of trivial", len(r.Trivial), units)}
	for k, t := range r.Trivial {
		checks = append(checks, checkMost(fmt.Sprintf("trivial[%d].count", k), t.Count, units))
		if t.Count < 0 {
			checks = append(checks, fmt.Errorf("trivial[%d].count is %d, want at least 0", k, t.Count))
		}
	}
	return shaped("spectrum", checks...)
}

// rankOf returns R of loadings, N without.
func rankOf(net *model.LinearRNN) int {
	if m, _, ok := net.Loadings(); ok {
		return widthOf(rowsOf(m))
	}
	return net.Units()
}
