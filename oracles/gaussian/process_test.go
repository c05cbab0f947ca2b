package gaussian

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProcessNamesWhatIsWrong(t *testing.T) {
	good := LDS{A: rows{{0.5}}, C: rows{{1}, {1}}, Q: rows{{1}}, R: unit(2)}
	processOf(t, good)
	for want, change := range map[string]func(*LDS){
		"C has 1 rows, not 2":                  func(s *LDS) { s.C = rows{{1}} },
		"row 1 of C has 2 entries, not 1":      func(s *LDS) { s.C = rows{{1}, {1, 2}} },
		"row 0 of A has 2 entries, not 1":      func(s *LDS) { s.A = rows{{1, 2}} },
		"entry (0,0) of Q is NaN":              func(s *LDS) { s.Q = rows{{math.NaN()}} },
		"entry (1,1) of R is +Inf":             func(s *LDS) { s.R = rows{{1, 0}, {0, math.Inf(1)}} },
		"R is not symmetric: 3 at (1,0)":       func(s *LDS) { s.R = rows{{1, 2}, {3, 1}} },
		"the initial mean has 2 entries":       func(s *LDS) { s.Mean, s.Cov = []float64{1, 2}, rows{{1}} },
		"stationary law has mean zero":         func(s *LDS) { s.Mean = []float64{1} },
		"the initial covariance has 2 rows":    func(s *LDS) { s.Cov = unit(2) },
		"not stable: spectral radius 1.25":     func(s *LDS) { s.A = rows{{-1.25}} },
		"Q has 1 rows, not 0":                  func(s *LDS) { s.A = rows{} },
		"entry (0,0) of the initial mean is N": func(s *LDS) { s.Mean, s.Cov = []float64{math.NaN()}, rows{{1}} },
	} {
		s := good
		change(&s)
		_, err := s.Process()
		require.ErrorContains(t, err, want)
	}
	_, err := RNN{J: unit(2), P: unit(1)}.Process()
	require.ErrorContains(t, err, "P has 1 rows, not 2")
}

func TestProcessWithoutLatentsIsWhite(t *testing.T) {
	noise := rows{{2, 1}, {1, 2}}
	p := processOf(t, LDS{A: rows{}, C: rows{{}, {}}, Q: rows{}, R: noise})
	require.Equal(t, rows{{2, 1, 0, 0}, {1, 2, 0, 0}, {0, 0, 2, 1}, {0, 0, 1, 2}}, p.Covariance(2))
	require.Equal(t, []float64{0, 0, 0, 0}, p.Mean(2))
	require.Zero(t, p.MarkovGap())
	require.Zero(t, p.Amplification())
	require.Equal(t, zeros(2, 2), p.Autocovariance(1))
	require.Equal(t, noise, p.PredictionCovariance(3))
	require.Zero(t, Difference(p, processOf(t, RNN{J: zeros(2, 2), P: noise}), 3).Covariance)
	mean, cov, err := p.Posterior(rows{{1, 2}}, nil, 1, 1)
	require.NoError(t, err)
	require.Empty(t, mean)
	require.Empty(t, cov)
}

func TestNothingObserved(t *testing.T) {
	p := processOf(t, RNN{J: rows{{0.5}}, P: rows{{1}}})
	for _, d := range []func() (Density, error){
		func() (Density, error) { return p.LogDensity(nil, nil) },
		func() (Density, error) { return p.LogDensity(rows{{math.NaN()}}, [][]bool{{true}}) },
	} {
		got, err := d()
		require.NoError(t, err)
		require.Equal(t, Density{Condition: 1}, got)
		require.False(t, math.Signbit(got.LogDensity))
	}
	require.Empty(t, p.Covariance(0))
	require.Panics(t, func() { p.Covariance(-1) })
	require.Panics(t, func() { p.Autocovariance(-1) })
	require.Panics(t, func() { p.MarkovGapAt(1) })
	require.Panics(t, func() { p.OrderLoss(2, 1) })
}

func TestLogDensityRefuses(t *testing.T) {
	p := processOf(t, RNN{J: rows{{0.5}}, P: rows{{1}}})
	for _, c := range []struct {
		y       rows
		missing [][]bool
	}{{rows{{1, 2}}, nil}, {rows{{math.NaN()}}, nil}, {rows{{1}}, [][]bool{}}, {rows{{1}}, [][]bool{{false, true}}}} {
		_, err := p.LogDensity(c.y, c.missing)
		require.Error(t, err, "%+v", c)
	}
}

// TestIndefiniteIsNotGaussian: by much, and by one rounding error.
func TestIndefiniteIsNotGaussian(t *testing.T) {
	almost := rows{{1, 1 + 0x1p-52}, {1 + 0x1p-52, 1}}
	for _, noise := range []rows{{{1, 2}, {2, 1}}, almost, {{0, 1}, {1, 0}}, {{0, 1e-30}, {1e-30, 1}}, {{-1, 0}, {0, 1}}} {
		p := processOf(t, RNN{J: rows{{0.5, 0}, {0, 0.5}}, P: noise})
		require.NotEmpty(t, p.Covariance(2))
		_, err := p.LogDensity(rows{{1, 1}}, nil)
		require.ErrorIs(t, err, ErrIndefinite, "%v", noise)
		require.True(t, math.IsNaN(p.MarkovGap()), "%v", noise)
		require.True(t, math.IsNaN(p.OrderLoss(0, 1)), "%v", noise)
		require.True(t, math.IsNaN(p.PredictionCovariance(0)[0][0]), "%v", noise)
		require.True(t, math.IsNaN(p.PredictionCovariance(1)[0][0]), "%v", noise)
	}
}

