package exact

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// sides returns the verdicts that the roots themselves give.
func sides(roots []complexRoot) (halfPlane, unitDisc Side) {
	halfPlane, unitDisc = Inside, Inside
	for _, z := range roots {
		halfPlane = max(halfPlane, Side(z.re.Sign()))
		unitDisc = max(unitDisc, Side(z.squaredModulus().Cmp(rat(1, 1))))
	}
	return halfPlane, unitDisc
}

func TestStabilityOfKnownRoots(t *testing.T) {
	o, i, half := rat(0, 1), rat(1, 1), rat(1, 2)
	neg := func(x *big.Rat) *big.Rat { return new(big.Rat).Neg(x) }
	for name, roots := range map[string][]complexRoot{
		"none":                               {},
		"one inside":                         {root(neg(half), o)},
		"zero":                               {root(o, o)},
		"zero three times":                   {root(o, o), root(o, o), root(o, o)},
		"zero and inside":                    {root(o, o), root(neg(half), o)},
		"zero and outside":                   {root(o, o), root(half, o)},
		"±i":                                 {root(o, i)},
		"±i twice":                           {root(o, i), root(o, i)},
		"±i, ±2i, ±i/2":                      {root(o, i), root(o, rat(2, 1)), root(o, half)},
		"±i twice, inside":                   {root(o, i), root(o, i), root(neg(i), i), root(neg(half), o)},
		"±a":                                 {root(half, o), root(neg(half), o)},
		"±a±bi":                              {root(half, i), root(neg(half), i)},
		"±a±bi and inside":                   {root(half, i), root(neg(half), i), root(neg(i), o)},
		"±a±bi and ±i":                       {root(half, i), root(neg(half), i), root(o, i)},
		"±a, multiplicities 2 and 1":         {root(half, o), root(half, o), root(neg(half), o)},
		"±a, multiplicities 1 and 2":         {root(half, o), root(neg(half), o), root(neg(half), o)},
		"t⁴+1 like":                          {root(i, i), root(neg(i), i)},
		"complex inside":                     {root(neg(half), half), root(neg(half), rat(1, 3))},
		"complex outside":                    {root(neg(half), half), root(half, rat(7, 1))},
		"1":                                  {root(i, o)},
		"−1":                                 {root(neg(i), o)},
		"−1 twice":                           {root(neg(i), o), root(neg(i), o)},
		"−1 and inside":                      {root(neg(i), o), root(half, half), root(o, o)},
		"−1 and outside":                     {root(neg(i), o), root(i, i)},
		"−1 and −2":                          {root(neg(i), o), root(rat(-2, 1), o)},
		"1 and −1":                           {root(i, o), root(neg(i), o)},
		"3/5±4/5i":                           {root(rat(3, 5), rat(4, 5))},
		"3/5±4/5i twice, inside":             {root(rat(3, 5), rat(4, 5)), root(rat(3, 5), rat(4, 5)), root(half, o)},
		"−5/13±12/13i and 2":                 {root(rat(-5, 13), rat(12, 13)), root(rat(2, 1), o)},
		"reciprocal pair":                    {root(half, o), root(rat(2, 1), o)},
		"reciprocal complex":                 {root(half, half), root(i, i)},
		"all on the circle":                  {root(i, o), root(neg(i), o), root(o, i), root(rat(-3, 5), rat(4, 5))},
		"a deadbeat system":                  {root(o, o), root(o, o)},
		"close to the axis, inside":          {root(new(big.Rat).SetFloat64(-0x1p-60), i)},
		"close to the axis, outside":         {root(new(big.Rat).SetFloat64(0x1p-60), i)},
		"close to the circle, inside":        {root(new(big.Rat).SetFloat64(-1+0x1p-53), o)},
		"close to the circle, outside":       {root(new(big.Rat).SetFloat64(1+0x1p-52), o)},
		"huge and tiny":                      {root(new(big.Rat).SetFloat64(-0x1p60), o), root(new(big.Rat).SetFloat64(-0x1p-60), o)},
		"huge and tiny, one on the far side": {root(new(big.Rat).SetFloat64(-0x1p60), o), root(new(big.Rat).SetFloat64(0x1p-60), o)},
	} {
		halfPlane, unitDisc := sides(roots)
		for _, c := range []int64{1, -3} {
			p := fromRoots(roots...).Mul(PolyFromInt64(c))
			require.Equal(t, halfPlane, p.HalfPlane(), "%s: half-plane, %v", name, p)
			require.Equal(t, unitDisc, p.UnitDisc(), "%s: disc, %v", name, p)
		}
	}
}

