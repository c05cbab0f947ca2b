package certificate

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFormulasAreReadable(t *testing.T) {
	b := NewBuilder()
	w, v, d, u := b.Matrix("W", 3, 3), b.Matrix("V", 3, 3), b.Diagonal("D", 3), b.Matrix("u", 3, 1)
	s := b.Scalar("t")
	for want, e := range map[string]Expr{
		"det(t·I − W·D)":         b.Identity(3).Scaled(s).Minus(w.Times(d)).Det(),
		"W·(V + D)":              w.Times(v.Plus(d)),
		"(W − V)·D":              w.Minus(v).Times(d),
		"W − (V + D)":            w.Minus(v.Plus(d)),
		"W − V + D":              w.Minus(v).Plus(d),
		"W·V·D":                  w.Times(v.Times(d)),
		"V⁻¹":                    v.Inverse(),
		"V⁻ᵀ":                    v.T().Inverse(),
		"(V·W)⁻ᵀ·u":              v.Times(w).T().Inverse().Times(u),
		"(V·W)ᵀ":                 v.Times(w).T(),
		"(V⁻¹)²":                 v.Inverse().Pow(2),
		"(Vᵀ)¹⁰":                 v.T().Pow(10),
		"(V⁻¹)⁻¹":                v.Inverse().Inverse(),
		"[W, u; uᵀ, t]":          b.Block([][]Expr{{w, u}, {u.T(), s}}),
		"W[0:3, 1:2]":            w.Column(1),
		"(W + V)[1:2, 0:3]":      w.Plus(v).Slice(1, 2, 0, 3),
		"(−2)·W":                 w.Scaled(b.Integer(-2)),
		"t·0":                    b.Zero(3, 3).Scaled(s),
		"[1 −2; 3 4]":            b.Constant([][]int64{{1, -2}, {3, 4}}),
		"W":                      w.T().T(),
		"t + (−1)":               s.Plus(b.Integer(-1)),
		"(t + 7)·(W + D)":        w.Plus(d).Scaled(s.Plus(b.Integer(7))),
		"det([W; uᵀ][0:3, 0:3])": b.VStack(w, u.T()).Slice(0, 3, 0, 3).Det(),
	} {
		require.Equal(t, want, e.String())
	}
}

func TestLongFormulasAreElided(t *testing.T) {
	b := NewBuilder()
	x := b.Matrix("X", 2, 2)
	for range 200 { // 2^200 letters, written out
		x = x.Times(x).Plus(b.Identity(2))
	}
	require.Less(t, len(x.String()), 3000)
	require.Contains(t, x.String(), "(…)")
	require.Equal(t, 402, len(b.nodes))
}

func TestEqualFormulasAreOneNode(t *testing.T) {
	b := NewBuilder()
	w, d := b.Matrix("W", 3, 3), b.Diagonal("D", 3)
	require.Equal(t, w, b.Matrix("W", 3, 3))
	once, again := w.Times(d).Inverse(), w.Times(d).Inverse()
	require.True(t, once == again)
	require.True(t, w.T().Inverse().T() == w.Inverse())
	for _, pair := range [][2]Expr{
		{w.Times(d), d.Times(w)}, {w.Pow(2), w.Pow(3)}, {w.Column(0), w.Column(1)}, {b.Integer(1), b.Integer(2)},
		{w.Plus(d), w.Minus(d)}, {b.HStack(w, d), b.HStack(d, w)}, {b.Zero(2, 3), b.Zero(3, 2)},
		{b.Scalar("s"), b.Scalar("t")}, {b.HStack(w.Column(0), w.Column(1)), b.VStack(w.Column(0), w.Column(1))},
	} {
		require.False(t, pair[0] == pair[1], "%v and %v", pair[0], pair[1])
	}
}

func TestMisuseOfFormulasPanics(t *testing.T) {
	b := NewBuilder()
	w, m, s := b.Matrix("W", 3, 3), b.Matrix("M", 3, 2), b.Scalar("t")
	other := NewBuilder().Matrix("V", 3, 3)
	for message, misuse := range map[string]func(){
		"certificate: cannot add W (3×3) and M (3×2)":                                     func() { w.Plus(m) },
		"certificate: cannot subtract W·M (3×2) and W (3×3)":                              func() { w.Times(m).Minus(w) },
		"certificate: cannot multiply M (3×2) and W (3×3)":                                func() { m.Times(w) },
		"certificate: cannot scale by M (3×2)":                                            func() { w.Scaled(m) },
		"certificate: no determinant of M (3×2)":                                          func() { m.Det() },
		"certificate: no inverse of Mᵀ (2×3)":                                             func() { m.T().Inverse() },
		"certificate: cannot take a power of M (3×2)":                                     func() { m.Pow(2) },
		"certificate: cannot take the power -1 of W (3×3)":                                func() { w.Pow(-1) },
		"certificate: no rows [0, 4) and columns [0, 3) in W (3×3)":                       func() { w.Slice(0, 4, 0, 3) },
		"certificate: no rows [0, 3) and columns [2, 3) in M (3×2)":                       func() { m.Column(2) },
		"certificate: cannot equate W (3×3) and M (3×2)":                                  func() { w.Equals(m) },
		"certificate: one row of blocks cannot have W (3×3) and t (1×1)":                  func() { b.HStack(w, s) },
		"certificate: one column of blocks cannot have W (3×3) and M (3×2)":               func() { b.VStack(w, m) },
		"certificate: row 1 of a block matrix has 1 blocks, row 0 has 2":                  func() { b.Block([][]Expr{{w, m}, {w}}) },
		"certificate: a block matrix without blocks":                                      func() { b.HStack() },
		"certificate: V comes from a different builder than the block matrix":             func() { b.HStack(w, other) },
		"certificate: W and V come from different builders":                               func() { w.Plus(other) },
		"certificate: W is a generic 3×3 matrix, and cannot be a generic 2×3 matrix too":  func() { b.Matrix("W", 2, 3) },
		"certificate: W is a generic 3×3 matrix, and cannot be a diagonal 3×3 matrix too": func() { b.Diagonal("W", 3) },
		"certificate: a matrix of indeterminates needs a name":                            func() { b.Scalar("") },
		"certificate: X with shape -1×2":                                                  func() { b.Matrix("X", -1, 2) },
		"certificate: a constant with shape -1×-1":                                        func() { b.Identity(-1) },
		"certificate: row 1 of a constant has 1 entries, row 0 has 2":                     func() { b.Constant([][]int64{{1, 2}, {3}}) },
	} {
		require.PanicsWithValue(t, message, misuse)
	}
}

func TestShapesNameTheirSizes(t *testing.T) {
	require.Equal(t, "N=4 R=2", Shape{N: 4, R: 2}.String())
	require.Equal(t, "N=1 K=3 T=2", Shape{N: 1, K: 3, T: 2}.String())
	require.Equal(t, "N=0", Shape{}.String())
	rows, cols := NewBuilder().Matrix("M", 3, 2).T().Dims()
	require.Equal(t, [2]int{2, 3}, [2]int{rows, cols})
}
