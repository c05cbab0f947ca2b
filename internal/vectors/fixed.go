package vectors

import (
	"fmt"
	"math"
	"math/big"
	"slices"

	"github.com/rankproof/rankproof/oracles/precise"
	"github.com/rankproof/rankproof/oracles/quadrature"
)

// zero is a root of a scalar function with its derivative there.
type zero struct {
	x     number
	slope number
}

// zerosOf brackets the zeros of f on a grid of [−reach, reach] and narrows each
// to 2⁻¹⁵⁰ by bisection and Newton's steps; f has no double zeros, and none nearer than a cell of the grid.
func zerosOf(f, slope func(number) number, reach float64) []zero {
	const cells = 64
	at := func(x *big.Float) int { return f(number{value: x}).value.Sign() }
	given := func(x float64) *big.Float { return exactly(x).value }
	var out []zero
	keep := func(x *big.Float) {
		n := number{value: x}
		n.err = 0
		s := slope(n)
		// An iteration ends where f is its rounding.
		n.err = f(number{value: x}).err / math.Max(s.size(), tiny)
		out = append(out, zero{n, s})
	}
	width := 2 * reach / cells
	for k := range cells {
		lo, hi := given(-reach+float64(k)*width), given(-reach+float64(k+1)*width)
		if at(lo) == 0 {
			keep(lo)
			continue
		}
		if at(hi) == 0 || at(lo) == at(hi) {
			continue
		}
		from := at(lo)
		for range 20 {
			mid := exactly(0).value.Add(lo, hi)
			mid.Quo(mid, given(2))
			switch at(mid) {
			case 0:
				lo, hi = mid, mid
			case from:
				lo = mid
			default:
				hi = mid
			}
		}
		for range 5 { // Newton's steps, from 20 digits of binary on
			n := number{value: lo}
			lo = exactly(0).value.Sub(lo, exactly(0).value.Quo(f(n).value, slope(n).value))
		}
		keep(lo)
	}
	return out
}

// fixedCases: scalar equations by bisection in many digits, products of them,
// and closed forms of centred populations.
func fixedCases(c *cases, _ uint64) {
	independentUnits(c)
	oneLoading(c)
	hiddenUnits(c)
	centredPopulations(c)
}

// pointsCheck allows for each coordinate what an iteration leaves, and for
// eigenvalues what that moves them by.
func pointsCheck(points [][]number, eigenvalues [][]number) Check {
	var values, tolerances [][]float64
	var spectra [][][2]float64
	var spectral [][]float64
	for i, p := range points {
		var row []float64
		for _, x := range p {
			row = append(row, 64*x.err+x.tolerance()+64*roundoff*(1+x.size()))
		}
		values, tolerances = append(values, floats(p)), append(tolerances, row)
		var list [][2]float64
		var off []float64
		for _, e := range eigenvalues[i] {
			list = append(list, [2]float64{e.float(), 0})
			off = append(off, 64*e.err+e.tolerance()+64*roundoff)
		}
		spectra, spectral = append(spectra, list), append(spectral, off)
	}
	return Check{Member: "points", Compare: Points, Value: values, Tolerance: tolerances, With: object{"eigenvalues": spectra, "tolerance": spectral}}
}

// small is how large a residual may be at points of such size.
func residuals(points [][]number, terms float64) Check {
	n := make([]float64, len(points))
	return near("residuals", n, 256*roundoff*(1+terms))
}

// scalarNetwork is F(x) = −x + wφ(x) + b, at all its zeros.
func scalarNetwork(phi string, w, b float64) []zero {
	f := func(x number) number {
		return x.negated().plus(exactly(w).times(x.phi(phi, 0))).plus(exactly(b))
	}
	slope := func(x number) number { return exactly(w).times(x.phi(phi, 1)).minus(exactly(1)) }
	return zerosOf(f, slope, math.Abs(w)*4+math.Abs(b)*4+4.0625)
}