// TestStabilityWithoutRationalRoots: textbook polynomials whose roots are known otherwise.
func TestStabilityWithoutRationalRoots(t *testing.T) {
	for _, c := range []struct {
		p                   Poly
		halfPlane, unitDisc Side
	}{
		{Poly{}, Outside, Outside},
		{PolyFromInt64(-4), Inside, Inside},
		{PolyFromInt64(1, 0, 0, 0, 1), Outside, On},            // t⁴ + 1: the eighth roots of unity
		{PolyFromInt64(1, 1, 1, 1, 1), Outside, On},            // the fifth roots of unity but 1
		{PolyFromInt64(-1, -1, 1), Outside, Outside},           // the golden ratio
		{PolyFromInt64(2, 0, 1), On, Outside},                  // ±√2 i
		{PolyFromInt64(1, 0, 2), On, Inside},                   // ±i/√2
		{PolyFromInt64(1, 2, 3, 4), Inside, Inside},            // decreasing coefficients: Eneström–Kakeya
		{PolyFromInt64(4, 3, 2, 1), Inside, Outside},           // Routh: 2·3 > 1·4
		{PolyFromInt64(6, 3, 2, 1), On, Outside},               // Routh: 2·3 = 1·6, ±√3 i and −2
		{PolyFromInt64(7, 3, 2, 1), Outside, Outside},          // Routh: 2·3 < 1·7
		{PolyFromInt64(8, 8, 10, 4, 2, 0, 0), Inside, Outside}, // Routh: 2, 4, 6, 8/3, 8
		{PolyFromInt64(1, 1, 2, 2, 1), Outside, Outside},       // a zero appears in Routh's first column
		{PolyFromInt64(4, 8, 9, 8, 5, 0), On, On},              // (t²+1)(5t²+8t+4)
		{PolyFromInt64(1, 0, -3, 0, 1, 0), Outside, Outside},   // even, real roots ±
		{PolyFromInt64(1, 0, 3, 0, 1), On, Outside},            // even, t² = (−3±√5)/2
		{PolyFromInt64(0, 4, 0, 5, 0, 1), On, Outside},         // odd: 0, ±i, ±2i
		{PolyFromInt64(4, 0, 2, 0, 1), Outside, Outside},       // even, t² complex
	} {
		require.Equal(t, c.halfPlane, c.p.HalfPlane(), "half-plane, %v", c.p)
		require.Equal(t, c.unitDisc, c.p.UnitDisc(), "disc, %v", c.p)
	}
	require.Equal(t, Inside, Poly{rat(1, 1), rat(1, 1), new(big.Rat)}.HalfPlane(), "a trailing zero in the argument")
	require.Equal(t, Inside, Poly{rat(1, 2), rat(1, 1), new(big.Rat)}.UnitDisc(), "a trailing zero in the argument")
}

// randomRoots favours what makes Routh's scheme degenerate: roots on the boundary, repeated ones, mirror images in either sense.
func randomRoots(r *rand.Rand) []complexRoot {
	pool := []complexRoot{
		root(rat(-1, 2), rat(0, 1)), root(rat(-1, 3), rat(1, 2)), root(rat(-2, 1), rat(0, 1)), root(rat(-1, 1), rat(3, 2)),
		root(rat(-1, 1), rat(0, 1)), root(rat(0, 1), rat(1, 1)), root(rat(0, 1), rat(1, 2)), root(rat(0, 1), rat(0, 1)),
		root(rat(-3, 5), rat(4, 5)), root(rat(-4, 5), rat(3, 5)), root(rat(-1, 4), rat(0, 1)), root(rat(-1, 2), rat(1, 4)),
	}
	var roots []complexRoot
	for range 1 + r.IntN(4) {
		z := pool[r.IntN(len(pool))]
		roots = append(roots, z)
		switch r.IntN(16) {
		case 0:
			roots = append(roots, z)
		case 1:
			roots = append(roots, root(new(big.Rat).Neg(z.re), z.im))
		case 2:
			if m := z.squaredModulus(); m.Sign() != 0 {
				roots = append(roots, root(new(big.Rat).Quo(z.re, m), new(big.Rat).Quo(z.im, m)))
			}
		case 3:
			roots = append(roots, root(rat(1, 3), rat(0, 1)))
		}
	}
	return roots
}

func TestStabilityOfRandomRoots(t *testing.T) {
	r := newRand(t, 30)
	seen := map[[2]Side]int{}
	for range 800 {
		roots := randomRoots(r)
		p := fromRoots(roots...)
		halfPlane, unitDisc := sides(roots)
		require.Equal(t, halfPlane, p.HalfPlane(), "half-plane, %v", p)
		require.Equal(t, unitDisc, p.UnitDisc(), "disc, %v", p)
		seen[[2]Side{halfPlane, unitDisc}]++
	}
	require.Len(t, seen, 9, "every pair of verdicts must occur: %v", seen)
}

// hurwitz is the determinant criterion: all roots have Re < 0 iff the leading minors of Hurwitz's matrix are positive.
func hurwitz(p Poly) bool {
	n := p.Degree()
	if p[n].Sign() < 0 {
		p = p.Mul(PolyFromInt64(-1))
	}
	entries := zeros(n * n)
	for k := range entries {
		i, j := k/n, k%n
		if power := n - 2*j - 1 + i; power >= 0 && power <= n { // H_ij = a_(2j−i+1), a_0 the leading coefficient
			entries[k].Set(p[power])
		}
	}
	h := fromRats(n, n, entries)
	for k := 1; k <= n; k++ {
		if h.Slice(0, k, 0, k).Det().Sign() <= 0 {
			return false
		}
	}
	return true
}

