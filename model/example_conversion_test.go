package model_test

import (
	"fmt"
	"log"

	"github.com/rankproof/rankproof/model"
	"gonum.org/v1/gonum/mat"
)

// A network of rank one needs two latents, not one: what it feeds back of the
// noise (PN) has a direction of its own, beside that of its output (M). The
// noise that it does not feed back is observation noise, and NᵀR_v = 0.
func ExampleLinearRNN_ToLDS() {
	p, err := model.IsotropicNoise(3, 1)
	if err != nil {
		log.Fatal(err)
	}
	n := mat.NewDense(3, 1, []float64{0.5, 0.5, 0})
	net, err := model.NewLinearRNN(model.LinearRNNConfig{M: mat.NewDense(3, 1, []float64{1, 0, 1}), N: n, P: p})
	if err != nil {
		log.Fatal(err)
	}
	conversion, err := net.ToLDS(0)
	if err != nil {
		log.Fatal(err)
	}
	l := conversion.LDS
	for _, d := range conversion.Decisions {
		fmt.Printf("rank %d of %s\n", d.Rank, d.Of)
	}
	fmt.Printf("K = %d, R_v =\n", conversion.Dimension)
	for i := range l.Units() {
		fmt.Printf("%5.1f %5.1f %5.1f\n", l.R().At(i, 0), l.R().At(i, 1), l.R().At(i, 2))
	}
	// Output:
	// rank 1 of J
	// rank 1 of J S Jᵀ (relative, direction by direction)
	// rank 1 of P Jᵀ
	// rank 2 of [J, P Jᵀ] (relative)
	// K = 2, R_v =
	//   0.5  -0.5   0.0
	//  -0.5   0.5   0.0
	//   0.0   0.0   1.0
}

// One latent of variance 1, observed twice with noise of variance ½, looks like
// a network that reads both units. Pairs of observations agree; it is no
// Markov process, however.
func ExampleLDS_FirstOrderMatch() {
	q, err := model.DiagonalNoise([]float64{0.75}) // V = V/4 + Q = 1
	if err != nil {
		log.Fatal(err)
	}
	r, err := model.IsotropicNoise(2, 0.5)
	if err != nil {
		log.Fatal(err)
	}
	l, err := model.NewLDS(model.LDSConfig{A: mat.NewDense(1, 1, []float64{0.5}), C: mat.NewDense(2, 1, []float64{1, 1}), Q: q, R: r})
	if err != nil {
		log.Fatal(err)
	}
	match, err := l.FirstOrderMatch(0)
	if err != nil {
		log.Fatal(err)
	}
	j, p := match.RNN.J(), match.RNN.P()
	fmt.Printf("J = [%.1f %.1f; %.1f %.1f], P = [%.2f %.2f; %.2f %.2f]\n",
		j.At(0, 0), j.At(0, 1), j.At(1, 0), j.At(1, 1), p.At(0, 0), p.At(0, 1), p.At(1, 0), p.At(1, 1))
	fmt.Printf("variance of the latent given one observation: %.1f\n", match.Posterior.At(0, 0))
	fmt.Println(match.Markov.Verdict)
	// Output:
	// J = [0.2 0.2; 0.2 0.2], P = [1.30 0.80; 0.80 1.30]
	// variance of the latent given one observation: 0.2
	// not Markov
}

// Λ_2 = JΛ_1 is not enough to be Markov: here Λ_3 − JΛ_2 = 5/11, in units of
// the variance 121/9 of y about 0.03 (S2).
func ExampleLDS_Markov() {
	q, err := model.DenseNoise(mat.NewDense(2, 2, []float64{9, -2.5, -2.5, 0.75}))
	if err != nil {
		log.Fatal(err)
	}
	noisy, err := model.IsotropicNoise(1, 40.0/9)
	if err != nil {
		log.Fatal(err)
	}
	a, both := mat.NewDense(2, 2, []float64{0.5, 0, 0, -0.5}), mat.NewDense(1, 2, []float64{1, 1})
	one, err := model.NewLDS(model.LDSConfig{A: a, C: both, Q: q, R: noisy})
	if err != nil {
		log.Fatal(err)
	}
	// Two units that show the latents without noise are Markov.
	two, err := model.NewLDS(model.LDSConfig{A: a, C: mat.NewDense(2, 2, []float64{1, 1, 1, -1}), Q: q, R: model.ZeroNoise(2)})
	if err != nil {
		log.Fatal(err)
	}
	for _, l := range []*model.LDS{one, two} {
		d, err := l.Markov(0)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%d unit(s): %v\n", l.Units(), d.Verdict)
		if d.Verdict == model.NotMarkov {
			fmt.Printf("Λ_%d − JΛ_%d: %.2f\n", d.Lag+1, d.Lag, d.Violation)
		}
	}
	// Output:
	// 1 unit(s): not Markov
	// Λ_3 − JΛ_2: 0.03
	// 2 unit(s): Markov
}
