package model_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
)

// TestPublishedMeanFields compares everything that the reference has on mean
// fields of one centred population with what this package says.
func TestPublishedMeanFields(t *testing.T) {
	var file struct {
		MeanField map[string]json.RawMessage `json:"mean_field"`
	}
	readFigures(t, &file, "mean_field")
	total, worst := 0, 0.0
	for _, name := range slices.Sorted(maps.Keys(file.MeanField)) {
		l := newLedger(t, name, file.MeanField[name])
		switch {
		case name == "radius_rho_of_lambda":
			compareRadii(l)
		case l.has("fixed_points"):
			compareFixedPoints(l)
		default:
			compareRing(l)
		}
		l.done()
		total, worst = total+sum(l.compared), max(worst, l.worst)
	}
	require.Len(t, file.MeanField, 13)
	t.Logf("%d numbers of %d cases, worst relative difference %.2g", total, len(file.MeanField), worst)
}

// centred is one population, Σ_mm = 1.
func centred(t testing.TB, overlap [][]float64) *model.Circuit {
	t.Helper()
	m, err := model.CentredMixture(model.Tanh(), []float64{1}, [][][]float64{overlap}, [][][]float64{identityRows(len(overlap))})
	require.NoError(t, err)
	return m.Circuit()
}

func identityRows(n int) [][]float64 {
	out := make([][]float64, n)
	for i := range out {
		out[i] = make([]float64, n)
		out[i][i] = 1
	}
	return out
}

func fixedPointsOf(t testing.TB, f interface {
	FixedPoints(model.EquilibriumSearch) (*model.EquilibriumSet, error)
}) *model.EquilibriumSet {
	t.Helper()
	set, err := f.FixedPoints(model.EquilibriumSearch{Seed: 1})
	require.NoError(t, err)
	return set
}

// compareRadii: the non-zero fixed point of rank one with overlap λ.
func compareRadii(l *ledger) {
	for field := range l.fields {
		lambda, err := strconv.ParseFloat(field, 64)
		require.NoError(l.t, err)
		set := fixedPointsOf(l.t, centred(l.t, [][]float64{{lambda}}))
		require.Len(l.t, set.Points, 3)
		l.number(field, set.Points[2].Point[0])
	}
}

// overlapOf reads the parameters; Cmm, where it is there, is 1.
func overlapOf(l *ledger) *model.Circuit {
	params := l.within("params")
	overlap := params.path("Sigma")
	if params.has("Cmm") {
		require.Equal(l.t, [][]float64{{1}}, params.path("Cmm"))
	}
	l.close("params", params)
	return centred(l.t, overlap)
}

// describe passes over what is in words, and over the file's own rounding.
func (l *ledger) describe(fields ...string) {
	for _, f := range fields {
		require.Contains(l.t, l.fields, f)
		l.read[f] = 1
	}
}

func compareFixedPoints(l *ledger) {
	c := overlapOf(l)
	set := fixedPointsOf(l.t, c)
	require.False(l.t, set.Continuum)
	l.describe("note", "index_sum_expected")
	l.whole("n", len(set.Points))
	sign := 1 // the file's index is that of DF, ours of −DF
	if c.Dim()%2 == 1 {
		sign = -1
	}
	require.Equal(l.t, 1, set.IndexSum)
	l.whole("index_sum", sign*set.IndexSum)
	var points []json.RawMessage
	l.decode("fixed_points", &points)
	taken := map[int]bool{}
	for k, raw := range points {
		p := newLedger(l.t, fmt.Sprintf("%s/%d", l.name, k), raw)
		comparePoint(p, c, set, sign, taken)
		p.everyField()
		l.read["fixed_points"] += sum(p.read)
		l.compared["fixed_points"] += sum(p.compared)
		if p.worst >= l.worst {
			l.worst, l.where = p.worst, p.name+"/"+p.where
		}
	}
	require.Len(l.t, taken, len(set.Points), "each point of ours is one of the file")
	if l.has("limit_cycle") {
		cycle := l.within("limit_cycle")
		compareCycle(cycle, c)
		l.close("limit_cycle", cycle)
	}
}

