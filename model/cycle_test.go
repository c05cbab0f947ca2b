package model_test

import (
	"math"
	"math/cmplx"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

func cycleOf(t testing.TB, f model.VectorField, s model.CycleSearch) *model.LimitCycle {
	t.Helper()
	c, err := model.FindCycle(f, s)
	require.NoError(t, err)
	require.Len(t, c.Orbit, 256)
	require.Equal(t, c.Point, c.Orbit[0])
	require.Len(t, c.Exponents, f.Dim()-1)
	return c
}

// cycleSlack bounds the error of a cycle of size and period about 1 to 10 found at a
// tolerance of 1e-12: less than 10⁴ steps, each off by that.
const cycleSlack = 1e4 * 1e-12

// The normal form of a Hopf bifurcation, whatever it is started from.
func TestCycleOfHopf(t *testing.T) {
	for _, c := range []struct{ mu, omega, shear float64 }{{1, 2, 0.5}, {0.25, 1, 0}, {0.01, 0.3, -1}, {2, 5, 1}} {
		r := math.Sqrt(c.mu)
		for i, start := range [][]float64{{0.3 * r, 0}, {1.5 * r, -r}, {r, 0}} {
			for k, transient := range []float64{0, 1 / c.mu, 10 / c.mu} {
				if (i+k)%3 >= times(t, 1) { // by default each with one of the others
					continue
				}
				got := cycleOf(t, hopf(c.mu, c.omega, c.shear), model.CycleSearch{Start: start, Transient: transient})
				want := 2 * math.Pi / c.omega
				require.LessOrEqual(t, math.Abs(got.Period/want-1), 1e-10)
				require.LessOrEqual(t, math.Abs(got.Period-want), 2*got.PeriodError+64*u*want, "the estimate is one from above")
				require.LessOrEqual(t, math.Abs(real(got.Exponents[0])+2*c.mu), cycleSlack)
				require.Zero(t, imag(got.Exponents[0]))
				require.True(t, got.Stable)
				for _, a := range got.Amplitude {
					require.LessOrEqual(t, math.Abs(a-r), cycleSlack)
				}
				for _, x := range got.Orbit {
					require.LessOrEqual(t, math.Abs(math.Hypot(x[0], x[1])-r), cycleSlack)
				}
			}
		}
	}
}

// 6.66328685932, 2.008619861 and −1.05937699 are those of the Van der Pol oscillator
// at μ = 1; here they come from a fixed-step RK4 of 2¹⁴ and 2¹⁵ steps a period, whose
// difference is 15 times the error of the finer: independent of what is tested.
func TestCycleOfVanDerPol(t *testing.T) {
	for _, mu := range []float64{0.3, 1, 4} {
		got := cycleOf(t, model.VanDerPol(mu), model.CycleSearch{Start: []float64{1, 0}, Transient: 20})
		coarse, fine := integratedVanDerPol(mu, 1<<14), integratedVanDerPol(mu, 1<<15)
		for k, v := range []float64{got.Period, got.Amplitude[0], real(got.Exponents[0])} {
			require.LessOrEqual(t, math.Abs(v-fine[k]), math.Abs(coarse[k]-fine[k])/8+1e-10*math.Abs(fine[k]), "μ = %v, %d", mu, k)
		}
		require.True(t, got.Stable)
	}
	got := cycleOf(t, model.VanDerPol(1), model.CycleSearch{Start: []float64{1, 0}, Transient: 20})
	require.LessOrEqual(t, math.Abs(got.Period-6.66328685932), 1e-11)
}

// integratedVanDerPol returns period, amplitude and exponent from the orbit between passages of
// y = 0 at x > 0, where x is largest; each to order 4 by a step in y at the end.
func integratedVanDerPol(mu float64, steps int) (out [3]float64) {
	field := func(s [4]float64) [4]float64 { // x, y, t, ∫div F by t
		return [4]float64{s[1], mu*(1-s[0]*s[0])*s[1] - s[0], 1, mu * (1 - s[0]*s[0])}
	}
	move := func(s [4]float64, h float64, g func([4]float64) [4]float64) [4]float64 {
		at := func(k [4]float64, h float64) (r [4]float64) {
			for i := range r {
				r[i] = s[i] + h*k[i]
			}
			return r
		}
		k1 := g(s)
		k2 := g(at(k1, h/2))
		k3 := g(at(k2, h/2))
		k4 := g(at(k3, h))
		for i := range s {
			s[i] += h / 6 * (k1[i] + 2*k2[i] + 2*k3[i] + k4[i])
		}
		return s
	}
	h := 7 / float64(steps)
	byY := func(s [4]float64) [4]float64 { // Hénon's step: y is the time
		f := field(s)
		for i := range f {
			f[i] /= field(s)[1]
		}
		return f
	}
	s := [4]float64{2, 0}
	for range 12 {
		s[2], s[3] = 0, 0
		for left := false; ; {
			next := move(s, h, field)
			left = left || next[0] < 0
			if left && s[1] > 0 && next[1] <= 0 {
				break
			}
			s = next
		}
		s = move(s, -s[1], byY)
		s[1] = 0
	}
	return [3]float64{s[2], s[0], s[3] / s[2]}
}

// Both cycles of the target, the unstable one from close by.
func TestCycleUnstable(t *testing.T) {
	f := model.CycleAroundPoint()
	for _, start := range [][]float64{{0.99, 0}, {1.01, 0}, {0, -0.999}, {-1, 0}} {
		c := cycleOf(t, f, model.CycleSearch{Start: start})
		require.LessOrEqual(t, math.Abs(c.Period-2*math.Pi), 1e-10)
		// Forward in time errors grow by exp 3π, to some 1e-9: the orbit is traced backward.
		require.LessOrEqual(t, math.Abs(c.Amplitude[0]-1), cycleSlack/math.Exp(3*math.Pi/2))
		require.LessOrEqual(t, math.Abs(real(c.Exponents[0])-1.5), cycleSlack)
		require.LessOrEqual(t, math.Abs(real(c.Multipliers[0])/math.Exp(3*math.Pi)-1), 10*cycleSlack)
		require.False(t, c.Stable)
	}
	for _, start := range [][]float64{{1.5, 0}, {2.5, 0}, {-3, 3}} {
		c := cycleOf(t, f, model.CycleSearch{Start: start, Transient: 5})
		require.LessOrEqual(t, math.Abs(c.Amplitude[1]-2), cycleSlack)
		require.LessOrEqual(t, math.Abs(real(c.Exponents[0])+6), cycleSlack)
		require.True(t, c.Stable)
	}
}

// A Hopf cycle in the plane of (x, y), with two more directions that decay and
// turn as −1 ± 3i around it, or grow: exponents −2μ and those.
func TestCycleInFourDimensions(t *testing.T) {
	for _, growth := range []float64{-0.4, 0.1} {
		h := hopf(1, 2, 0.5)
		f := formula{dim: 4,
			field: func(x []float64) []float64 {
				return append(h.field(x[:2]), growth*x[2]-0.3*x[3]+x[0]*x[2]*x[3], 0.3*x[2]+growth*x[3])
			},
			slope: func(x []float64) [][]float64 {
				a := h.slope(x[:2])
				return [][]float64{append(a[0], 0, 0), append(a[1], 0, 0),
					{x[2] * x[3], 0, growth + x[0]*x[3], -0.3 + x[0]*x[2]}, {0, 0, 0.3, growth}}
			}}
		c := cycleOf(t, f, model.CycleSearch{Start: []float64{0.9, 0.3, 0.01, 0}})
		require.LessOrEqual(t, math.Abs(c.Period-math.Pi), 1e-10)
		require.Equal(t, growth < 0, c.Stable)
		for _, want := range []complex128{complex(growth, 0.3), complex(growth, -0.3), -2} {
			nearest := math.Inf(1)
			for _, z := range c.Exponents {
				nearest = min(nearest, cmplx.Abs(z-want))
			}
			require.LessOrEqual(t, nearest, cycleSlack, "%v among %v", want, c.Exponents)
		}
	}
}

// What is no limit cycle: a stable focus, a centre, a flow that leaves, a start at rest.
func TestCycleRefuses(t *testing.T) {
	one := model.CycleSearch{Start: []float64{0.5, 0}}
	for name, c := range map[string]struct {
		f model.VectorField
		s model.CycleSearch
	}{
		"fixed point":        {model.CycleAroundPoint(), model.CycleSearch{Start: []float64{0.5, 0}, Transient: 30}},
		"not isolated":       {linearField([]float64{0, -1}, []float64{1, 0}), one},
		"rests at":           {model.VanDerPol(1), model.CycleSearch{Start: []float64{0, 0}}},
		"nowhere near":       {model.Lorenz(10, 28, 8.0/3), model.CycleSearch{Start: []float64{1, 1, 1}, MaxPeriod: 0.1}},
		"largest coordinate": {linearField([]float64{20, 1}, []float64{-1, 20}), one},
	} {
		_, err := model.FindCycle(c.f, c.s)
		require.ErrorIs(t, err, model.ErrNotConverged, name)
		require.ErrorContains(t, err, name)
	}
	for name, s := range map[string]model.CycleSearch{
		"start":     {Start: []float64{1}},
		"Transient": {Start: []float64{1, 0}, Transient: -1},
		"MaxPeriod": {Start: []float64{1, 0}, MaxPeriod: math.NaN()},
		"RelTol":    {Start: []float64{1, 0}, RelTol: 1e-17},
	} {
		_, err := model.FindCycle(model.VanDerPol(1), s)
		require.ErrorIs(t, err, model.ErrInvalid, name)
		require.ErrorContains(t, err, name)
	}
	_, err := model.FindCycle(linearField([]float64{-1}), model.CycleSearch{Start: []float64{1}})
	require.ErrorIs(t, err, model.ErrInvalid)
}

func BenchmarkCycleVanDerPol(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		cycleOf(b, model.VanDerPol(1), model.CycleSearch{Start: []float64{1, 0}, Transient: 10})
	}
}

