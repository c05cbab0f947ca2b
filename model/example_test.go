package model_test

import (
	"errors"
	"fmt"
	"log"
	"math"
	"math/cmplx"

	"github.com/rankproof/rankproof/model"
	"gonum.org/v1/gonum/mat"
)

// A network of four units and rank one. Its eigenvalue is the overlap of the
// loadings with the scale in it: 2 here, and 8 if the 1/N were left out.
func ExampleNewLowRank() {
	m := mat.NewDense(4, 1, []float64{1, -1, 2, 1})
	n := mat.NewDense(4, 1, []float64{1, 1, 3, 2})
	w, err := model.NewLowRank(m, n, 1.0/4) // scale 1/N, in so many words
	if err != nil {
		log.Fatal(err)
	}
	net, err := model.NewRNN(model.RNNConfig{Connectivity: w, Nonlinearity: model.Tanh(), Tau: []float64{0.1}})
	if err != nil {
		log.Fatal(err)
	}
	l, err := net.Linearize([]float64{0, 0, 0, 0}) // slopes 1: the overlap is nᵀm/4
	if err != nil {
		log.Fatal(err)
	}
	s, err := l.Spectrum()
	if err != nil {
		log.Fatal(err)
	}
	kappa := make([]float64, w.Rank())
	w.Latent(kappa, []float64{1, 1, 1, 1})
	fmt.Printf("N = %d, R = %d, μ = %.2f, κ of uniform activity = %.2f\n", net.Units(), w.Rank(), real(s.Mu[0]), kappa[0])
	// Output: N = 4, R = 1, μ = 2.00, κ of uniform activity = 1.75
}

// bistable is a rank-one network of 100 units, W = m nᵀ/100 with overlap 2:
// the origin is unstable, and two states of opposite sign are stable.
func bistable() *model.RNN {
	m, n := mat.NewDense(100, 1, nil), mat.NewDense(100, 1, nil)
	for i := range 100 {
		m.Set(i, 0, 1)
		n.Set(i, 0, 2)
	}
	w, err := model.NewLowRank(m, n, 1.0/100)
	if err != nil {
		log.Fatal(err)
	}
	net, err := model.NewRNN(model.RNNConfig{Connectivity: w, Nonlinearity: model.Tanh(), Tau: []float64{1}})
	if err != nil {
		log.Fatal(err)
	}
	return net
}

// Fixed points are searched in κ, with a certificate: an exact fixed point lies
// within Radius. Indices of a bounded network's fixed points add up to 1.
func ExampleRNN_FixedPoints() {
	set, err := bistable().FixedPoints(nil, model.FixedPointSearch{Starts: 50, Seed: 1, Limit: 10})
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range set.Points {
		fmt.Printf("κ = %6.3f, index %2d, certified to ten digits: %v\n", p.Kappa[0], p.Index, p.Radius < 1e-10)
	}
	fmt.Println("sum of indices:", set.IndexSum)
	// Output:
	// κ = -1.915, index  1, certified to ten digits: true
	// κ =  0.000, index -1, certified to ten digits: true
	// κ =  1.915, index  1, certified to ten digits: true
	// sum of indices: 1
}

// The spectrum of a hundred units is one eigenvalue from the loadings and the
// leak, 99 times.
func ExampleLinearization_Spectrum() {
	net := bistable()
	origin, err := net.Linearize(make([]float64, net.Units()))
	if err != nil {
		log.Fatal(err)
	}
	s, err := origin.Spectrum()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("λ = %.3f from μ = %.3f, and %v %d times\n", real(s.Values[0]), real(s.Mu[0]), s.Trivial[0].Value, s.Trivial[0].Count)
	// Output: λ = 1.000 from μ = 2.000, and -1 99 times
}

// twoUnits is a small network with one input, at a state where its slopes
// differ: D = diag(1, sech² 1).
func twoUnits() (*model.RNN, []float64) {
	w, err := model.NewDense(mat.NewDense(2, 2, []float64{2, 1, 0, -1}))
	if err != nil {
		log.Fatal(err)
	}
	net, err := model.NewRNN(model.RNNConfig{Connectivity: w, Nonlinearity: model.Tanh(), Tau: []float64{1},
		Input: mat.NewDense(2, 1, []float64{1, 1})})
	if err != nil {
		log.Fatal(err)
	}
	return net, []float64{0, 1}
}

