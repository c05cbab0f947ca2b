package wire

import (
	"math"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
)

// answerEquilibria is fixed_points of a mixture.
func answerEquilibria(s theorems.Subject, p pointsParams) (*pointsResult, error) {
	if s.Equilibria == nil {
		return nil, theorems.Missing("fixed points of a mixture")
	}
	m, err := p.Mixture.Model()
	if err != nil {
		return nil, err
	}
	search := model.EquilibriumSearch{Starts: p.Starts, Seed: p.Seed, Limit: p.Limit}
	if p.Box != nil {
		search.Box = model.Box{Lower: p.Box.Lower, Upper: p.Box.Upper}
	}
	set, err := s.Equilibria(m, search)
	if err != nil {
		return nil, err
	}
	out := &pointsResult{Points: [][]float64{}, Residuals: []float64{}, Eigenvalues: [][]Complex{}}
	for _, z := range set.Points {
		out.Points = append(out.Points, z.Point)
		out.Residuals = append(out.Residuals, z.Residual)
		out.Eigenvalues = append(out.Eigenvalues, complexesOf(z.Eigenvalues))
		out.Index = append(out.Index, z.Index)
		out.Stability = append(out.Stability, z.Stability.String())
	}
	return out, nil
}

// installEquilibria sets Equilibria, which asks fixed_points. What is not said of
// a zero follows from its eigenvalues, and that there may be a continuum from
// several degenerate zeros.
func installEquilibria(s *theorems.Subject, c *client) {
	s.Equilibria = func(m *model.Mixture, search model.EquilibriumSearch) (*model.EquilibriumSet, error) {
		const op = "fixed_points"
		p := pointsParams{Mixture: objectOfMixture(m), Starts: search.Starts, Seed: search.Seed, Limit: search.Limit}
		if len(search.Box.Lower) > 0 {
			p.Box = &box{search.Box.Lower, search.Box.Upper}
		}
		r, err := ask[pointsResult](c, op, p)
		if err != nil {
			return nil, err
		}
		if err := r.check(m.Rank(), search.Limit); err != nil {
			return nil, err
		}
		set, degenerate := &model.EquilibriumSet{}, 0
		for k, point := range r.Points {
			z := model.Equilibrium{Point: point, Residual: r.Residuals[k], Eigenvalues: values(r.Eigenvalues[k]), Radius: math.Inf(1)}
			z.Index, z.Stability = linearly(z.Eigenvalues)
			if r.Index != nil {
				z.Index = r.Index[k]
			}
			if r.Stability != nil {
				if z.Stability, err = stabilityNamed("stability", r.Stability[k]); err != nil {
					return nil, shaped(op, err)
				}
			}
			if z.Index == 0 {
				degenerate++
			}
			set.Points = append(set.Points, z)
			set.IndexSum += z.Index
		}
		set.Continuum = degenerate > 1
		return set, nil
	}
}

// linearly returns the index sign det(−DF) = Π sign(−λ), and the stability, of a
// zero with these eigenvalues. One within half of the digits of 0 decides
// nothing: there rounding of the zero itself may have changed its sign.
func linearly(eigenvalues []complex128) (index int, stability model.Stability) {
	size := 1.0
	for _, z := range eigenvalues {
		size = max(size, math.Hypot(real(z), imag(z)))
	}
	const half = 0x1p-26
	index, leading := 1, math.Inf(-1)
	for _, z := range eigenvalues {
		leading = max(leading, real(z))
		switch {
		case math.Hypot(real(z), imag(z)) <= half*size:
			index = 0
		case imag(z) == 0 && real(z) > 0:
			index = -index
		}
	}
	switch {
	case leading < -half*size:
		return index, model.Stable
	case leading > half*size:
		return index, model.Unstable
	}
	return index, model.Undecided
}
