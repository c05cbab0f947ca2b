package meanfield

import (
	"fmt"
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/theorems"
	"pgregory.net/rapid"
)

// judgeOrbits: the image of every fixed point is one, of one index and
// stability. Two approximate zeros of residuals ρ₁, ρ₂, images of each other,
// are no further apart than 2‖DF⁻¹‖ times ρ₁ + ρ₂ and the rounding of F. Field and
// derivative are the oracle's: whether a zero is degenerate is not for who lists it to say.
func judgeOrbits(s theorems.Subject, c generators.Symmetric) (f theorems.Finding, err error) {
	if s.Equilibria == nil {
		return f, theorems.Missing("Equilibria")
	}
	whole := c.Whole()
	m, err := whole.Model()
	if err != nil {
		return f, err
	}
	set, err := s.Equilibria(m, model.EquilibriumSearch{})
	if err != nil {
		return f, err
	}
	f.Demand("there is a fixed point", len(set.Points) > 0) // a bounded φ has a trapping box (Brouwer)
	zeros, err := zerosListed(&f, whole, set, s.UnitRoundoff)
	if err != nil || f.Verdict == theorems.Fails {
		return f, err
	}
	o := orbits{whole: whole, law: numbersOf(whole), set: set, u: s.UnitRoundoff}
	o.law.normwise = true
	for i, e := range set.Points {
		if e.Index == 0 {
			f.Abstain("a fixed point is degenerate, or nearly")
			return f, nil
		}
		for _, q := range someElements(c, 3) {
			if err := o.expectImage(&f, dense.MatVec(q, e.Point), e, zeros[i]); err != nil || f.Verdict == theorems.Fails {
				return f, err
			}
		}
	}
	return f, nil
}

// orbits is what is known of the list of fixed points whose orbits are looked at.
type orbits struct {
	whole generators.Mixture
	law   numberedLaw
	set   *model.EquilibriumSet
	u     float64
}

// off is what F(κ) may be off by, of a law whose images are rounded.
func (o orbits) off(kappa []float64) float64 {
	bound, _ := o.law.allowance(kappa, o.law.imageError(o.u), o.u)
	return dense.VectorNorm2(bound)
}

// expectImage claims that the image of a fixed point e, at which field and derivative are at, is listed. It abstains where it
// is not, but is a zero, and the indices add up without it; to know that it is one, it looks at F there.
func (o orbits) expectImage(f *theorems.Finding, image []float64, e model.Equilibrium, at plain) error {
	size := 1 + dense.VectorNorm2(e.Point)
	allowed := 8 / at.values[len(at.values)-1] * (dense.VectorNorm2(at.f) + o.off(e.Point) + 64*o.u*size)
	nearest, distance := 0, math.Inf(1)
	for k, other := range o.set.Points {
		if d := distanceOf(other.Point, image); d < distance {
			nearest, distance = k, d
		}
	}
	if distance > allowed && o.set.IndexSum == 1 {
		there, err := plainAt(o.whole, image, o.u)
		if err != nil {
			return err
		}
		if dense.VectorNorm2(there.f) <= 8*o.off(image)+dense.NormFro(there.j)*64*o.u*size+dense.VectorNorm2(at.f) {
			f.Abstain("Qκ* is a fixed point, and of those that are missing the indices cancel: no search need see that")
			return nil
		}
	}
	f.Expect("|Qκ* − the nearest fixed point|", distance, allowed, size)
	if f.Verdict == theorems.Fails {
		return nil
	}
	f.Demand("one index along an orbit", o.set.Points[nearest].Index == e.Index)
	other := o.set.Points[nearest].Stability
	f.Demand("one stability along an orbit", other == e.Stability || other == model.Undecided || e.Stability == model.Undecided)
	return nil
}

func distanceOf(a, b []float64) float64 {
	d := 0.0
	for i := range a {
		d = math.Hypot(d, a[i]-b[i])
	}
	return d
}

// Solid is tanh populations on the vertices of a Platonic solid, a_m = a_n.
type Solid struct {
	Tags   []string `json:"tags,omitempty"`
	Shape  string   `json:"shape" shrink:"cube,octahedron"`
	Radius float64  `json:"radius" shrink:"positive"`
}

// solids are those whose stable states have been counted.
func solids() *rapid.Generator[Solid] {
	return rapid.Custom(func(t *rapid.T) Solid {
		return rapid.SampledFrom([]Solid{{nil, "cube", 2}, {nil, "cube", 3}, {nil, "octahedron", 3}}).Draw(t, "solid")
	})
}

// stable returns how many stable states the solid has.
func (c Solid) stable() (int, error) {
	switch fmt.Sprint(c.Shape, c.Radius) {
	case "cube2":
		return 6, nil
	case "cube3":
		return 14, nil
	case "octahedron3":
		return 8, nil
	}
	return 0, theorems.ErrUndecided
}

// points returns the vertices.
func (c Solid) points() generators.MixturePoint {
	var at [][]float64
	if c.Shape == "octahedron" {
		for k := range 6 {
			v := make([]float64, 3)
			v[k/2] = c.Radius * float64(1-2*(k%2))
			at = append(at, v)
		}
	} else {
		for k := range 8 {
			v := make([]float64, 3)
			for r := range v {
				v[r] = c.Radius / math.Sqrt(3) * float64(1-2*(k>>r&1))
			}
			at = append(at, v)
		}
	}
	shares := make([]float64, len(at))
	for p := range shares {
		shares[p] = 1
	}
	out := points(shares, at, make([]float64, len(at)))
	out.Nonlinearity = "tanh"
	return out
}

// judgeSolid counts the stable states: found, not assumed.
func judgeSolid(s theorems.Subject, c Solid) (f theorems.Finding, err error) {
	if s.Equilibria == nil {
		return f, theorems.Missing("Equilibria")
	}
	want, err := c.stable()
	if err != nil {
		return f, err
	}
	m, err := c.points().Model()
	if err != nil {
		return f, err
	}
	set, err := s.Equilibria(m, model.EquilibriumSearch{})
	if err != nil {
		return f, err
	}
	got, index := 0, 0
	for _, e := range set.Points {
		index += e.Index
		if e.Stability == model.Stable {
			got++
		}
	}
	f.Demand(fmt.Sprintf("%d stable states", want), got == want)
	f.Demand("indices add up to 1", index == 1)
	return f, nil
}
