package vectors

import (
	"math"
	"math/big"
	"slices"

	"github.com/rankproof/rankproof/internal/wire"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
)

// feature is a population before its n is known; root is L, Σ_mm = L Lᵀ,
// diagonal, without the columns that are 0.
type feature struct {
	meanM     []float64
	root      []float64
	meanI     float64
	deviation float64
}

func (f feature) asObject() object {
	mm := make([]float64, len(f.root))
	for i, l := range f.root {
		mm[i] = l * l
	}
	return object{"mean_m": f.meanM, "cov_mm": diagonal(mm), "mean_I": f.meanI, "var_I": f.deviation * f.deviation}
}

// columns are those of the design matrix at a κ: ⟨φ⟩, and ⟨φ'⟩(Lᵀκ)_j for each
// column of L unless covariances are left out.
func (f feature) columns(phi string, kappa []float64, covariance bool) []number {
	k := exactVector(kappa)
	mu := exactly(f.meanI).plus(dot(exactVector(f.meanM), k))
	delta := exactly(f.deviation).times(exactly(f.deviation))
	for i, l := range f.root {
		x := exactly(l).times(k[i])
		delta = delta.plus(x.times(x))
	}
	if !slices.ContainsFunc(append(slices.Clone(f.root), f.deviation), func(x float64) bool { return x != 0 }) {
		return []number{mu.phi(phi, 0)}
	}
	out := []number{average(phi, 0, mu, delta)}
	for i, l := range f.root {
		if l != 0 && covariance {
			out = append(out, average(phi, 1, mu, delta).times(exactly(l).times(k[i])))
		}
	}
	return out
}

// fitProblem is a field to be met at points.
type fitProblem struct {
	name           string
	flags          []string
	phi            string
	features       []feature
	points, target [][]float64
	ridge          float64
	plain          bool // without covariances
}

// fitCases: least squares in rationals; what is compared is the field of the
// answer at the points, and how far it is from the targets.
func fitCases(c *cases, seed uint64) {
	r := random(seed, "fit")
	grid := [][]float64{{-2}, {-1.5}, {-1}, {-0.5}, {0}, {0.5}, {1}, {1.5}, {2}}
	plane := [][]float64{{-1, -1}, {-1, 0}, {-1, 1}, {0, -1}, {0, 0}, {0, 1}, {1, -1}, {1, 0}, {1, 1}, {0.5, -0.5}}
	units := func(deviation float64) []feature {
		return []feature{{[]float64{1}, []float64{deviation}, 0, 0}, {[]float64{-0.5}, []float64{0}, 0.75, deviation}, {[]float64{2}, []float64{deviation / 2}, -0.5, deviation}}
	}
	flat := []feature{{[]float64{1, 0.5}, []float64{0, 0}, 0, 0}, {[]float64{-0.5, 1}, []float64{0, 0}, 0.25, 0}, {[]float64{0.25, -1}, []float64{0, 0}, -0.5, 0}}
	spread := []feature{{[]float64{1, 0.5}, []float64{0.5, 0.25}, 0, 0.5}, {[]float64{-0.5, 1}, []float64{0, 0.5}, 0.25, 0}}
	cubic := func(points [][]float64) [][]float64 {
		var out [][]float64
		for _, p := range points {
			row := make([]float64, len(p))
			for i := range p {
				row[i] = p[i] - p[i]*p[i]*p[i] + 0.25*p[(i+1)%len(p)]
			}
			out = append(out, row)
		}
		return out
	}
	var list []fitProblem
	for _, phi := range []string{"tanh", "erf", "logistic", "softplus", "relu", "hard-tanh"} {
		kinked := map[string][]string{"relu": {"kinked"}, "hard-tanh": {"kinked"}}[phi]
		for _, ridge := range []float64{0, 0x1p-10, 0.25} {
			var flags []string
			if ridge > 0 {
				flags = append(flags, "ridge")
			}
			flags = append(flags, kinked...)
			list = append(list,
				fitProblem{name: "hidden units, R = 1, " + phi, flags: append(slices.Clone(flags), "zero-variance"), phi: phi, features: units(0), points: grid, target: cubic(grid), ridge: ridge},
				fitProblem{name: "hidden units, R = 2, " + phi, flags: append(slices.Clone(flags), "zero-variance"), phi: phi, features: flat, points: plane, target: cubic(plane), ridge: ridge})
			if len(kinked) == 0 {
				list = append(list,
					fitProblem{name: "populations, R = 1, " + phi, flags: flags, phi: phi, features: units(0.5), points: grid, target: cubic(grid), ridge: ridge},
					fitProblem{name: "populations, R = 2, " + phi, flags: flags, phi: phi, features: spread, points: plane, target: cubic(plane), ridge: ridge})
			}
		}
	}
	for _, phi := range []string{"tanh", "relu"} {
		list = append(list, fitProblem{name: "populations without covariances, " + phi, phi: phi, features: units(0.5)[2:], points: grid, target: cubic(grid), plain: true, ridge: 0x1p-6, flags: []string{"ridge"}})
	}
	// A field whose hidden units are among the features, of relu's whose values
	// are short: met exactly.
	realizable := fitProblem{name: "a field that is met, relu", phi: "relu", flags: []string{"realizable", "zero-variance", "kinked"}, features: units(0), points: grid}
	weights := []float64{0.5, -1, 0.25}
	for _, p := range grid {
		y := exactly(-p[0])
		for i, f := range realizable.features {
			y = y.plus(exactly(weights[i]).times(f.columns("relu", p, true)[0]))
		}
		realizable.target = append(realizable.target, []float64{y.float()})
	}
	twice := realizable
	twice.name, twice.flags = "two features that are one, relu", append(slices.Clone(realizable.flags), "rank-deficient")
	twice.features = append(slices.Clone(units(0)), units(0)[0])
	few := fitProblem{name: "fewer points than features, relu", phi: "relu", flags: []string{"rank-deficient", "zero-variance", "kinked"}, features: units(0), points: [][]float64{{1}, {2}}, target: [][]float64{{0.5}, {-1}}}
	one := fitProblem{name: "one point, one feature", phi: "relu", flags: []string{"zero-variance", "kinked", "realizable"}, features: units(0)[:1], points: [][]float64{{2}}, target: [][]float64{{1}}}
	random := fitProblem{name: "random targets", phi: "tanh", flags: []string{"zero-variance"}, features: flat, points: plane, target: dyadics(r, len(plane), 2, 2)}
	for _, p := range append(list, realizable, twice, few, one, random) {
		c.fit(p)
	}
	params := list[0].params()
	params["ridge"] = -1
	c.invalid("a negative ridge", []string{"inadmissible", "ridge"}, params, wire.Invalid)
	empty := list[0].params()
	empty["points"], empty["targets"] = []any{}, []any{}
	c.invalid("no points", []string{"inadmissible"}, empty, wire.Invalid)
}