// Modes come in both forms, corresponding: w = D v, l_x = D l_r, and
// biorthonormal in both.
func ExampleLinearization_Modes() {
	net, x := twoUnits()
	l, err := net.Linearize(x)
	if err != nil {
		log.Fatal(err)
	}
	m, err := l.Modes()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("μ = %.2f\n", m.Mu)
	fmt.Printf("D = %.2f\n", l.Slopes())
	product := func(a, b []complex128) float64 { return cmplx.Abs(a[0]*b[0] + a[1]*b[1]) }
	for j, lx := range m.Activation.Left {
		for k, v := range m.Activation.Right {
			fmt.Printf("|l_xᵀv| = %.2f, |l_rᵀw| = %.2f for modes %d, %d\n", product(lx, v), product(m.Activity.Left[j], m.Activity.Right[k]), j, k)
		}
	}
	// Output:
	// μ = [(2.00+0.00i) (-0.42+0.00i)]
	// D = [1.00 0.42]
	// |l_xᵀv| = 1.00, |l_rᵀw| = 1.00 for modes 0, 0
	// |l_xᵀv| = 0.00, |l_rᵀw| = 0.00 for modes 0, 1
	// |l_xᵀv| = 0.00, |l_rᵀw| = 0.00 for modes 1, 0
	// |l_xᵀv| = 1.00, |l_rᵀw| = 1.00 for modes 1, 1
}

// What a context does to the gain of an input: in activation form all of it is
// selection, in activity form part of it is the input that changed.
func ExampleRNN_ContextChange() {
	net, x := twoUnits()
	other := []float64{0, 0}
	var at [2]model.ContextMode
	for i, state := range [][]float64{other, x} {
		l, err := net.Linearize(state)
		if err != nil {
			log.Fatal(err)
		}
		m, err := l.Modes()
		if err != nil {
			log.Fatal(err)
		}
		at[i] = m.InContext(state, 0)
		if real(m.Activation.Right[0][0]) < 0 { // one sign in both contexts
			for k := range at[i].ActivityLeft {
				at[i].ActivationLeft[k] *= -1
				at[i].ActivityLeft[k] *= -1
			}
		}
	}
	activation, activity, err := net.ContextChange(at[0], at[1], 0)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("activation: %.3f = %.3f selection + %.3f input\n", real(activation.Total), real(activation.Selection), real(activation.Input))
	fmt.Printf("activity:   %.3f = %.3f selection + %.3f input\n", real(activity.Total), real(activity.Selection), real(activity.Input))
	// Output:
	// activation: -0.160 = -0.160 selection + 0.000 input
	// activity:   -0.160 = 0.057 selection + -0.217 input
}

// A rotation that decays in the flow and grows in the map that simulates it: λ
// of real part −0.006 and imaginary part 1.28, at a step of a tenth of τ.
func ExampleSpectrum_EulerStability() {
	w, err := model.NewDense(mat.NewDense(2, 2, []float64{0.994, -1.284, 1.284, 0.994}))
	if err != nil {
		log.Fatal(err)
	}
	net, err := model.NewRNN(model.RNNConfig{Connectivity: w, Nonlinearity: model.Tanh(), Tau: []float64{1}})
	if err != nil {
		log.Fatal(err)
	}
	l, err := net.Linearize([]float64{0, 0})
	if err != nil {
		log.Fatal(err)
	}
	s, err := l.Spectrum()
	if err != nil {
		log.Fatal(err)
	}
	for _, dt := range []float64{0.1, 0.001} {
		v, err := s.EulerStability(dt)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("dt = %.3f: flow %v (%.3f), map %v (%.6f)\n", dt, v.Flow, v.Abscissa, v.Map, v.Radius)
	}
	// Output:
	// dt = 0.100: flow stable (-0.006), map unstable (1.007614)
	// dt = 0.001: flow stable (-0.006), map stable (0.999995)
}

