package conversion

import (
	"math"
	"math/rand/v2"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/theorems"
)

// judgeManyUnits draws N units, R_v = I, i.i.d. from the rows of C.
func judgeManyUnits(s theorems.Subject, c generators.System) (f theorems.Finding, err error) {
	if s.MarkovGap == nil {
		return f, theorems.Missing("MarkovGap")
	}
	var ratios, errs []float64
	for _, units := range []int{256, 1024, 4096} {
		rng := rand.New(rand.NewPCG(1, uint64(units)))
		big := generators.System{Form: "structured", A: c.A, QDiag: c.QDiag, QFactor: c.QFactor, RDiag: ones(units)}
		gram := make([][]float64, c.Latents()) // H = CᵀC, exact
		for i := range gram {
			gram[i] = make([]float64, c.Latents())
		}
		for range units {
			row := c.C[rng.IntN(len(c.C))]
			big.C = append(big.C, row)
			for i := range row {
				for j := range row {
					gram[i][j] += row[i] * row[j]
				}
			}
		}
		lds, err := big.LDS()
		if err != nil {
			return f, err
		}
		nats, err := s.MarkovGap(lds)
		if err != nil {
			return f, err
		}
		// C = any root of H, R_v = I has the same V and H: K units stand for N.
		h, err := rational(gram, c.Latents(), c.Latents())
		if err != nil {
			return f, err
		}
		if h.Rank() < c.Latents() {
			return f, theorems.ErrUndecided // the draw left a latent unseen
		}
		inverse, err := h.Inverse()
		if err != nil {
			return f, err
		}
		small := c
		small.RDiag, small.RFactor, small.C = make([]float64, c.Latents()), nil, diagonal(ones(c.Latents()))
		l, err := newLatent(plain(small))
		if err != nil {
			return f, err
		}
		l.r = inverse // y = x + v, v ~ N(0, H⁻¹): what N units tell of x
		lead, err := l.leading()
		if err != nil {
			return f, theorems.ErrUndecided
		}
		if lead == 0 {
			return f, nil
		}
		process := gaussian.LDS{A: c.A, C: diagonal(ones(c.Latents())), Q: c.Q(), R: inverse.Float64()}
		law, err := process.Process()
		if err != nil {
			return f, err
		}
		t := &system{LatentSystem: plain(small), law: law, u: s.UnitRoundoff}
		if err := l.settle(); err != nil {
			return f, err
		}
		epsilon, _ := t.gapError(l)
		errs = append(errs, 2*float64(units)*epsilon*math.Sqrt(2/nats)) // sums of as many terms
		ratios = append(ratios, nats/lead)
	}
	// What is left is c/N, c that of the units that were drawn: within a factor of
	// four the same at 256, 1,024 and 4,096 of them.
	if !(math.Abs(ratios[0]-1) < 0.5) {
		f.Abstain("higher orders at 256 units")
		return f, nil
	}
	left := 4 * math.Max(math.Abs(ratios[0]-1)/16, math.Abs(ratios[1]-1)/4)
	f.Expect("|N² · information / constant − 1|", math.Abs(ratios[2]-1), left+errs[2], 1)
	return f, nil
}