// κ̇ = −κ + g(κᵀκ) σκ with eigenvalues a ± ib of σ, a > 1, has one cycle, of period
// 2πa/b however non-normal σ is: κ(t) = e^(s(t)σ−t) κ(0) with ds/dt = g, and over a period
// ∫(ag − 1) = 0 (M8). Here g = (1 + πκᵀκ/2)^(−½), that of φ = erf(√π x/2).
func TestCycleOfRotation(t *testing.T) {
	for _, c := range []struct{ a, b, skew float64 }{{1.6, 0.8, 1}, {1.6, 0.8, 0.2}, {1.1, 2, 5}, {3, 0.5, 3}} {
		sigma := [][]float64{{c.a, -c.b * c.skew}, {c.b / c.skew, c.a}}
		f := formula{dim: 2,
			field: func(x []float64) []float64 {
				g := 1 / math.Sqrt(1+math.Pi/2*(x[0]*x[0]+x[1]*x[1]))
				y := linearField(sigma...).field(x)
				return []float64{g*y[0] - x[0], g*y[1] - x[1]}
			},
			slope: func(x []float64) [][]float64 {
				g := 1 / math.Sqrt(1+math.Pi/2*(x[0]*x[0]+x[1]*x[1]))
				y := linearField(sigma...).field(x)
				j := [][]float64{{-1, 0}, {0, -1}}
				for i := range j {
					for k := range j {
						j[i][k] += g*sigma[i][k] - math.Pi/2*g*g*g*x[k]*y[i]
					}
				}
				return j
			}}
		got := cycleOf(t, f, model.CycleSearch{Start: []float64{0.1, 0}, Transient: 20})
		want := 2 * math.Pi * c.a / c.b
		require.LessOrEqual(t, math.Abs(got.Period/want-1), 1e-10, "%v", c)
		require.LessOrEqual(t, math.Abs(got.Period-want), 2*got.PeriodError+64*u*want)
		require.True(t, got.Stable)
		if c.skew == 1 {
			rho := math.Sqrt(2 * (c.a*c.a - 1) / math.Pi)
			require.LessOrEqual(t, math.Abs(got.Amplitude[0]-rho), cycleSlack)
			require.LessOrEqual(t, math.Abs(real(got.Exponents[0])+(1-1/(c.a*c.a))), cycleSlack) // Re of 2Δ a g'(Δ) at g = 1/a
		}
	}
}

