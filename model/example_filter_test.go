package model_test

import (
	"errors"
	"fmt"
	"log"
	"math"

	"github.com/rankproof/rankproof/model"
	"gonum.org/v1/gonum/mat"
)

// One latent, A = ½, Q = ⅞, seen with noise of variance 1: Σ = Σ/(4(Σ+1)) + ⅞
// has the solution 1. The gain that estimates x_t is twice that for x_{t+1}.
// A Markov model loses less the more steps it remembers: by about (1/4)² each.
func ExampleLDS_SteadyState() {
	q, err := model.IsotropicNoise(1, 0.875)
	if err != nil {
		log.Fatal(err)
	}
	r, err := model.IsotropicNoise(1, 1)
	if err != nil {
		log.Fatal(err)
	}
	l, err := model.NewLDS(model.LDSConfig{A: mat.NewDense(1, 1, []float64{0.5}), C: mat.NewDense(1, 1, []float64{1}), Q: q, R: r})
	if err != nil {
		log.Fatal(err)
	}
	s, err := l.SteadyState()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("Σ = %.2f before an observation, %.2f after it\n", s.PredictorCov.At(0, 0), s.FilterCov.At(0, 0))
	fmt.Printf("gains: predictor %.2f, filter %.2f\n", s.PredictorGain.At(0, 0), s.FilterGain.At(0, 0))
	fmt.Printf("innovation of variance %.2f, closed loop %.2f\n", s.Innovation.At(0, 0), s.ClosedLoopRadius)
	for order := range 3 {
		loss, err := l.MarkovLoss(order)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("order %d loses %.6f nats a step\n", order, loss)
	}
	// Output:
	// Σ = 1.00 before an observation, 0.50 after it
	// gains: predictor 0.25, filter 0.50
	// innovation of variance 2.00, closed loop 0.25
	// order 0 loses 0.040021 nats a step
	// order 1 loses 0.002398 nats a step
	// order 2 loses 0.000149 nats a step
}

// Where the latents' noise is singular, less observation noise need not make
// observations more nearly Markov: the limit is not what the limit has (S4).
func ExampleLDS_MarkovGap() {
	q, err := model.DiagonalNoise([]float64{1, 0})
	if err != nil {
		log.Fatal(err)
	}
	for _, variance := range []float64{1, 0.1, 1e-4, 0} {
		r, err := model.IsotropicNoise(2, variance)
		if err != nil {
			log.Fatal(err)
		}
		l, err := model.NewLDS(model.LDSConfig{
			A: mat.NewDense(2, 2, []float64{0.8, -0.3, 0.3, 0.7}), C: mat.NewDense(2, 2, []float64{1, 0, 0, 1}), Q: q, R: r})
		if err != nil {
			log.Fatal(err)
		}
		gap, err := l.MarkovGap()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("R = %v I: %.4f nats\n", variance, gap)
	}
	// Output:
	// R = 1 I: 0.0605 nats
	// R = 0.1 I: 0.1027 nats
	// R = 0.0001 I: 0.1092 nats
	// R = 0 I: 0.0000 nats
}

// A random walk has no stationary law. From a given start it is matched step by
// step: the further it may have gone, the more an observation tells of it.
func ExampleLDS_FirstOrderMatchSteps() {
	one, err := model.IsotropicNoise(1, 1)
	if err != nil {
		log.Fatal(err)
	}
	unit := mat.NewDense(1, 1, []float64{1})
	l, err := model.NewLDS(model.LDSConfig{A: unit, C: unit, Q: one, R: one, Initial: &model.Gaussian{Mean: []float64{3}, Cov: one}})
	if err != nil {
		log.Fatal(err)
	}
	_, err = l.FirstOrderMatch(0)
	fmt.Println("stationary:", !errors.Is(err, model.ErrUnstable))
	steps, err := l.FirstOrderMatchSteps(3, 0)
	if err != nil {
		log.Fatal(err)
	}
	for t, s := range steps {
		fmt.Printf("y_%d = %g + %.3f (y_%d − %g) + ε, Var ε = %.3f\n", t+2, s.NextMean[0], s.M.At(0, 0)*s.N.At(0, 0), t+1, s.Mean[0], s.P.At(0, 0))
	}
	// Output:
	// stationary: false
	// y_2 = 3 + 0.500 (y_1 − 3) + ε, Var ε = 2.500
	// y_3 = 3 + 0.667 (y_2 − 3) + ε, Var ε = 2.667
	// y_4 = 3 + 0.750 (y_3 − 3) + ε, Var ε = 2.750
}

// The Markov product of a network and the Kalman filter of its latent system
// are one likelihood. With an entry missing there is no product.
func ExampleLinearRNN_LogLikelihood() {
	p, err := model.IsotropicNoise(2, 1)
	if err != nil {
		log.Fatal(err)
	}
	net, err := model.NewLinearRNN(model.LinearRNNConfig{M: mat.NewDense(2, 1, []float64{1, 1}), N: mat.NewDense(2, 1, []float64{0, 0.5}), P: p})
	if err != nil {
		log.Fatal(err)
	}
	conversion, err := net.ToLDS(0)
	if err != nil {
		log.Fatal(err)
	}
	obs := model.Observations{Y: [][]float64{{1, 0}, {0, 1}, {1, 1}}}
	product, err := net.LogLikelihood(obs)
	if err != nil {
		log.Fatal(err)
	}
	kalman, err := conversion.LDS.LogLikelihood(obs)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("network %.6f, latent system %.6f\n", product, kalman)

	obs.Missing = [][]bool{{false, false}, {false, true}, {false, false}}
	_, err = net.LogLikelihood(obs)
	fmt.Println("network refuses:", errors.Is(err, model.ErrInvalid))
	kalman, err = conversion.LDS.LogLikelihood(obs)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("latent system %.6f\n", kalman)
	// Output:
	// network -6.919044, latent system -6.919044
	// network refuses: true
	// latent system -6.119505
}

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