// TestGradedSystems: other units of y and of the latents change means, variances and densities by what they must, and no nats.
func TestGradedSystems(t *testing.T) {
	base := LDS{A: rows{{0.5, 0.25}, {-0.25, 0.5}}, C: rows{{1, 0}, {1, 1}}, Q: rows{{1, 0.5}, {0.5, 2}}, R: rows{{1, 0}, {0, 0.5}}}
	p := processOf(t, base)
	y := rows{{1, 2}, {3, -1}, {0.5, 0}}
	want, err := p.LogDensity(y, nil)
	require.NoError(t, err)
	for _, e := range []int{3, 26, 60, 100, 150} {
		g := math.Ldexp(1, e)
		s := LDS{A: rows{{0.5, 0.25 * g}, {-0.25 / g, 0.5}}, C: rows{{g, 0}, {1, 1 * g}}, Q: rows{{1, 0.5 / g}, {0.5 / g, 2 / g / g}}, R: rows{{g * g, 0}, {0, 0.5}}}
		q := processOf(t, s)
		require.Equal(t, p.MarkovGap(), q.MarkovGap(), "2^%d", e)
		require.Equal(t, p.OrderLoss(1, 4), q.OrderLoss(1, 4), "2^%d", e)
		scaledData := rows{{g, 2}, {3 * g, -1}, {0.5 * g, 0}}
		d, err := q.LogDensity(scaledData, nil)
		require.NoError(t, err)
		require.Equal(t, want.Quadratic, d.Quadratic)
		requireNear(t, want.Condition, d.Condition, 64, "2^%d", e)
		require.LessOrEqual(t, math.Abs(d.LogDensity-(want.LogDensity-3*float64(e)*math.Ln2)), 0x1p-51*(math.Abs(want.LogDensity)+3*float64(e)))
	}
}

// TestUnstableFromAGivenLaw: what needs no stationarity works without it.
func TestUnstableFromAGivenLaw(t *testing.T) {
	p := processOf(t, RNN{J: rows{{2}}, P: rows{{1}}, Mean: []float64{1}, Cov: rows{{0}}})
	require.Equal(t, []float64{2, 4, 8}, p.Mean(3))
	require.Equal(t, rows{{1, 2, 4}, {2, 5, 10}, {4, 10, 21}}, p.Covariance(3))
	require.Zero(t, p.MarkovGapAt(20))
	require.Equal(t, rows{{1}}, p.PredictionCovariance(40))
	require.Equal(t, rows{{1 + 4 + 16}}, processOf(t, LDS{A: rows{{2}}, C: rows{{1}}, Q: rows{{1}}, R: rows{{0}}, Cov: rows{{0}}}).coarse.from(4).cov.float64s())
}

// TestRoundingErrorsGrowWithTheProcess: a start on a line that eigenvalue 8 stretches, and what rounding leaves off the line too.
func TestRoundingErrorsGrowWithTheProcess(t *testing.T) {
	s := LDS{A: rows{{8, 1. / 3}, {0, 1. / 3}}, C: unit(2), Q: zeros(2, 2), R: zeros(2, 2), Cov: rows{{1, -23}, {-23, 529}}}
	p := processOf(t, s)
	for _, past := range []int{1, 5, 20} {
		require.Equal(t, zeros(2, 2), p.PredictionCovariance(past), "%d", past)
	}
	s.Q = rows{{0, 0}, {0, 1}}
	p = processOf(t, s)
	for _, past := range []int{1, 5, 20} {
		require.Equal(t, s.Q, p.PredictionCovariance(past), "%d", past)
	}
}

// TestRoundingErrorsGrowAlone: eigenvalue 1024 in a direction that is never excited, so that nothing but rounding errors grows. Covariance
// is exact to 2^-448·2^(20t), PredictionCovariance raises the precision, and says when that was not enough.
func TestRoundingErrorsGrowAlone(t *testing.T) {
	third := math.Ldexp(math.Round(math.Ldexp(1./3, 40)), -40)
	line := rows{{9, 3}, {3, 1}}
	s := LDS{A: rows{{1024, 3*third - 3072}, {0, third}}, C: unit(2), Q: line, R: zeros(2, 2), Cov: line} // A (3,1)ᵀ = (3,1)ᵀ·third
	p := processOf(t, s)
	requireNear(t, 1.125, p.Covariance(15)[29][29], 0x1p16, "variance 1/(1 − 1/9), after 14 steps, with a third to 40 bits")
	for _, past := range []int{1, 5, 10, 20, 25} {
		require.Equal(t, line, p.PredictionCovariance(past), "%d", past)
	}
	require.True(t, math.IsNaN(p.PredictionCovariance(40)[0][0]))
}

func TestAProcessIsSafeForConcurrentUse(t *testing.T) {
	p := processOf(t, LDS{A: rows{{0.8, -0.3}, {0.3, 0.7}}, C: unit(2), Q: rows{{1, 0}, {0, 0}}, R: rows{{1e-80, 0}, {0, 1e-80}}})
	results := make(chan float64)
	for range 8 {
		go func() { results <- p.MarkovGap() + p.Amplification() }()
	}
	first := <-results
	for range 7 {
		require.Equal(t, first, <-results)
	}
}
