package model

// FixedPoints returns the fixed points of the mean field in a box, by several
// independent searches (FindEquilibria). Without a box it is the TrappingBox,
// widened by a sixteenth, which holds all of them and at whose faces F points
// inward: their indices, if none is degenerate, add up to 1, and while they do
// not the search goes on (M11). An unbounded φ needs a box: ErrInvalid.
func (c *Circuit) FixedPoints(s EquilibriumSearch) (*EquilibriumSet, error) {
	return trappedEquilibria(c, c.TrappingBox, s)
}

// FixedPoints returns the fixed points κ of the network at v = 1, as that of
// Circuit does.
func (net *ReducedNetwork) FixedPoints(s EquilibriumSearch) (*EquilibriumSet, error) {
	return trappedEquilibria(net, net.TrappingBox, s)
}

func trappedEquilibria(f VectorField, trap func() (Box, error), s EquilibriumSearch) (*EquilibriumSet, error) {
	if s.Box.Lower == nil && s.Box.Upper == nil {
		box, err := trap()
		if err != nil {
			return nil, err
		}
		for r, b := range box.Upper {
			if b == 0 { // n^r = 0: κ_r decays, and any box is one
				b = 1
			}
			box.Lower[r], box.Upper[r] = -b-b/16, b+b/16
		}
		s.Box = box
		if s.ExpectedDegree == nil {
			one := 1
			s.ExpectedDegree = &one
		}
	}
	return FindEquilibria(f, s)
}