// independentUnits have a diagonal W: their fixed points are all combinations.
func independentUnits(c *cases) {
	for _, s := range []struct {
		name string
		phi  string
		w, b []float64
	}{
		{"one unit at rest", "tanh", []float64{0.5}, []float64{0}},
		{"one unit, bistable", "tanh", []float64{2}, []float64{0}},
		{"one unit, bistable, biased", "tanh", []float64{2}, []float64{0.25}},
		{"one unit, monostable by its bias", "tanh", []float64{2}, []float64{1}},
		{"one unit, strongly bistable", "tanh", []float64{8}, []float64{0}},
		{"one unit, inhibited", "tanh", []float64{-3}, []float64{1}},
		{"one unit, erf", "erf", []float64{1.5}, []float64{0}},
		{"one unit, erf, biased", "erf", []float64{3}, []float64{-0.5}},
		{"one unit, logistic", "logistic", []float64{8}, []float64{-4.25}},
		{"one unit, logistic, inhibited", "logistic", []float64{-4}, []float64{1}},
		{"one unit, softplus", "softplus", []float64{0.5}, []float64{-1}},
		{"one unit, hard-tanh", "hard-tanh", []float64{2}, []float64{0.25}},
		{"one unit, relu", "relu", []float64{-1}, []float64{2}},
		{"one unit, linear", "identity", []float64{0.5}, []float64{3}},
		{"two units, nine points", "tanh", []float64{2, 3}, []float64{0, 0}},
		{"two units, three points", "tanh", []float64{2, 0.5}, []float64{0, 0.25}},
		{"two units, one point", "tanh", []float64{-1, 0.5}, []float64{1, 0.5}},
		{"two units, erf", "erf", []float64{2, 2}, []float64{0.125, 0}},
		{"two units, linear", "identity", []float64{-1, 0.5}, []float64{1, 2}},
	} {
		var each [][]zero
		for i := range s.w {
			each = append(each, scalarNetwork(s.phi, s.w[i], s.b[i]))
		}
		points, eigenvalues := combinations(each)
		flags := []string{}
		if len(s.w) == 1 {
			flags = append(flags, "one-unit")
		}
		if len(points) > 1 {
			flags = append(flags, "multistable")
		}
		n := network{w: diagonal(s.w), phi: s.phi, bias: s.b}
		c.valid(s.name, flags, n.params(nil), pointsCheck(points, eigenvalues), residuals(points, 20))
	}
}

func combinations(each [][]zero) (points, eigenvalues [][]number) {
	points, eigenvalues = [][]number{nil}, [][]number{nil}
	for _, list := range each {
		var nextP, nextE [][]number
		for i := range points {
			for _, z := range list {
				nextP = append(nextP, append(slices.Clone(points[i]), z.x))
				nextE = append(nextE, append(slices.Clone(eigenvalues[i]), z.slope))
			}
		}
		points, eigenvalues = nextP, nextE
	}
	return points, eigenvalues
}

// oneLoading: κ = scale·Nᵀφ(Mκ + b), one equation.
func oneLoading(c *cases) {
	for _, n := range []network{
		{name: "equal units", phi: "tanh", m: [][]float64{{1}, {1}}, n: [][]float64{{2}, {2}}, scale: 0.5},
		{name: "unequal units, scale 1/N", phi: "tanh", m: [][]float64{{2}, {1}, {-1}, {0.5}}, n: [][]float64{{3}, {2}, {-4}, {1}}, scale: 0.25},
		{name: "unequal units, biased", phi: "tanh", m: [][]float64{{2}, {1}, {-1}, {0.5}}, n: [][]float64{{3}, {2}, {-4}, {1}}, scale: 0.25, bias: []float64{0.25, 0, 0.125, -0.25}},
		{name: "at rest", phi: "tanh", m: [][]float64{{1}, {0.5}}, n: [][]float64{{0.5}, {0.5}}, scale: 1},
		{name: "inhibiting", phi: "tanh", m: [][]float64{{2}, {1}}, n: [][]float64{{-1}, {-1}}, scale: 1, bias: []float64{0.5, 0.25}},
		{name: "erf", phi: "erf", m: [][]float64{{1}, {2}}, n: [][]float64{{1}, {1}}, scale: 1},
		{name: "logistic, biased", phi: "logistic", m: [][]float64{{4}, {4}}, n: [][]float64{{2}, {2}}, scale: 0.5, bias: []float64{-4.25, -4}},
		{name: "three steps of a stair", phi: "tanh", m: [][]float64{{4}, {4}}, n: [][]float64{{2}, {2}}, scale: 0.5, bias: []float64{-4, 4}},
		{name: "linear", phi: "identity", m: [][]float64{{1}, {2}}, n: [][]float64{{0.5}, {-0.25}}, scale: 1, bias: []float64{1, 0.5}},
	} {
		f := func(kappa number) number { return n.latentField([]number{kappa})[0] }
		slope := func(kappa number) number { return n.latentJacobian([]number{kappa})[0][0] }
		reach := 0.0
		for _, row := range n.n {
			reach += 4 * n.scale * math.Abs(row[0])
		}
		points, eigenvalues := combinations([][]zero{zerosOf(f, slope, reach+1.0625)})
		flags := []string{"low-rank"}
		if n.scale != 1 {
			flags = append(flags, "factor-of-N")
		}
		if len(points) > 1 {
			flags = append(flags, "multistable")
		}
		c.valid("rank one, "+n.name, flags, n.params(nil), pointsCheck(points, eigenvalues), residuals(points, reach))
	}
}