func (p fitProblem) params() object {
	var features []object
	for _, f := range p.features {
		features = append(features, f.asObject())
	}
	out := object{"nonlinearity": p.phi, "features": features, "points": p.points, "targets": p.target, "ridge": p.ridge}
	if p.plain {
		out["without_covariance"] = true
	}
	return out
}

func (c *cases) fit(p fitProblem) {
	var design [][]number
	inexact := 0.0
	for _, kappa := range p.points {
		var row []number
		for _, f := range p.features {
			row = append(row, f.columns(p.phi, kappa, !p.plain)...)
		}
		for _, x := range row {
			inexact = math.Hypot(inexact, x.tolerance())
		}
		design = append(design, row)
	}
	phi, columns := fractions(design), len(design[0])
	y := make([][]float64, len(p.points))
	for k := range y {
		for r := range p.target[k] {
			y[k] = append(y[k], p.target[k][r]+p.points[k][r]) // exact: both are short
		}
	}
	right := must(exact.FromFloat64(y))
	normal := phi.T().Mul(phi).Add(exact.Identity(columns).Scale(rational(p.ridge)))
	coefficients := normal.GeneralizedInverse().Mul(phi.T()).Mul(right)
	met := phi.Mul(coefficients).Sub(must(exact.FromFloat64(p.points)))
	residual := met.Sub(must(exact.FromFloat64(p.target)))
	rms := math.Sqrt(frobenius(residual.Float64()) * frobenius(residual.Float64()) / float64(len(p.points)))

	// Least squares by an orthogonal factorization: ‖Φ δc‖ ≤ u(‖Φ‖‖c‖ + κ‖residual‖),
	// and errors of Φ itself count as rounding of it. Of the coefficients of least norm.
	stacked := rowsOf(design)
	for j := range columns {
		row := make([]float64, columns)
		row[j] = math.Sqrt(p.ridge)
		stacked = append(stacked, row)
	}
	singular := dense.SingularValues(stacked)
	rank := normal.Rank()
	kappa := singular[0] / singular[rank-1]
	size := frobenius(y) / singular[rank-1] // ‖c‖ at most
	left := math.Hypot(frobenius(residual.Float64()), math.Sqrt(p.ridge)*size)
	off := (roundings(len(stacked)+columns)*roundoff*singular[0]+inexact)*(size+kappa*left/singular[0]) + roundings(1)*roundoff*frobenius(p.points)
	value := met.Float64()
	c.valid(p.name, p.flags, p.params(), near("rms", rms, off*math.Sqrt(float64(len(p.target[0])))),
		Check{Member: "mixture", Compare: FieldOf, Value: value, Tolerance: off, With: object{"kappa": p.points}})
}

// fractions are numbers of 120 bits as rationals.
func fractions(m [][]number) *exact.Matrix {
	rows := make([][]*big.Rat, len(m))
	for i := range m {
		for _, x := range m[i] {
			r, _ := new(big.Float).SetPrec(120).Set(x.value).Rat(nil)
			rows[i] = append(rows[i], r)
		}
	}
	return must(exact.FromRat(rows))
}
