package model_test

import (
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	"github.com/rankproof/rankproof/model"
	"gonum.org/v1/gonum/mat"
)

// From a mixture to latents (X2): one population with Σ_nm = 1.3 makes a
// circuit of two stable states. A network of 200 units drawn from it rests near
// one of them; with noise, in discrete time, it is a linear network of rank one
// near that rest, and so an LDS of two latents. What the LDS says of κ = (1/N)nᵀr
// is what the network does with its nonlinearity in place.
func ExampleRNN_LinearizeNoisy_pipeline() {
	check := func(err error) {
		if err != nil {
			log.Fatal(err)
		}
	}
	mixture, err := model.CentredMixture(model.Tanh(), []float64{1}, [][][]float64{{{1.3}}}, [][][]float64{{{1}}})
	check(err)
	box, err := mixture.Circuit().TrappingBox()
	check(err)
	states, err := mixture.Circuit().FixedPoints(model.EquilibriumSearch{Box: box, Seed: 1})
	check(err)
	for _, p := range states.Points {
		fmt.Printf("mean field: κ = %5.2f, %v, index %+d\n", 0+math.Round(100*p.Point[0])/100, p.Stability, p.Index)
	}

	const units = 200
	sampled, err := mixture.Sample(rand.New(rand.NewPCG(1, 1)), model.MixtureSampling{Units: units, MatchMoments: true})
	check(err)
	net, err := sampled.RNN()
	check(err)
	on := []float64{1}                                  // v = 1
	rest, err := net.Newton(on, states.Points[2].Point) // of the N units, from κ of the mean field
	check(err)
	fmt.Printf("network: κ = %.2f, index %+d\n", rest.Kappa[0], rest.Index)

	noise, err := model.IsotropicNoise(units, 0.02) // the variance of ε, a unit and step
	check(err)
	near, err := net.LinearizeNoisy(model.Activity, rest.X, on, noise)
	check(err)
	radius, err := near.Network.SpectralRadius()
	check(err)
	latent, err := near.Network.ToLDS(0)
	check(err)
	fmt.Printf("J = D W: spectral radius %.2f, K = %d\n", radius, latent.Dimension)

	through, err := net.PassNoise(noise) // of x = W r + I: W ε
	check(err)
	inputs, err := net.LinearizeNoisy(model.Activation, rest.X, on, through)
	check(err)
	other, err := inputs.Network.ToLDS(0)
	check(err)
	fmt.Printf("J = W D: K = %d\n", other.Dimension)

	// Λ_1 of κ, predicted: (1/N)² nᵀ C A V Cᵀ n, and R_v is not read by n.
	var read, carried, predicted mat.Dense
	read.Mul(sampled.N().T(), latent.LDS.C())
	read.Scale(1.0/units, &read)
	stationary, err := latent.LDS.StationaryCovariance()
	check(err)
	carried.Mul(latent.LDS.A(), stationary.Cov)
	predicted.Product(&read, &carried, read.T())

	// And simulated: 100 stretches of 500 steps, one after the other.
	rng, state := rand.New(rand.NewPCG(2, 2)), near.Rest
	simulated, last, n := 0.0, 0.0, sampled.N()
	for range 100 {
		run, err := net.SimulateNoisy(rng, model.NoisySimulation{Form: model.Activity, Start: state, Input: on, Noise: noise, Steps: 500})
		check(err)
		for _, r := range run.States[1:] {
			kappa := 0.0
			for i := range r {
				kappa += n.At(i, 0) * (r[i] - near.Rest[i]) / units
			}
			simulated += kappa * last / 50000
			last = kappa
		}
		state = run.States[500]
	}
	fmt.Printf("Cov(κ_{t+1}, κ_t): %.1e predicted, %.1e simulated\n", predicted.At(0, 0), simulated)
	// Output:
	// mean field: κ = -0.62, stable, index +1
	// mean field: κ =  0.00, unstable, index -1
	// mean field: κ =  0.62, stable, index +1
	// network: κ = 0.61, index +1
	// J = D W: spectral radius 0.61, K = 2
	// J = W D: K = 1
	// Cov(κ_{t+1}, κ_t): 1.7e-04 predicted, 1.7e-04 simulated
}