// hiddenUnits: mixtures without variance, R = 1: κ = Σ α n φ(mκ + I).
func hiddenUnits(c *cases) {
	none := diagonal([]float64{0, 0, 0})
	for _, m := range []mixture{
		{name: "one hidden unit", phi: "tanh", populations: []quadrature.Population{{Weight: 1, Mean: []float64{1, 2, 0}, Cov: none}}},
		{name: "one hidden unit at rest", phi: "tanh", populations: []quadrature.Population{{Weight: 1, Mean: []float64{1, 0.5, 0.25}, Cov: none}}},
		{name: "two hidden units", phi: "tanh", populations: []quadrature.Population{{Weight: 0.5, Mean: []float64{4, 2, -4}, Cov: none}, {Weight: 0.5, Mean: []float64{4, 2, 4}, Cov: none}}},
		{name: "two hidden units of unlike weight", phi: "erf", populations: []quadrature.Population{{Weight: 0.25, Mean: []float64{2, 6, 0.5}, Cov: none}, {Weight: 0.75, Mean: []float64{-1, 1, 0}, Cov: none}}},
	} {
		f := func(kappa number) number { return m.plainField(kappa, 0) }
		slope := func(kappa number) number { return m.plainField(kappa, 1) }
		points, eigenvalues := combinations([][]zero{zerosOf(f, slope, 8.0625)})
		flags := []string{"zero-variance"}
		if len(points) > 1 {
			flags = append(flags, "multistable")
		}
		c.valid("a mixture without variance, "+m.name, flags, m.params(nil), pointsCheck(points, eigenvalues), residuals(points, 8))
	}
}

// plainField is −κ + Σ α n φ(mκ + I), or its derivative.
func (m mixture) plainField(kappa number, order int) number {
	out := kappa.negated()
	if order == 1 {
		out = exactly(-1)
	}
	for _, p := range m.populations {
		term := exactly(p.Weight).times(exactly(p.Mean[1])).times(exactly(p.Mean[0]).times(kappa).plus(exactly(p.Mean[2])).phi(m.phi, order))
		if order == 1 {
			term = term.times(exactly(p.Mean[0]))
		}
		out = out.plus(term)
	}
	return out
}

