package quadrature

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/rankproof/rankproof/oracles/precise"
	"github.com/stretchr/testify/require"
)

// Every φ and derivative against the correctly rounded one. Bounds: a few roundings of the value, times 1 + x² where x stands in
// an exponent, and for φ‴ of the sizes that cancel in it.
func TestPhiAgainstPrecise(t *testing.T) {
	require.Equal(t, precise.Names(), Names())
	rng := rand.New(rand.NewPCG(22, 1))
	points := []float64{0, -1, 1, 1e-9, -30, 30, 800}
	for range 300 {
		points = append(points, rng.NormFloat64()*math.Exp(4*rng.Float64()-2))
	}
	for _, name := range Names() {
		p := nonlinearities[name]
		for order, f := range p.derivatives {
			for _, x := range points {
				want, err := precise.Phi(name, x, order)
				require.NoError(t, err)
				size := math.Abs(want)
				if order == 3 {
					size = math.Abs(p.derivatives[1](x))
					switch name {
					case "softplus":
						size = logisticPrime(x)
					case "erf":
						size *= 1 + x*x
					}
				}
				bound := 16*unit*size*(1+x*x) + 0x1p-1060
				require.True(t, math.Abs(f(x)-want) <= bound, "%s, order %d at %v: %v, not %v", name, order, x, f(x), want)
			}
		}
	}
}

// erfAverage: ⟨φ⟩ = erf(√π μ/(2√(1+πΔ/2))) = φ(μ/q), q² = 1 + πΔ/2: an erf-type function is the law of a normal variable, and
// averages add its variance. Derivatives by μ.
func erfAverage(order int, mu, delta float64) float64 {
	q := math.Sqrt(1 + math.Pi*delta/2)
	return nonlinearities["erf"].derivatives[order](mu/q) / math.Pow(q, float64(order))
}

// reluAverage: ⟨φ⟩ = μ P + Δ p, ⟨φ′⟩ = P, ⟨φ″⟩ = p, ⟨φ‴⟩ = −p′(0) = −μ p/Δ, P and p the distribution's at μ.
func reluAverage(order int, mu, delta float64) float64 {
	scale := math.Sqrt(delta)
	probability, p := math.Erfc(-mu/(scale*math.Sqrt2))/2, density(mu/scale)/scale
	return [4]float64{mu*probability + delta*p, probability, p, -mu / delta * p}[order]
}

func TestAverageAgainstClosedForms(t *testing.T) {
	for _, delta := range []float64{1e-10, 0.001, 0.3, 1, 25, 1e4, 1e9} {
		for _, mu := range []float64{0, 0.5, -1, 2, -7, 300} {
			scale := math.Sqrt(delta)
			for order := range 4 {
				power := math.Pow(scale, float64(-order))
				check := func(name string, want, size float64) {
					got, err, failure := Average(name, order, mu, delta)
					require.NoError(t, failure)
					requireWithin(t, want, got, err, 32, size, name, order, mu, delta)
					if delta >= 0.001 {
						requireSharp(t, err, max(1, size), name, order, mu, delta)
					}
				}
				x := mu / math.Sqrt(1+math.Pi*delta/2) // twice (1 + x²): in the exponent, and in what cancels in φ‴
				check("erf", erfAverage(order, mu, delta), erfPrime(x/2)*math.Pow(1+x*x, 2)+step(order == 0))
				size := max(math.Abs(mu), scale) * power
				if order > 0 {
					size = max(1, power*scale)
				}
				size *= 1 + math.Min(mu*mu/delta, 100) // beyond, the density is 0
				check("relu", reluAverage(order, mu, delta), size)
				check("hard-tanh", reluAverage(order, mu+1, delta)-reluAverage(order, mu-1, delta)-step(order == 0), 2*size+2*power)
				check("identity", [4]float64{mu, 1}[order], size)
			}
		}
	}
}

// tanh by the trapezoidal rule: its poles are at ±iπ/(2√Δ), so that the rule's error is e^(−64π²/√Δ) of 1/√Δ: 1e-54 at Δ = 25.
func TestAverageAgainstTrapezoid(t *testing.T) {
	for _, name := range []string{"tanh", "logistic", "softplus"} {
		for order, f := range nonlinearities[name].derivatives {
			for _, delta := range []float64{0.01, 1, 6, 25} {
				for _, mu := range []float64{0, 0.7, -3} {
					want := trapezoid(func(z float64) float64 { return f(mu + math.Sqrt(delta)*z) })
					got, err, failure := Average(name, order, mu, delta)
					require.NoError(t, failure)
					requireWithin(t, want, got, err, 64, 1+math.Abs(mu)+math.Sqrt(delta), name, order, mu, delta)
					requireSharp(t, err, 1+math.Abs(mu)+math.Sqrt(delta), name, order, mu, delta)
				}
			}
		}
	}
}

