package conjectures

import (
	"math/big"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// mapsTheWrongWay is F4.
func mapsTheWrongWay() theorems.Conjecture {
	one, smallest := theorems.Size{N: 1}, theorems.Size{N: 2}
	return theorems.Conjecture{
		Ref: "F4", ID: "conjectures/maps-the-wrong-way",
		Statement: "For every W and all slopes 0 < φ'(x*) ≤ 1, at eigenvalues μ ≠ 0 of W D, left eigenvectors map by W and right ones by Wᵀ: if l is a left eigenvector of M_x then W l is one of M_r, " +
			"and if w is a right eigenvector of M_r then Wᵀw is one of M_x. (Refuted is even that one of the two is so.)",
		Source: "Transposes lost between L3 and L4",
		Instead: "Right ones map by W and left ones by Wᵀ: at μ ≠ 0, v = W w/μ is right eigenvector of M_x for w of M_r, and l_r = Wᵀl_x/μ is left eigenvector of M_r for l_x of M_x (L3, L4). " +
			"For symmetric W there is no difference.",
		Levels: []theorems.Level{
			listing(level(one, linearized(one), decideWrongWay), oneUnit()),
			listing(level(smallest, linearized(smallest), decideWrongWay), twoUnits()),
		},
		Minimal: "With one unit all are numbers and W = Wᵀ; μ ≠ 0 makes W ≠ 0, so that W l ≠ 0.",
		ByHand: byHand(func(c Linearized) []string {
			p, err := c.exactly()
			if err != nil {
				return nil
			}
			list, _ := p.eigenvalues()
			for _, mu := range list {
				s := p.sides(mu)
				if mu.Sign() == 0 || !s.wrong() {
					continue
				}
				l, w := s.left.Columns(0), s.right.Columns(0)
				wl, ww := p.w.Mul(l), p.w.T().Mul(w)
				var out lines
				out.add("W D = %s, D W = %s, μ = %s", inline(p.wd), inline(p.dw), mu.RatString())
				if p.wd.Equal(p.dw) {
					out.add("(here the two forms are one, and it does not matter from which to which one maps)")
				}
				out.add("l = %s: lᵀ(W D) = %s = μ lᵀ; W l = %s", inline(l), inline(p.wd.T().Mul(l)), inline(wl))
				out.add("(W l)ᵀ(D W) = %s, not μ (W l)ᵀ", inline(p.dw.T().Mul(wl)))
				out.add("w = %s: (D W) w = %s = μ w; Wᵀw = %s", inline(w), inline(p.dw.Mul(w)), inline(ww))
				out.add("(W D) Wᵀw = %s, not μ Wᵀw", inline(p.wd.Mul(ww)))
				return out
			}
			return nil
		}),
	}
}

// sides are eigenspaces at μ: left ones of WD, right ones of DW.
type sides struct {
	left, right       *exact.Matrix
	leftMap, rightMap bool // whether W, and Wᵀ, map them as the conjecture says
}

func (p twoForms) sides(mu *big.Rat) (s sides) {
	s.left, s.right = eigenvectors(p.wd.T(), mu), eigenvectors(p.dw, mu)
	s.leftMap = areEigenvectors(p.dw.T(), mu, p.w.Mul(s.left), s.left.Cols())
	s.rightMap = areEigenvectors(p.wd, mu, p.w.T().Mul(s.right), s.right.Cols())
	return s
}

func (s sides) wrong() bool { return !s.leftMap && !s.rightMap }

func decideWrongWay(c Linearized) error {
	p, err := c.exactly()
	if err != nil {
		return err
	}
	return p.decideEach(func(mu *big.Rat) error {
		if mu.Sign() != 0 && p.sides(mu).wrong() {
			return theorems.Violatedf("μ = %s: W l is no left eigenvector of DW, and Wᵀw no right one of WD, in rationals", mu.RatString())
		}
		return nil
	})
}
