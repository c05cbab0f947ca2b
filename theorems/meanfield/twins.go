package meanfield

import (
	"math"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
	"gonum.org/v1/gonum/mat"
)

// naive is a population at κ as twins compute with it: its moments, the law of
// its net inputs, and the averages that F is made of.
type naive struct {
	model.Moments
	phi          model.Nonlinearity
	kappa        []float64
	mu, delta    float64
	c            []float64 // Σ_nm κ + Σ_nI
	value, slope float64   // ⟨φ⟩, ⟨φ'⟩; taken anew where a twin moves μ or Δ
}

// naively returns what a mixture's populations are at κ.
func naively(m *model.Mixture, kappa []float64) []naive {
	out := make([]naive, m.Populations())
	for p := range out {
		in := naive{Moments: m.Moments(p), phi: m.Nonlinearity(), kappa: kappa}
		in.mu, in.delta = in.MeanI, in.VarI
		in.c = append([]float64(nil), in.CovNI...)
		for r, k := range kappa {
			in.mu += in.MeanM[r] * k
			in.delta += 2 * k * in.CovMI[r]
			for s, l := range kappa {
				in.delta += k * in.CovMM[r][s] * l
				in.c[r] += in.CovNM[r][s] * l
			}
		}
		in.delta = max(in.delta, 0)
		in.average()
		out[p] = in
	}
	return out
}

// average takes the averages; ⟨φ'⟩ is left 0 where φ has none.
func (in *naive) average() {
	in.delta = max(in.delta, 0)
	in.value, _ = average(in.phi, 0, in.mu, in.delta)
	in.slope, _ = average(in.phi, 1, in.mu, in.delta)
}

func average(phi model.Nonlinearity, order int, mu, delta float64) (float64, error) {
	a, err := phi.Averages(mu, delta, order+1)
	return [...]float64{a.Value, a.Prime}[order], err
}

// breakField has the mean field computed with one mistake in each population.
func breakField(s theorems.Subject, wrong func(*naive)) theorems.Subject {
	s.MeanField = func(m *model.Mixture, kappa []float64) ([]float64, error) {
		out := make([]float64, len(kappa))
		for r, k := range kappa {
			out[r] = -k
		}
		for _, in := range naively(m, kappa) {
			mu, delta := in.mu, in.delta
			wrong(&in)
			if in.mu != mu || in.delta != delta {
				in.average()
			}
			for r := range out {
				out[r] += in.Weight * (in.MeanN[r]*in.value + in.c[r]*in.slope)
			}
		}
		return out, nil
	}
	return s
}

// fieldTwin gets the mean field wrong.
func fieldTwin(name, mistake string, wrong func(*naive)) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject { return breakField(s, wrong) }}
}

// frozenSpreadJacobian is DF with Δ taken not to depend on κ.
func frozenSpreadJacobian(m *model.Mixture, kappa []float64) ([][]float64, error) {
	out := make([][]float64, len(kappa))
	for r := range out {
		out[r] = make([]float64, len(kappa))
		out[r][r] = -1
	}
	for _, in := range naively(m, kappa) {
		a, err := in.phi.Averages(in.mu, in.delta, 4)
		if err != nil {
			return nil, err
		}
		for r := range out {
			for q := range out {
				out[r][q] += in.Weight * (in.MeanN[r]*a.Prime*in.MeanM[q] + a.Prime*in.CovNM[r][q] + in.c[r]*a.Second*in.MeanM[q])
			}
		}
	}
	return out, nil
}

// hermiteNodes are those of the Gauss–Hermite rule of 20 nodes for the normal
// law, and its weights: eigenvalues, and first entries squared, of the matrix of
// the recurrence (Golub and Welsch).
var hermiteNodes, hermiteWeights = func() (nodes, weights []float64) {
	const n = 20
	recurrence := mat.NewSymDense(n, nil)
	for k := 1; k < n; k++ {
		recurrence.SetSym(k-1, k, math.Sqrt(float64(k)))
	}
	var eig mat.EigenSym
	eig.Factorize(recurrence, true)
	var v mat.Dense
	eig.VectorsTo(&v)
	for k := range n {
		weights = append(weights, v.At(0, k)*v.At(0, k))
	}
	return eig.Values(nil), weights
}()

// hermite is E f(μ + √Δ z) by 20 nodes.
func hermite(f func(float64) float64, mu, delta float64) float64 {
	sum := 0.0
	for k, z := range hermiteNodes {
		sum += hermiteWeights[k] * f(mu+math.Sqrt(delta)*z)
	}
	return sum
}