// centredPopulations: for φ = erf(√π x/2), ⟨φ'⟩ = (1 + πΔ/2)^−½, so that the
// fixed points along an eigenvector u of eigenvalue λ > 1 are ±ρu with
// ρ²uᵀΣ_mm u = 2(λ² − 1)/π.
func centredPopulations(c *cases) {
	type line struct {
		lambda float64
		along  []float64 // eigenvector of σ
	}
	for _, s := range []struct {
		name  string
		sigma [][]float64
		mm    [][]float64
		lines []line
	}{
		{"R = 1, at rest", [][]float64{{0.5}}, [][]float64{{1}}, []line{{0.5, []float64{1}}}},
		{"R = 1, bistable", [][]float64{{1.5}}, [][]float64{{1}}, []line{{1.5, []float64{1}}}},
		{"R = 1, bistable, wide", [][]float64{{2}}, [][]float64{{4}}, []line{{2, []float64{1}}}},
		{"R = 2, five points", [][]float64{{1.25, 0}, {0, 1.5}}, identity(2), []line{{1.25, []float64{1, 0}}, {1.5, []float64{0, 1}}}},
		{"R = 2, three points", [][]float64{{0.5, 0}, {0, 1.5}}, identity(2), []line{{0.5, []float64{1, 0}}, {1.5, []float64{0, 1}}}},
		{"R = 2, far from normal", [][]float64{{1.25, 0.5}, {0, 1.5}}, identity(2), []line{{1.25, []float64{1, 0}}, {1.5, []float64{2, 1}}}},
		{"R = 2, at rest", [][]float64{{0.5, 0.25}, {0, -0.5}}, identity(2), []line{{0.5, []float64{1, 0}}, {-0.5, []float64{-0.25, 1}}}},
		{"R = 2, unlike variances", [][]float64{{1.5, 0}, {0, 1.25}}, [][]float64{{1, 0}, {0, 4}}, []line{{1.5, []float64{1, 0}}, {1.25, []float64{0, 1}}}},
	} {
		r := len(s.sigma)
		pi := number{value: must(precise.PhiBig("identity", pi(), 0))}
		points, eigenvalues := [][]number{make0(r)}, [][]number{nil}
		for _, l := range s.lines {
			eigenvalues[0] = append(eigenvalues[0], exactly(l.lambda).minus(exactly(1)))
		}
		for k, l := range s.lines {
			if l.lambda <= 1 {
				continue
			}
			lambda, u := exactly(l.lambda), exactVector(l.along)
			spread := dot(u, apply(exactMatrix(s.mm), u))
			square := exactly(2).times(lambda.times(lambda).minus(exactly(1))).over(pi).over(spread)
			rho := square.root()
			for _, sign := range []float64{1, -1} {
				var p, e []number
				for i := range u {
					x := exactly(sign).times(rho).times(u[i])
					x.err += roundoff * 16 * l.lambda / (l.lambda - 1)
					if u[i].isZero() {
						x.err = roundoff * 16 * l.lambda / (l.lambda - 1)
					}
					p = append(p, x)
				}
				for j, other := range s.lines {
					x := exactly(other.lambda).over(lambda).minus(exactly(1))
					if j == k {
						x = exactly(1).over(lambda.times(lambda)).minus(exactly(1))
					}
					x.err += roundoff * 64 * l.lambda / (l.lambda - 1)
					e = append(e, x)
				}
				points, eigenvalues = append(points, p), append(eigenvalues, e)
			}
		}
		cov := diagonal(make([]float64, 2*r+1))
		for i := range r {
			for j := range r {
				cov[i][j], cov[r+i][j], cov[j][r+i] = s.mm[i][j], s.sigma[i][j], s.sigma[i][j]
			}
			cov[r+i][r+i] = 16 // free, and large enough
		}
		m := mixture{phi: "erf", populations: []quadrature.Population{{Weight: 1, Mean: make([]float64, 2*r+1), Cov: cov}}}
		flags := []string{"centred"}
		if len(points) > 1 {
			flags = append(flags, "multistable")
		}
		if len(s.lines) > 1 && s.sigma[0][1] != 0 {
			flags = append(flags, "non-normal")
		}
		check := pointsCheck(points, eigenvalues)
		c.valid(fmt.Sprintf("a centred population, %s", s.name), flags, m.params(nil), check, residuals(points, 8))
	}
}

// pi to 190 digits of binary: erf's slope at 0 is 1 for √π x/2, and ∫ is not
// needed: 16 arctan(1/5) − 4 arctan(1/239).
func pi() *big.Float {
	arctan := func(n int64) *big.Float {
		sum, x := exactly(0).value, exactly(1).value
		x.Quo(x, new(big.Float).SetPrec(digits).SetInt64(n))
		square := new(big.Float).SetPrec(digits).SetInt64(n * n)
		for k := int64(0); k < 100; k++ {
			term := new(big.Float).SetPrec(digits).Quo(x, new(big.Float).SetPrec(digits).SetInt64(2*k+1))
			if k%2 == 1 {
				term.Neg(term)
			}
			sum.Add(sum, term)
			x.Quo(x, square)
		}
		return sum
	}
	a, b := arctan(5), arctan(239)
	a.Mul(a, exactly(16).value)
	b.Mul(b, exactly(4).value)
	return a.Sub(a, b)
}