// schurCohn is the reduction: all |t| < 1 iff |p_0| < |p_n| and the same holds for (p_n p(t) − p_0 t^n p(1/t))/t.
func schurCohn(p Poly) bool {
	n := p.Degree()
	if n <= 0 {
		return n == 0
	}
	if new(big.Rat).Abs(p[0]).Cmp(new(big.Rat).Abs(p[n])) >= 0 {
		return false
	}
	reversed := zeros(n + 1)
	for k := range reversed {
		reversed[k] = p[n-k]
	}
	reduced := Poly{p[n]}.Mul(p).Sub(Poly{p[0]}.Mul(reversed))
	return schurCohn(reduced[1:])
}

func TestStabilityAgainstDeterminantsAndReduction(t *testing.T) {
	r := newRand(t, 33)
	inside := [2]int{}
	for range 400 {
		p := randomPoly(r, 1+r.IntN(5))
		for k := range p { // towards equal signs and a large leading coefficient, or nearly all are unstable
			if r.IntN(8) > 0 {
				p[k].Abs(p[k])
			}
			p[k].Add(p[k], rat(int64(k)*r.Int64N(3), 2))
		}
		if p = p.trim(); p.Degree() < 1 {
			continue
		}
		q := randomPoly(r, 2)
		halfPlane, unitDisc := p.HalfPlane(), p.UnitDisc()
		require.Equal(t, hurwitz(p), halfPlane == Inside, "half-plane, %v", p)
		require.Equal(t, schurCohn(p), unitDisc == Inside, "disc, %v", p)
		require.Equal(t, max(halfPlane, q.HalfPlane()), p.Mul(q).HalfPlane(), "half-plane, (%v)(%v)", p, q)
		require.Equal(t, max(unitDisc, q.UnitDisc()), p.Mul(q).UnitDisc(), "disc, (%v)(%v)", p, q)
		if halfPlane == Inside {
			inside[0]++
		}
		if unitDisc == Inside {
			inside[1]++
		}
	}
	require.Greater(t, min(inside[0], inside[1]), 50, "%v", inside)
}

func TestNumberOfRootsOnTheRight(t *testing.T) {
	r := newRand(t, 31)
	for range 300 {
		p, want := PolyFromInt64(1), 0
		for range r.IntN(6) {
			// No root meets its mirror image: on the right the denominators are 3, on the left 2.
			re, im := rat(-1-2*r.Int64N(3), 2), rat(r.Int64N(3), 1)
			if r.IntN(2) == 0 {
				re = rat(1+3*r.Int64N(2), 3)
				want++
				if im.Sign() != 0 {
					want++
				}
			}
			p = p.Mul(root(re, im).factor())
		}
		var parts [2]integerPoly
		for k, x := range p.primitive() {
			parts[k%2] = append(parts[k%2], x)
		}
		require.Equal(t, want, rootsOnTheRight(parts[0].trim(), parts[1].trim()), "%v", p)
	}
}

// TestEulerStability is L13 on matrices: stability of x⁺ = (I + dt M) x against that of the flow of M.
func TestEulerStability(t *testing.T) {
	m := FromInt64([][]int64{{-1, 10}, {-10, -1}}) // λ = −1 ± 10i: |1 + dt λ|² = (1−dt)² + 100 dt², 1 at dt = 2/101
	require.Equal(t, Inside, m.CharPoly().HalfPlane())
	euler := func(dt *big.Rat) Side { return Identity(2).Add(m.Scale(dt)).CharPoly().UnitDisc() }
	require.Equal(t, Inside, euler(rat(1, 101)))
	require.Equal(t, On, euler(rat(2, 101)))
	require.Equal(t, Outside, euler(rat(3, 101)))

	r := newRand(t, 32)
	for range 100 {
		n := 1 + r.IntN(4)
		a := randomMatrix(r, n, n).Sub(Identity(n).Scale(rat(2, 1)))
		flow, step := a.CharPoly().HalfPlane(), Identity(n).Add(a.Scale(rat(1, 5))).CharPoly().UnitDisc()
		if step == Inside {
			require.Equal(t, Inside, flow, "a stable map implies a stable flow\n%v", a)
		}
		if flow == Outside {
			require.Equal(t, Outside, step, "%v", a)
		}
	}
}

func TestSideString(t *testing.T) {
	require.Equal(t, []string{"inside", "on", "outside", "Side(3)"},
		[]string{Inside.String(), On.String(), Outside.String(), Side(3).String()})
	require.Equal(t, []int{-1, 0, 1}, []int{int(Inside), int(On), int(Outside)})
}
