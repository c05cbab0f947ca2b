package meanfield

import (
	"github.com/rankproof/rankproof/model"
	"gonum.org/v1/gonum/mat"
)

// transposedOverlap returns m with the transpose of Σ_nm in each population,
// and a Σ_nn that goes with it; nil where none does.
func transposedOverlap(m *model.Mixture) *model.Mixture {
	r := m.Rank()
	for factor := 1.0; factor < 0x1p40; factor *= 16 {
		pops := make([]model.Population, m.Populations())
		for p := range pops {
			pops[p] = m.Population(p)
			cov := mat.NewSymDense(2*r+1, nil)
			cov.CopySym(pops[p].Cov)
			for i := range r {
				for j := range r {
					cov.SetSym(r+i, j, pops[p].Cov.At(r+j, i))
				}
				cov.SetSym(r+i, r+i, factor*pops[p].Cov.At(r+i, r+i))
			}
			pops[p].Cov = cov
		}
		if out, err := model.NewMixture(m.Nonlinearity(), pops); err == nil {
			return out
		}
	}
	return nil
}
