package model_test

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/rankproof/rankproof/model"
)

// describe prints the fixed points of a mean field by what they are.
func describe(m *model.Mixture) {
	set, err := m.Circuit().FixedPoints(model.EquilibriumSearch{Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	stable := 0
	for _, p := range set.Points {
		if p.Stability == model.Stable {
			stable++
		}
	}
	switch {
	case set.Continuum:
		fmt.Println("a continuum of fixed points")
	default:
		fmt.Printf("%d fixed points, %d of them stable; their indices add up to %d\n", len(set.Points), stable, set.IndexSum)
	}
}

// Two eigenvalues of the overlap above 1: the larger one has the stable states.
func ExampleCentredMixture() {
	m, err := model.CentredMixture(model.Tanh(), []float64{1},
		[][][]float64{{{1.2, 0}, {0, 1.6}}}, // Σ_nm
		[][][]float64{{{1, 0}, {0, 1}}})     // Σ_mm
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := m.Circuit().FixedPoints(model.EquilibriumSearch{Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range set.Points {
		fmt.Printf("(%.4f, %.4f) %v, index %+d\n", p.Point[0]+0, p.Point[1]+0, p.Stability, p.Index)
	}
	fmt.Println("indices add up to", set.IndexSum)
	// Output:
	// (-0.4863, 0.0000) unstable, index -1
	// (0.0000, -0.9481) stable, index +1
	// (0.0000, 0.0000) unstable, index +1
	// (0.0000, 0.9481) stable, index +1
	// (0.4863, 0.0000) unstable, index -1
	// indices add up to 1
}

// A repeated eigenvalue: a ring attractor.
func ExampleCircuit_FixedPoints_ring() {
	m, err := onePopulation([][]float64{{1.6, 0}, {0, 1.6}})
	if err != nil {
		fmt.Println(err)
		return
	}
	describe(m)
	for _, angle := range []float64{0, 1, 2} {
		sin, cos := math.Sincos(angle)
		f, err := m.Circuit().Field([]float64{0.9481343176061605 * cos, 0.9481343176061605 * sin})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("at rest on the ring:", math.Hypot(f[0], f[1]) < 1e-14)
	}
	// Output:
	// a continuum of fixed points
	// at rest on the ring: true
	// at rest on the ring: true
	// at rest on the ring: true
}

// A complex pair a ± ib with a > 1: a limit cycle of period 2πa/b, whatever
// else the overlap is.
func ExampleFindCycle() {
	for _, overlap := range [][][]float64{
		{{1.6, -0.8}, {0.8, 1.6}},
		{{1.6, -6.4}, {0.1, 1.6}}, // of the same eigenvalues, far from normal
	} {
		m, err := onePopulation(overlap)
		if err != nil {
			fmt.Println(err)
			return
		}
		cycle, err := model.FindCycle(m.Circuit(), model.CycleSearch{Start: []float64{1, 0}, Transient: 20})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("period %.6f = 2πa/b %.6f, amplitudes %.4f, stable: %v\n", cycle.Period, 2*math.Pi*1.6/0.8, cycle.Amplitude, cycle.Stable)
	}
	// Output:
	// period 12.566371 = 2πa/b 12.566371, amplitudes [0.9481 0.9481], stable: true
	// period 12.566371 = 2πa/b 12.566371, amplitudes [1.3902 0.2330], stable: true
}

// Populations on the vertices of a square, a hexagon, a cube.
func ExamplePointMixture() {
	for _, points := range [][][]float64{polygon(4, 2), polygon(6, 2), cubeAt(2), cubeAt(3)} {
		m, err := model.PointMixture(model.Tanh(), points)
		if err != nil {
			fmt.Println(err)
			return
		}
		describe(m)
	}
	// Output:
	// 9 fixed points, 4 of them stable; their indices add up to 1
	// 13 fixed points, 6 of them stable; their indices add up to 1
	// 27 fixed points, 6 of them stable; their indices add up to 1
	// 51 fixed points, 14 of them stable; their indices add up to 1
}

// A network of 5,000 units sampled from two populations, and the mean field that
// it fluctuates around.
func ExampleMixture_Sample() {
	m, err := twoPopulations()
	if err != nil {
		fmt.Println(err)
		return
	}
	net, err := m.Sample(rand.New(rand.NewPCG(1, 2)), model.MixtureSampling{Units: 5000, Sizes: model.ExactSizes})
	if err != nil {
		fmt.Println(err)
		return
	}
	kappa := []float64{2}
	field, err := m.Circuit().Field(kappa)
	if err != nil {
		fmt.Println(err)
		return
	}
	sampled, err := net.Field(kappa)
	if err != nil {
		fmt.Println(err)
		return
	}
	variance, err := m.FieldVariance(kappa, true)
	if err != nil {
		fmt.Println(err)
		return
	}
	deviation := math.Sqrt(variance / 5000)
	fmt.Printf("F(2) = %.4f, deviation of a network of 5000 units %.4f\n", field[0], deviation)
	fmt.Println("this one is within three of it:", math.Abs(sampled[0]-field[0]) < 3*deviation)
	describe(m)
	// Output:
	// F(2) = -0.5144, deviation of a network of 5000 units 0.1197
	// this one is within three of it: true
	// 5 fixed points, 3 of them stable; their indices add up to 1
}
