package model_test

import (
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
)

// TestStein: ∂/∂μ takes every average to the next, ∂/∂Δ to half the one after it, by Richardson's extrapolation of central
// differences with steps h and h/2, of error O(h⁴).
func TestStein(t *testing.T) {
	for _, phi := range model.Nonlinearities() {
		worst := 0.0
		for _, mu := range []float64{-2.5, -1, 0, 0.3, 1, 4} {
			for _, delta := range []float64{0.25, 1, 7, 300} {
				at := func(mu, delta float64) [7]float64 {
					v, _ := all(t, phi, mu, delta)
					return v
				}
				here, bounds := all(t, phi, mu, delta)
				scale := math.Sqrt(delta) // every average is a function of μ/√v and v/Δ, v ≥ Δ, of derivatives of order 1
				hMu, hDelta := scale/256, delta/256
				slope := func(k int, h float64, step func(h float64) [7]float64) float64 {
					d := func(h float64) float64 { return (step(h)[k] - step(-h)[k]) / (2 * h) }
					return (4*d(h/2) - d(h)) / 3
				}
				inMu := func(h float64) [7]float64 { return at(mu+h, delta) }
				inDelta := func(h float64) [7]float64 { return at(mu, delta+h) }
				check := func(k int, got, want, h, length float64) {
					size := sizeOf(phi, k, math.Abs(mu)+3*scale, delta) / length
					// The errors of four values over h; h⁴/480 times a fifth derivative, of up to 100 sizes of a Gaussian's.
					bound := 3*bounds[k]/h + math.Pow(h/length, 4)*size/4
					require.LessOrEqual(t, math.Abs(got-want), bound, "%s of %s at μ = %v, Δ = %v", averageNames[k], phi.Name(), mu, delta)
					worst = max(worst, math.Abs(got-want)/bound)
				}
				for _, k := range []int{0, 1, 2, 4, 5} {
					check(k, slope(k, hMu, inMu), here[k+1], hMu, scale)
				}
				for _, k := range []int{0, 1, 4} {
					check(k, slope(k, hDelta, inDelta), here[k+2]/2, hDelta, delta)
				}
			}
		}
		t.Logf("%s: %.2f of the bound", phi.Name(), worst)
	}
}

// What holds between the nonlinearities and of each of them, at any μ and Δ.
func TestAverageIdentities(t *testing.T) {
	for _, mu := range append([]float64{1e300, -1e300, math.MaxFloat64}, averageMeans...) {
		for _, delta := range append([]float64{subnormal, 1e-300, 1e300}, averageVariances...) {
			average := func(phi model.Nonlinearity, mu, delta float64) model.Averages {
				a, err := phi.Averages(mu, delta, 4)
				if delta < 1 && len(phi.Kinks()) > 0 { // at a kink, or with densities beyond float64
					a, err = phi.Averages(mu, delta, 1)
				}
				require.NoError(t, err, "%s at μ = %v, Δ = %v", phi.Name(), mu, delta)
				return a
			}
			for _, phi := range []model.Nonlinearity{model.Tanh(), model.Erf(), model.HardTanh(), model.Identity()} {
				a, b := average(phi, mu, delta), average(phi, -mu, delta)
				require.Equal(t, a.Value, -b.Value, "%s is odd: μ = %v, Δ = %v", phi.Name(), mu, delta)
				require.Equal(t, []float64{a.Prime, a.Second + 0, a.Third}, []float64{b.Prime, -b.Second + 0, b.Third}, "%s is odd", phi.Name())
				require.LessOrEqual(t, math.Abs(a.Value), phi.Sup()+a.Error)
			}
			logistic, softplus := average(model.Logistic(), mu, delta), average(model.Softplus(), mu, delta)
			within := func(got, want float64, bound float64, what string) {
				t.Helper()
				require.LessOrEqual(t, math.Abs(got-want), bound, "%s at μ = %v, Δ = %v", what, mu, delta)
			}
			if delta < 1e300 {
				tanh := average(model.Tanh(), mu/2, delta/4)
				slack := tanh.Error + logistic.Error
				if delta > 0 && delta < 1e-300 {
					slack += u // Δ/4 is rounded
				}
				within(logistic.Value, 0.5+tanh.Value/2, slack, "σ(x) = (1 + tanh(x/2))/2")
				within(logistic.Prime, tanh.Prime/4, slack, "its derivative")
				within(logistic.Second, tanh.Second/8, slack, "its second")
				within(logistic.Third, tanh.Third/16, slack, "its third")
			}
			within(softplus.Prime, logistic.Value, softplus.Error+logistic.Error, "softplus' = σ")
			within(softplus.Second, logistic.Prime, softplus.Error+logistic.Error, "softplus''")
			within(softplus.Third, logistic.Second, softplus.Error+logistic.Error, "softplus'''")
			// max(0, x) < softplus ≤ max(0, x) + ln 2.
			relu := average(model.ReLU(), mu, delta)
			require.GreaterOrEqual(t, softplus.Value, relu.Value-softplus.Error-relu.Error)
			require.LessOrEqual(t, softplus.Value, relu.Value+math.Ln2+softplus.Error+relu.Error)
		}
	}
}

