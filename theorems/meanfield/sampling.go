package meanfield

import (
	"hash/fnv"
	"math"
	"math/rand/v2"

	"github.com/rankproof/rankproof/generators"
)

// randomOf returns a source of random numbers for what is claimed of every network
// and start: the same for instances that are near each other, among which a
// margin can be climbed. What is claimed of a mean takes theorems.Chance.
func randomOf(numbers ...[]float64) *rand.Rand {
	h := fnv.New64a()
	for _, v := range numbers {
		for _, x := range v {
			bits := math.Float64bits(x)
			var b [8]byte
			for i := range b {
				b[i] = byte(bits >> (8 * i))
			}
			h.Write(b[:])
		}
	}
	return rand.New(rand.NewPCG(h.Sum64(), 0x6d65616e6669656c))
}

// unitSampler draws units of a mixture for oracles: a population by its weight,
// and (m, n, I) = mean + L z.
type unitSampler struct {
	rng     *rand.Rand
	shares  []float64 // cumulative
	mean    [][]float64
	factor  [][][]float64
	z, unit []float64
}

func newUnitSampler(rng *rand.Rand, c generators.Mixture) *unitSampler {
	s := &unitSampler{rng: rng, unit: make([]float64, 2*c.Rank()+1)}
	total := 0.0
	for p, weight := range c.Weights() {
		total += weight
		s.shares = append(s.shares, total)
		s.mean = append(s.mean, c.Mean(p))
		var rows [][]float64
		if len(c.FactorM) > 0 {
			rows = append(append(append(rows, c.FactorM[p]...), c.FactorN[p]...), c.FactorI[p])
			s.z = make([]float64, len(c.FactorI[p]))
		}
		s.factor = append(s.factor, rows)
	}
	return s
}

// next returns (m, n, I) of a unit, valid until the next call.
func (s *unitSampler) next() []float64 {
	p, x := 0, s.rng.Float64()*s.shares[len(s.shares)-1]
	for p < len(s.shares)-1 && x >= s.shares[p] {
		p++
	}
	copy(s.unit, s.mean[p])
	for k := range s.z {
		s.z[k] = s.rng.NormFloat64()
	}
	for i, row := range s.factor[p] {
		for k, l := range row {
			s.unit[i] += l * s.z[k]
		}
	}
	return s.unit
}

// netInputAt returns x = m·κ + I of a unit.
func netInputAt(unit, kappa []float64) float64 {
	x := unit[2*len(kappa)]
	for r, k := range kappa {
		x += unit[r] * k
	}
	return x
}