// ⟨φ′⟩ of a wide input sees φ′ as a narrow law, of mass 1 and variance π²/3: (1 − π²/6Δ)/√(2πΔ), and 7π⁴/120Δ² at most
// of it. Tails of a billionth were once beyond every panel.
func TestWideInputSeesTails(t *testing.T) {
	for _, delta := range []float64{1e4, 1e6, 6553600, 1e8, 1e12} {
		for name, order := range map[string]int{"logistic": 1, "softplus": 2} {
			got, _, err := Average(name, order, 0, delta)
			require.NoError(t, err)
			want := (1 - math.Pi*math.Pi/6/delta) / math.Sqrt(2*math.Pi*delta)
			require.LessOrEqual(t, math.Abs(got-want), want*(7*math.Pow(math.Pi, 4)/120/delta/delta+64*unit), "%s, Δ = %v", name, delta)
		}
	}
}

// The logistic is tanh at half the argument, and the derivative of softplus, at every Δ.
func TestFamiliesAgree(t *testing.T) {
	get := func(name string, order int, mu, delta float64) (float64, float64) {
		value, err, failure := Average(name, order, mu, delta)
		require.NoError(t, failure)
		requireSharp(t, err, 1)
		return value, err
	}
	for _, delta := range []float64{0, 0.1, 4, 400, 1e4, 1e6} {
		for _, mu := range []float64{0, -0.3, 5, -80} {
			for order := range 3 {
				a, aErr := get("logistic", order, mu, delta)
				b, bErr := get("tanh", order, mu/2, delta/4)
				c, cErr := get("softplus", order+1, mu, delta)
				want := math.Ldexp(b, -order-1)
				if order == 0 {
					want += 0.5
				}
				requireWithin(t, want, a, aErr+bErr, 16, 1, order, mu, delta)
				requireWithin(t, c, a, aErr+cErr, 16, 1, order, mu, delta)
			}
		}
	}
}

// Averages of relu scale: ⟨φ″⟩ at (sμ, s²Δ) is 1/s of that at (μ, Δ), ⟨φ‴⟩ 1/s², down to a Δ of 2⁻¹⁰⁰⁰, and a bound
// is a number at the least Δ that there is.
func TestKinksWithNextToNoVariance(t *testing.T) {
	for _, exponent := range []int{-4, -100, -200, -500} {
		s := math.Ldexp(1, exponent)
		for _, z := range []float64{0, 0.5, -3, 20, 38} {
			for order := 2; order <= 3; order++ {
				want, wantErr, failure := Average("relu", order, z, 1)
				require.NoError(t, failure)
				want, wantErr = want/s, wantErr/s
				if order == 3 {
					want, wantErr = want/s, wantErr/s
				}
				got, err, failure := Average("relu", order, s*z, s*s)
				require.NoError(t, failure)
				requireWithin(t, want, got, err+wantErr, 0, 0, s, z, order)
				require.Less(t, err, 1e-9*(math.Abs(got)+1), "%v %v %v", s, z, order)
			}
		}
	}
	for _, delta := range []float64{math.SmallestNonzeroFloat64, 0x1p-1022, 0x1p-600} {
		for _, mu := range []float64{0, 1, -1, 1 - 0x1p-53, 40, 1e300} {
			for order := range 3 {
				_, err, failure := Average("hard-tanh", order, mu, delta)
				require.NoError(t, failure)
				require.False(t, math.IsNaN(err), "%v %v %v", delta, mu, order)
			}
		}
	}
}

func TestRefusalsOfAverage(t *testing.T) {
	for _, c := range []struct {
		phi       string
		order     int
		mu, delta float64
		want      error
	}{
		{"sine", 0, 0, 1, ErrUnknown}, {"tanh", -1, 0, 1, ErrOrder}, {"tanh", 4, 0, 1, ErrOrder}, {"tanh", 0, 0, -1, ErrIndefinite},
		{"tanh", 0, math.NaN(), 1, ErrNotFinite}, {"tanh", 0, 0, math.Inf(1), ErrNotFinite}, {"relu", 1, 0, 0, ErrOrder}, {"hard-tanh", 2, -1, 0, ErrOrder},
	} {
		_, _, failure := Average(c.phi, c.order, c.mu, c.delta)
		require.ErrorIs(t, failure, c.want, "%+v", c)
	}
	value, err, failure := Average("relu", 0, 0, 0) // φ itself is fine at its kink
	require.NoError(t, failure)
	require.Equal(t, [2]float64{}, [2]float64{value, err})
}
