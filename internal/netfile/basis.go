package netfile

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"github.com/rankproof/rankproof/internal/npz"
)

// mixture is what loadings and input weights of a basis have in common.
type mixture struct {
	basis       *npz.Array // B×N
	labels      []int      // N
	populations int        // P
}

// sampledLoadings computes M and N (N×R) from a basis.
func (s *source) sampledLoadings() (m, n *mat.Dense, said string, err error) {
	b := s.c.Basis
	if s.mixture, err = s.readMixture(); err != nil {
		return nil, nil, "", err
	}
	if m, err = s.sample("m", b.MWeights, b.MBiases); err != nil {
		return nil, nil, "", err
	}
	if n, err = s.sample("n", b.NWeights, b.NBiases); err != nil {
		return nil, nil, "", err
	}
	units, rank := m.Dims()
	if _, r := n.Dims(); r != rank {
		return nil, nil, "", s.errorf("basis.n_weights: array %q gives rank R = %d, and %q gives R = %d", b.NWeights, r, b.MWeights, rank)
	}
	if rank > units {
		return nil, nil, "", s.errorf("basis.m_weights: array %q gives rank R = %d, above N = %d units", b.MWeights, rank, units)
	}
	said = fmt.Sprintf("M and N sampled: m[i,r] = Σ_b %s[r,p,b] · %s[b,i] + %s[r,p], n with %s and %s, p = %s[i] of %d populations",
		b.MWeights, b.Basis, zeroIfNone(b.MBiases), b.NWeights, zeroIfNone(b.NBiases), b.Labels, s.mixture.populations)
	return m, n, said, nil
}

func zeroIfNone(key string) string {
	if key == None {
		return "0"
	}
	return key
}

// readMixture reads basis and labels, and takes P from the weights of m.
func (s *source) readMixture() (*mixture, error) {
	b := s.c.Basis
	basis, err := s.array("basis.basis", b.Basis)
	if err != nil {
		return nil, err
	}
	if len(basis.Shape) != 2 {
		return nil, s.errorf("basis.basis: array %q is %s, want B×N, basis by units", b.Basis, npz.ShapeString(basis.Shape))
	}
	weights, err := s.array("basis.m_weights", b.MWeights)
	if err != nil {
		return nil, err
	}
	if len(weights.Shape) != 3 {
		return nil, s.errorf("basis.m_weights: array %q is %s, want R×P×%d", b.MWeights, npz.ShapeString(weights.Shape), basis.Shape[0])
	}
	populations := weights.Shape[1]
	numbers, err := s.vector("basis.labels", b.Labels, basis.Shape[1], "a unit")
	if err != nil {
		return nil, err
	}
	labels := make([]int, len(numbers))
	for i, x := range numbers {
		if !(x >= 0 && x < float64(populations)) || x != float64(int(x)) {
			return nil, s.errorf("basis.labels: %s[%d] is %v, want one of the %d populations of %q, 0 to %d",
				b.Labels, i, x, populations, b.MWeights, populations-1)
		}
		labels[i] = int(x)
	}
	return &mixture{basis, labels, populations}, nil
}

// sample computes loadings (N×columns) from weights (columns×P×B) and biases
// (columns×P or None).
func (s *source) sample(which, weightsKey, biasesKey string) (*mat.Dense, error) {
	basis, labels, populations := s.mixture.basis, s.mixture.labels, s.mixture.populations
	depth, units := basis.Shape[0], basis.Shape[1]
	w, err := s.array("basis."+which+"_weights", weightsKey)
	if err != nil {
		return nil, err
	}
	shape := npz.ShapeString(w.Shape)
	if len(w.Shape) != 3 || w.Shape[1] != populations || w.Shape[2] != depth {
		return nil, s.errorf("basis.%s_weights: array %q is %s, want any number×%d×%d: %d populations of %q and %d rows of %q",
			which, weightsKey, shape, populations, depth, populations, s.c.Basis.MWeights, depth, basis.Name)
	}
	columns := w.Shape[0]
	if columns > npz.MaxArrayBytes/8/units {
		return nil, s.errorf("basis.%s_weights: array %q is %s, which makes %d×%d numbers, above the limit of %d",
			which, weightsKey, shape, units, columns, npz.MaxArrayBytes/8)
	}
	biases := make([]float64, columns*populations)
	if biasesKey != None {
		a, err := s.array("basis."+which+"_biases", biasesKey)
		if err != nil {
			return nil, err
		}
		if len(a.Shape) != 2 || a.Shape[0] != columns || a.Shape[1] != populations {
			return nil, s.errorf("basis.%s_biases: array %q is %s, want %d×%d, as in %q",
				which, biasesKey, npz.ShapeString(a.Shape), columns, populations, weightsKey)
		}
		biases = a.Data
	}
	out := mat.NewDense(units, columns, nil)
	for i, p := range labels {
		for r := range columns {
			sum := 0.0
			for k := range depth {
				sum += w.Data[(r*populations+p)*depth+k] * basis.Data[k*units+i]
			}
			out.Set(i, r, sum+biases[r*populations+p])
		}
	}
	return out, nil
}