// At ρ = 160 Lorenz's system has a stable cycle. Its exponents add up to div F =
// −(σ + 1 + β) (Liouville), known as well as the smaller multiplier is.
func TestCycleOfLorenz(t *testing.T) {
	c := cycleOf(t, model.Lorenz(10, 160, 8.0/3), model.CycleSearch{Start: []float64{1, 2, 20}, Transient: 50, MaxPeriod: 10})
	require.True(t, c.Stable)
	sum := real(c.Exponents[0]) + real(c.Exponents[1])
	require.LessOrEqual(t, math.Abs(sum+11+8.0/3), cycleSlack/(cmplx.Abs(c.Multipliers[1])*c.Period))
	require.Less(t, c.PeriodError, 1e-10)
}

// spiral is ẋ = A x with eigenvalues −0.3 ± 2.5i: no cycle, though every orbit comes back near itself.
type spiral struct{}

func (spiral) Dim() int { return 2 }

func (spiral) Field(x []float64) ([]float64, error) {
	return []float64{-0.3*x[0] - 2.5*x[1], 2.5*x[0] - 0.3*x[1]}, nil
}

func (spiral) Jacobian([]float64) (*mat.Dense, error) {
	return mat.NewDense(2, 2, []float64{-0.3, -2.5, 2.5, -0.3}), nil
}

func TestNoCycleAroundAFocus(t *testing.T) {
	for _, size := range []float64{1, 1e-3} {
		for _, angle := range []float64{2, 0}[:min(2, times(t, 1))] {
			for _, tolerance := range []float64{0, 1e-6} {
				for _, most := range []float64{5, 20} {
					start := []float64{size * math.Cos(angle), size * math.Sin(angle)}
					cycle, err := model.FindCycle(spiral{}, model.CycleSearch{Start: start, RelTol: tolerance, MaxPeriod: most})
					require.ErrorIs(t, err, model.ErrNotConverged, "start %v, tolerance %v: %+v", start, tolerance, cycle)
				}
			}
		}
	}
}
