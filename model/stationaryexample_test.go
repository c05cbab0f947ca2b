package model_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/rankproof/rankproof/model"
	"gonum.org/v1/gonum/mat"
)

// A latent that drives another, seen through three units, two of them noisy.
func newCascade() *model.LDS {
	q, _ := model.IsotropicNoise(2, 0.75)
	r, _ := model.DiagonalNoise([]float64{0, 1, 2})
	l, err := model.NewLDS(model.LDSConfig{
		A: mat.NewDense(2, 2, []float64{0.5, 0, 0.25, 0.5}),
		C: mat.NewDense(3, 2, []float64{1, 0.5, 0.5, 1, 1, 1}),
		Q: q, R: r,
	})
	if err != nil {
		panic(err)
	}
	return l
}

func ExampleLDS_StationaryCovariance() {
	s, err := newCascade().StationaryCovariance()
	if err != nil {
		panic(err)
	}
	fmt.Printf("V = %.3f\n", mat.Formatted(s.Cov, mat.Prefix("    ")))
	fmt.Printf("known to rounding of V: %t\n", s.ErrorBound <= 0x1p-53*mat.Norm(s.Cov, 2))
	fmt.Printf("a change of Q moves V by %.3f of it at most\n", s.Amplification)

	walk, _ := model.IsotropicNoise(1, 1)
	l, _ := model.NewLDS(model.LDSConfig{A: mat.NewDense(1, 1, []float64{1.25}), C: mat.NewDense(1, 1, []float64{1}), Q: walk, R: walk})
	_, err = l.StationaryCovariance()
	fmt.Println(err)
	// Output:
	// V = ⎡1.000  0.167⎤
	//     ⎣0.167  1.139⎦
	// known to rounding of V: true
	// a change of Q moves V by 1.667 of it at most
	// unstable: spectral radius 1.25 ≥ 1
}

func ExampleLDS_Autocovariances() {
	lambda, err := newCascade().Autocovariances(1)
	if err != nil {
		panic(err)
	}
	for k, l := range lambda {
		fmt.Printf("Λ_%d = %.3f\n", k, mat.Formatted(l, mat.Prefix("      ")))
	}
	// Output:
	// Λ_0 = ⎡1.451  1.278  1.819⎤
	//       ⎢1.278  2.556  1.889⎥
	//       ⎣1.819  1.889  4.472⎦
	// Λ_1 = ⎡0.861  0.722  1.056⎤
	//       ⎢0.910  0.944  1.236⎥
	//       ⎣1.181  1.111  1.528⎦
}

// Observing some of the units of a system is a system with the same latents.
func ExampleLDS_Observe() {
	l, err := newCascade().Observe([]int{2, 0})
	if err != nil {
		panic(err)
	}
	fmt.Printf("C = %v\n", mat.Formatted(l.C(), mat.Prefix("    ")))
	fmt.Printf("R = %v\n", mat.Formatted(l.R().Dense(), mat.Prefix("    ")))
	_, err = l.Observe([]int{0, 2})
	fmt.Println(err)
	// Output:
	// C = ⎡  1    1⎤
	//     ⎣  1  0.5⎦
	// R = ⎡2  0⎤
	//     ⎣0  0⎦
	// invalid input: unit 1 of the list is 2, want different ones of 0 … 1
}

// In other coordinates of the latents, the observations have the same law.
func ExampleLDS_Transform() {
	l, err := newCascade().Transform(mat.NewDense(2, 2, []float64{2, 0, 1, 1}))
	if err != nil {
		panic(err)
	}
	fmt.Printf("A = %v\n", mat.Formatted(l.A(), mat.Prefix("    ")))
	lambda, err := l.Autocovariances(1)
	if err != nil {
		panic(err)
	}
	fmt.Printf("Λ_1 = %.3f\n", mat.Formatted(lambda[1], mat.Prefix("      ")))
	// Output:
	// A = ⎡  0.5      0⎤
	//     ⎣0.125    0.5⎦
	// Λ_1 = ⎡0.861  0.722  1.056⎤
	//       ⎢0.910  0.944  1.236⎥
	//       ⎣1.181  1.111  1.528⎦
}

// A network of 100,000 units: what it feeds back has a covariance of rank times rank numbers.
func ExampleLinearRNN_StationaryCovariance() {
	const units = 100_000
	m, n := mat.NewDense(units, 1, nil), mat.NewDense(units, 1, nil)
	for i := range units {
		m.Set(i, 0, 1)
		n.Set(i, 0, 0.5/units)
	}
	p, _ := model.IsotropicNoise(units, 3)
	net, err := model.NewLinearRNN(model.LinearRNNConfig{M: m, N: n, P: p})
	if err != nil {
		panic(err)
	}
	s, err := net.StationaryCovariance()
	if err != nil {
		panic(err)
	}
	fmt.Printf("Var(Nᵀy) = %.3g, overlap of size %.3g\n", s.Z.At(0, 0), s.SpectralRadius)
	// Output:
	// Var(Nᵀy) = 1e-05, overlap of size 0.5
}

func ExampleLDS_Sample() {
	y, x, err := newCascade().Sample(rand.New(rand.NewPCG(1, 2)), 3)
	if err != nil {
		panic(err)
	}
	fmt.Println(len(y), "observations of", len(y[0]), "units,", len(x[0]), "latents")
	fmt.Println("unit 0 has no noise of its own:", y[2][0] == x[2][0]+x[2][1]/2)
	// Output:
	// 3 observations of 3 units, 2 latents
	// unit 0 has no noise of its own: true
}