// As Δ grows, √Δ⟨φ'⟩ → (φ(∞) − φ(−∞))/√(2π), from below; tanh's deficit is E s/(2Δ), s of the law: π²/12.
func TestLargeVariance(t *testing.T) {
	for _, phi := range []model.Nonlinearity{model.Tanh(), model.Erf(), model.HardTanh()} {
		a, err := phi.Averages(0, 1e12, 4)
		require.NoError(t, err)
		require.LessOrEqual(t, math.Abs(1e6*a.Prime*math.Sqrt(math.Pi/2)-1), 1e-12+1e6*a.Error*2)
	}
	a, err := model.Tanh().Averages(0, 1e4, 2)
	require.NoError(t, err)
	const s = math.Pi * math.Pi / 12
	deficit := 1 - 100*a.Prime*math.Sqrt(math.Pi/2)
	require.LessOrEqual(t, math.Abs(deficit-s/2e4), 1e-8*3*3+200*a.Error, "E s² < 3: the next term is 3 E s²/(8Δ²)")
}

// At Δ = 0 they are φ and its derivatives, to the bit; a tiny Δ changes nothing that a bound would see.
func TestNoVariance(t *testing.T) {
	for _, phi := range model.Nonlinearities() {
		for _, mu := range averageMeans {
			point, err := phi.Averages(mu, 0, 1)
			require.NoError(t, err)
			require.Equal(t, phi.Value(mu), point.Value)
			if len(phi.Kinks()) > 0 && (mu == phi.Kinks()[0] || mu == -phi.Kinks()[0]) {
				for orders := 2; orders <= 4; orders++ {
					_, err := phi.Averages(mu, 0, orders)
					require.ErrorIs(t, err, model.ErrInvalid)
					require.ErrorContains(t, err, "μ = ")
				}
				_, err := phi.SquareAverages(mu, 0)
				require.ErrorIs(t, err, model.ErrInvalid)
				continue
			}
			at0, bound0 := all(t, phi, mu, 0)
			d := derivatives(phi.Name(), mu)
			require.Equal(t, phi.Value(mu), at0[0])
			require.Equal(t, phi.Derivative(mu), at0[1])
			require.Equal(t, phi.Second(mu), at0[2])
			require.LessOrEqual(t, math.Abs(at0[3]-d[3]), bound0[3]+16*u)
			for _, delta := range []float64{subnormal, 1e-310, 1e-300, 1e-40} {
				near, bound := all(t, phi, mu, delta)
				for k := range near {
					require.LessOrEqual(t, math.Abs(near[k]-at0[k]), bound[k]+bound0[k], "%s of %s at μ = %v, Δ = %v", averageNames[k], phi.Name(), mu, delta)
				}
			}
		}
	}
}

// orders says how many are computed, and changes none of them.
func TestOrders(t *testing.T) {
	for _, phi := range model.Nonlinearities() {
		for _, delta := range []float64{0, 0.3, 30} {
			full, err := phi.Averages(0.7, delta, 4)
			require.NoError(t, err)
			want := []float64{full.Value, full.Prime, full.Second, full.Third}
			for orders := 1; orders <= 4; orders++ {
				a, err := phi.Averages(0.7, delta, orders)
				require.NoError(t, err)
				got := []float64{a.Value, a.Prime, a.Second, a.Third}
				require.Equal(t, want[:orders], got[:orders], "%s, Δ = %v", phi.Name(), delta)
				for _, x := range got[orders:] {
					require.Zero(t, x)
				}
			}
		}
	}
}

func TestAverageRefusals(t *testing.T) {
	tanh := model.Tanh()
	for name, call := range map[string]func() error{
		"Δ is -1":           func() error { return failure(tanh.Averages(0, -1, 2)) },
		"Δ is NaN":          func() error { return failure(tanh.Averages(0, math.NaN(), 2)) },
		"Δ is +Inf":         func() error { return failure(tanh.Averages(0, math.Inf(1), 2)) },
		"μ is NaN":          func() error { return failure(tanh.Averages(math.NaN(), 1, 2)) },
		"μ is -Inf":         func() error { return failure(tanh.SquareAverages(math.Inf(-1), 1)) },
		"orders is 0":       func() error { return failure(tanh.Averages(0, 1, 0)) },
		"orders is 5":       func() error { return failure(tanh.Averages(0, 1, 5)) },
		"the zero value":    func() error { return failure(model.Nonlinearity{}.Averages(0, 1, 2)) },
		"exceeds float64":   func() error { return failure(model.ReLU().Averages(1e-162, subnormal, 4)) },
		"of identity² at μ": func() error { return failure(model.Identity().SquareAverages(1e200, 1)) },
	} {
		err := call()
		require.ErrorIs(t, err, model.ErrInvalid, name)
		require.ErrorContains(t, err, name)
	}
}

// Published averages of tanh, with 30 digits, of which float64 has kept 16.
func TestPublishedAverages(t *testing.T) {
	var file struct {
		Cases []struct {
			Mu, Delta, Phi float64
			Prime          float64 `json:"phi_prime"`
		} `json:"gaussian_averages_tanh"`
	}
	readFigures(t, &file, "gaussian_averages_tanh")
	require.NotEmpty(t, file.Cases)
	worst := 0.0
	for _, c := range file.Cases {
		a, err := model.Tanh().Averages(c.Mu, c.Delta, 2)
		require.NoError(t, err)
		miss := max(math.Abs(a.Value-c.Phi), math.Abs(a.Prime-c.Prime))
		require.LessOrEqual(t, miss, a.Error+u, "μ = %v, Δ = %v", c.Mu, c.Delta)
		worst = max(worst, miss)
	}
	t.Logf("%d published averages, worst difference %.1e", len(file.Cases), worst)
}

func failure[T any](_ T, err error) error { return err }