// comparePoint compares the nearest point that was found. Coordinates are of
// size 1, at the origin too.
func comparePoint(p *ledger, c *model.Circuit, set *model.EquilibriumSet, sign int, taken map[int]bool) {
	var kappa []float64
	p.decode("kappa", &kappa)
	nearest, least := -1, math.Inf(1)
	for i, q := range set.Points {
		distance := 0.0
		for r := range kappa {
			distance += math.Abs(q.Point[r] - kappa[r])
		}
		if distance < least {
			nearest, least = i, distance
		}
	}
	q := set.Points[nearest]
	taken[nearest] = true
	norm := 0.0
	for _, x := range q.Point {
		norm = math.Hypot(norm, x)
	}
	p.numbersOf("kappa", q.Point, 1)
	p.numberOf("norm", norm, 1)
	p.numberOf("residual", q.Residual, 1)
	p.whole("index", sign*q.Index)
	p.truth("stable", q.Stability == model.Stable)
	values := slices.Clone(q.Eigenvalues)
	slices.SortFunc(values, func(a, b complex128) int { // as the file has them
		if real(a) != real(b) && imag(a) == 0 {
			if real(a) > real(b) {
				return -1
			}
			return 1
		}
		return int(math.Copysign(1, imag(b)-imag(a)))
	})
	rows := make([][]float64, len(values))
	for i, z := range values {
		rows[i] = []float64{real(z), imag(z)}
	}
	p.matrix("jacobian_eigs", matrixOf(rows))
}

func compareCycle(l *ledger, c *model.Circuit) {
	t := l.t
	cycle, err := model.FindCycle(c, model.CycleSearch{Start: []float64{1, 0}, Transient: 20})
	require.NoError(t, err)
	radius := math.Hypot(cycle.Point[0], cycle.Point[1])
	// Steps are integrated to 1e-12; an orbit of some hundred of them adds up to less than
	// a hundred times that.
	const integrated = 1e-10
	for field, got := range map[string]float64{
		"exact_radius": radius, "exact_period": cycle.Period, "angular_freq": 2 * math.Pi / cycle.Period, "radial_floquet_exponent": real(cycle.Exponents[0]),
	} {
		l.rounding(field, got, integrated*math.Abs(got))
	}
	require.True(t, cycle.Stable)
	numeric := l.within("numeric")
	numeric.describe("section", "last_change", "point") // the file's own way to it
	numeric.read["point"] = 2
	for field, got := range map[string]float64{"period": cycle.Period, "r_min": radius, "r_max": radius} {
		numeric.rounding(field, got, integrated*got)
	}
	var amp []float64
	numeric.decode("amp", &amp)
	for i, a := range amp {
		require.LessOrEqual(t, math.Abs(a-cycle.Amplitude[i]), integrated*a, "%s/amp[%d]", l.name, i)
	}
	numeric.compared["amp"] = 2
	l.close("numeric", numeric)
}

func compareRing(l *ledger) {
	c := overlapOf(l)
	l.describe("note")
	set := fixedPointsOf(l.t, c)
	require.True(l.t, set.Continuum)
	var radius float64
	l.decode("radius", &radius)
	seen := 0
	for _, p := range set.Points {
		r := math.Hypot(p.Point[0], p.Point[1])
		if r == 0 {
			l.numbersOf("origin_eigs", []float64{real(p.Eigenvalues[0]), real(p.Eigenvalues[1])}, 1)
			continue
		}
		seen++
		l.number("radius", r)
		l.number("radial_eig", real(p.Eigenvalues[1]))
		require.Zero(l.t, p.Index)
	}
	require.Greater(l.t, seen, 8)
	for field, angle := range map[string]float64{"jac_on_ring_angle0": 0, "jac_on_ring_angle1rad": 1} {
		j, err := c.Jacobian([]float64{radius * math.Cos(angle), radius * math.Sin(angle)})
		require.NoError(l.t, err)
		l.matrix(field, j)
	}
}
