package model_test

import (
	"errors"
	"fmt"
	"log"
	"math"

	"github.com/rankproof/rankproof/model"
	"gonum.org/v1/gonum/mat"
)

// tracked is one latent of time constant ten steps, read by two units.
func tracked() *model.LDS {
	q, err := model.IsotropicNoise(1, 0.19)
	if err != nil {
		log.Fatal(err)
	}
	r, err := model.DiagonalNoise([]float64{1, 0.25})
	if err != nil {
		log.Fatal(err)
	}
	l, err := model.NewLDS(model.LDSConfig{
		A: mat.NewDense(1, 1, []float64{0.9}), C: mat.NewDense(2, 1, []float64{1, 0.5}), Q: q, R: r,
	})
	if err != nil {
		log.Fatal(err)
	}
	return l
}

// The filter knows the past, the smoother the future too. The second step is
// missing altogether.
func ExampleLDS_Smooth() {
	obs := model.Observations{
		Y:       [][]float64{{1, 1}, {0, 0}, {2, 0.5}},
		Missing: [][]bool{{false, false}, {true, true}, {false, false}},
	}
	filtered, err := tracked().Filter(obs)
	if err != nil {
		log.Fatal(err)
	}
	smoothed, err := tracked().Smooth(obs)
	if err != nil {
		log.Fatal(err)
	}
	for t := range obs.Y {
		fmt.Printf("filter %.3f ± %.3f, smoother %.3f ± %.3f\n",
			filtered.FilteredMean[t][0], math.Sqrt(filtered.FilteredCov[t].At(0, 0)),
			smoothed.Mean[t][0], math.Sqrt(smoothed.Cov[t].At(0, 0)))
	}
	// Output:
	// filter 1.000 ± 0.577, smoother 1.175 ± 0.515
	// filter 0.900 ± 0.678, smoother 1.169 ± 0.547
	// filter 1.175 ± 0.515, smoother 1.175 ± 0.515
}

// A rank-one network of three units and the latent system that it is give data
// one likelihood: a Markov product and a Kalman filter.
func ExampleLinearRNN_LogLikelihood() {
	p, err := model.IsotropicNoise(3, 0.5)
	if err != nil {
		log.Fatal(err)
	}
	net, err := model.NewLinearRNN(model.LinearRNNConfig{
		M: mat.NewDense(3, 1, []float64{1, 1, -1}), N: mat.NewDense(3, 1, []float64{0.5, 0, 0.25}), P: p,
	})
	if err != nil {
		log.Fatal(err)
	}
	converted, err := net.ToLDS(0)
	if err != nil {
		log.Fatal(err)
	}
	obs := model.Observations{Y: [][]float64{{1, 0, -1}, {0.5, 1, 0}, {-1, 0, 0.5}}}
	markov, err := net.LogLikelihood(obs)
	if err != nil {
		log.Fatal(err)
	}
	kalman, err := converted.LDS.LogLikelihood(obs)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("Markov %.6f, Kalman with %d latents %.6f\n", markov, converted.Dimension, kalman)

	obs.Missing = [][]bool{{false, false, false}, {true, false, false}, {false, false, false}}
	_, err = net.LogLikelihood(obs)
	fmt.Println("with an entry missing, the network's:", err)
	// Output:
	// Markov -9.706191, Kalman with 2 latents -9.706191
	// with an entry missing, the network's: invalid input: Y[1][0] is missing: a Markov product needs every entry, convert with ToLDS and use its likelihood
}

// Without noise the data are certain after the first step, and have no density.
func ExampleLDS_LogLikelihood_singular() {
	start, err := model.IsotropicNoise(1, 1)
	if err != nil {
		log.Fatal(err)
	}
	l, err := model.NewLDS(model.LDSConfig{
		A: mat.NewDense(1, 1, []float64{0.5}), C: mat.NewDense(1, 1, []float64{1}), Q: model.ZeroNoise(1), R: model.ZeroNoise(1),
		Initial: &model.Gaussian{Mean: []float64{0}, Cov: start},
	})
	if err != nil {
		log.Fatal(err)
	}
	_, err = l.LogLikelihood(model.Observations{Y: [][]float64{{1}, {0.5}}})
	fmt.Println(errors.Is(err, model.ErrSingular))
	// Output: true
}

// The predictor's gain takes an innovation to the estimate of x_{t+1}, the
// filter's to that of x_t.
func ExampleLDS_SteadyState() {
	steady, err := tracked().SteadyState()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("predictor's gain %.3f, filter's %.3f\n", mat.Formatted(steady.PredictorGain), mat.Formatted(steady.FilterGain))
	fmt.Printf("ρ(A − KC) = %.3f, stabilizing: %v\n", steady.ClosedLoopRadius, steady.Stabilizing)
	// Output:
	// predictor's gain [0.188  0.376], filter's [0.209  0.418]
	// ρ(A − KC) = 0.524, stabilizing: true
}

// What the best Markov model of each order loses against the whole past falls
// like ρ(A − KC)^(2p).
func ExampleLDS_MarkovLoss() {
	l := tracked()
	gap, err := l.MarkovGap()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("I(y_{t+1}; y_{t−1} | y_t) = %.2e nats\n", gap)
	for order := range 4 {
		loss, err := l.MarkovLoss(order)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("order %d loses %.2e nats a step\n", order, loss)
	}
	// Output:
	// I(y_{t+1}; y_{t−1} | y_t) = 4.12e-02 nats
	// order 0 loses 2.79e-01 nats a step
	// order 1 loses 5.54e-02 nats a step
	// order 2 loses 1.42e-02 nats a step
	// order 3 loses 3.82e-03 nats a step
}