// The two forms are one system if the activity form is driven by the filtered
// input ũ: then x = W r + b + B ũ at every step, to rounding.
func ExampleRNN_Simulate() {
	net, _ := twoUnits()
	wave := func(t float64, u []float64) { u[0] = math.Sin(3 * t) }
	run := model.Simulation{Form: model.Activity, Method: model.RK4, Start: []float64{0.5, -0.5},
		Input: wave, Filtered: []float64{0.25}, Dt: 0.1, Steps: 20}
	activity, err := net.Simulate(run)
	if err != nil {
		log.Fatal(err)
	}
	run.Form, run.Filtered = model.Activation, nil
	if run.Start, err = net.ToActivation(activity.States[0], activity.Filtered[0]); err != nil {
		log.Fatal(err)
	}
	activation, err := net.Simulate(run)
	if err != nil {
		log.Fatal(err)
	}
	for _, k := range []int{0, 10, 20} {
		x, err := net.ToActivation(activity.States[k], activity.Filtered[k])
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("t = %.0f: x = %.4f, W r + b + B ũ = %.4f\n", float64(k)*run.Dt, activation.States[k], x)
	}
	// Output:
	// t = 0: x = [0.7500 0.7500], W r + b + B ũ = [0.7500 0.7500]
	// t = 1: x = [2.1317 0.3997], W r + b + B ũ = [2.1317 0.3997]
	// t = 2: x = [1.5069 -0.2450], W r + b + B ũ = [1.5069 -0.2450]
}

// A right eigenvector goes to the activity form as D v and comes back as W w/μ;
// a mode that D annihilates has no image.
func ExampleLinearization_CarryRight() {
	w, err := model.NewDense(mat.NewDense(2, 2, []float64{3, 1, 0, 1}))
	if err != nil {
		log.Fatal(err)
	}
	net, err := model.NewRNN(model.RNNConfig{Connectivity: w, Nonlinearity: model.ReLU(), Tau: []float64{0.5}})
	if err != nil {
		log.Fatal(err)
	}
	l, err := net.Linearize([]float64{1, -1}) // D = diag(1, 0), WD = [[3,0],[0,0]]
	if err != nil {
		log.Fatal(err)
	}
	v, lambda := []complex128{1, 0}, complex(4, 0) // μ = 3, λ = (−1 + 3)/τ
	image, err := l.CarryRight(model.Activation, lambda, v)
	if err != nil {
		log.Fatal(err)
	}
	back, err := l.CarryRight(model.Activity, lambda, image)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(v, "→", image, "→", back)
	_, err = l.CarryRight(model.Activation, -2, []complex128{0, 1}) // μ = 0
	fmt.Println(errors.Is(err, model.ErrNoImage), err)
	// Output:
	// [(1+0i) (0+0i)] → [(1+0i) (0+0i)] → [(1+0i) (0+0i)]
	// true mode has no image in the other form: D v = 0
}

// Left eigenvectors take the other road: l_x = D l_r, and back l_r = Wᵀl_x/μ.
func ExampleLinearization_CarryLeft() {
	w, err := model.NewDense(mat.NewDense(2, 2, []float64{3, 1, 0, 1}))
	if err != nil {
		log.Fatal(err)
	}
	net, err := model.NewRNN(model.RNNConfig{Connectivity: w, Nonlinearity: model.ReLU(), Tau: []float64{0.5}})
	if err != nil {
		log.Fatal(err)
	}
	l, err := net.Linearize([]float64{1, -1})
	if err != nil {
		log.Fatal(err)
	}
	lx, lambda := []complex128{1, 0}, complex(4, 0)
	lr, err := l.CarryLeft(model.Activation, lambda, lx) // (3, 1)/3: it hears the unit that is silent
	if err != nil {
		log.Fatal(err)
	}
	back, err := l.CarryLeft(model.Activity, lambda, lr)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.2f → %.2f → %.2f\n", lx, lr, back)
	// Output: [(1.00+0.00i) (0.00+0.00i)] → [(1.00+0.00i) (0.33+0.00i)] → [(1.00+0.00i) (0.00+0.00i)]
}
