package netfile

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"github.com/rankproof/rankproof/internal/npz"
	"github.com/rankproof/rankproof/model"
)

// connectivity reads W, and with it N.
func (s *source) connectivity(config *model.RNNConfig) error {
	if s.c.W != "" {
		return s.dense(config)
	}
	var m, n *mat.Dense
	var said string
	var err error
	if s.c.Basis != nil {
		m, n, said, err = s.sampledLoadings()
	} else {
		m, n, said, err = s.loadings()
	}
	if err != nil {
		return err
	}
	units, rank := m.Dims()
	scale, _ := s.c.Scale.factor(units) // Validate has parsed it
	s.units = units
	s.sayf("N = %d units, rank R = %d: W = scale · M Nᵀ, %s; scale %s = %v", units, rank, said, s.c.Scale, scale)
	if config.Connectivity, err = model.NewLowRank(m, n, scale); err != nil {
		return fromModel(s.file, err)
	}
	return nil
}

func (s *source) dense(config *model.RNNConfig) error {
	a, err := s.array("w", s.c.W)
	if err != nil {
		return err
	}
	if len(a.Shape) != 2 || a.Shape[0] != a.Shape[1] {
		return s.errorf("w: array %q is %s, want N×N", s.c.W, npz.ShapeString(a.Shape))
	}
	s.units = a.Shape[0]
	w := mat.NewDense(s.units, s.units, a.Data)
	if s.c.WLayout == SourcesByTargets {
		w = mat.DenseCopyOf(w.T())
	}
	scale, _ := s.c.Scale.factor(s.units)
	w.Scale(scale, w)
	s.sayf("N = %d units: dense W from %q (%s, %s); scale %s = %v", s.units, s.c.W, npz.ShapeString(a.Shape), s.c.WLayout, s.c.Scale, scale)
	if config.Connectivity, err = model.NewDense(w); err != nil {
		return fromModel(s.file, err)
	}
	return nil
}

// loadings reads M and N (N×R). Where m_layout is given it decides N and R, and
// n has to fit; else n decides, and m may fit in one way only.
func (s *source) loadings() (m, n *mat.Dense, said string, err error) {
	am, err := s.array("m", s.c.M)
	if err != nil {
		return nil, nil, "", err
	}
	an, err := s.array("n", s.c.N)
	if err != nil {
		return nil, nil, "", err
	}
	lm, ln := loading{"m", am, s.c.MLayout}, loading{"n", an, s.c.NLayout}
	if err := ln.check(s); err != nil { // first: n_layout is the one that is required
		return nil, nil, "", err
	}
	if lm.layout == "" && len(am.Shape) == 2 {
		units, rank := ln.unitsAndRank()
		if lm.layout, err = s.inferLayout(am, units, rank); err != nil {
			return nil, nil, "", err
		}
	}
	if err := lm.check(s); err != nil {
		return nil, nil, "", err
	}
	if err := ln.fit(s, lm); err != nil {
		return nil, nil, "", err
	}
	return lm.matrix(), ln.matrix(), fmt.Sprintf("M from %v, N from %v", lm, ln), nil
}

// inferLayout returns the one layout in which m is N×R.
func (s *source) inferLayout(m *npz.Array, units, rank int) (string, error) {
	asRows := m.Shape[0] == units && m.Shape[1] == rank
	asColumns := m.Shape[0] == rank && m.Shape[1] == units
	switch {
	case asRows && asColumns:
		return "", s.errorf("m_layout: missing, and array %q is %s: want %q (rows are units) or %q (columns are units)",
			m.Name, npz.ShapeString(m.Shape), UnitsByRank, RankByUnits)
	case asRows:
		return UnitsByRank, nil
	case asColumns:
		return RankByUnits, nil
	}
	return "", s.errorf("m: array %q is %s, want %d×%d or %d×%d (N = %d units and R = %d by n)",
		m.Name, npz.ShapeString(m.Shape), units, rank, rank, units, units, rank)
}

// loading is an array of loadings and how it lies.
type loading struct {
	field  string
	array  *npz.Array
	layout string
}

// unitsAndRank returns N and R as the layout has them.
func (l loading) unitsAndRank() (units, rank int) {
	shape := l.array.Shape
	switch {
	case len(shape) == 1:
		return shape[0], 1
	case l.layout == RankByUnits:
		return shape[1], shape[0]
	}
	return shape[0], shape[1]
}

// check refuses shapes that are none of loadings, a missing layout, and a rank
// above the number of units.
func (l loading) check(s *source) error {
	shape := l.array.Shape
	text := fmt.Sprintf("array %q is %s", l.array.Name, npz.ShapeString(shape))
	if len(shape) == 1 {
		return nil
	}
	if len(shape) != 2 {
		return s.errorf("%s: %s, want two dimensions, units and rank", l.field, text)
	}
	reading := func(layout string) string {
		units, rank := loading{l.field, l.array, layout}.unitsAndRank()
		return fmt.Sprintf("%q makes it N = %d units of rank R = %d", layout, units, rank)
	}
	if l.layout == "" {
		return s.errorf("%s_layout: missing; %s: %s, %s", l.field, text, reading(UnitsByRank), reading(RankByUnits))
	}
	if units, rank := l.unitsAndRank(); rank > units {
		other := UnitsByRank
		if l.layout == UnitsByRank {
			other = RankByUnits
		}
		return s.errorf("%s_layout: %s, and %s, above N; %s", l.field, text, reading(l.layout), reading(other))
	}
	return nil
}

// fit refuses another N or R than those of m.
func (l loading) fit(s *source, m loading) error {
	units, rank := l.unitsAndRank()
	wantUnits, wantRank := m.unitsAndRank()
	if units == wantUnits && rank == wantRank {
		return nil
	}
	rows, cols := wantUnits, wantRank
	if l.layout == RankByUnits {
		rows, cols = cols, rows
	}
	return s.errorf("%s: %v, want %d×%d: N = %d units and R = %d by %v", l.field, l, rows, cols, wantUnits, wantRank, m)
}

func (l loading) matrix() *mat.Dense {
	units, rank := l.unitsAndRank()
	if l.layout == RankByUnits && len(l.array.Shape) == 2 {
		return mat.DenseCopyOf(mat.NewDense(rank, units, l.array.Data).T())
	}
	return mat.NewDense(units, rank, l.array.Data)
}

// String writes `array "m" (512×2, units-by-rank)`.
func (l loading) String() string {
	layout := l.layout
	if len(l.array.Shape) == 1 {
		layout = "one column"
	}
	return fmt.Sprintf("array %q (%s, %s)", l.array.Name, npz.ShapeString(l.array.Shape), layout)
}
