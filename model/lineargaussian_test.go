package model_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/exact"
	joint "github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// latentSystem is a latent system, and the same numbers for the oracle.
type latentSystem struct {
	name   string
	lds    *model.LDS
	oracle joint.LDS
}

// matrixOf returns rows as a matrix, nil for none.
func matrixOf(rows [][]float64) mat.Matrix {
	if len(rows) == 0 || len(rows[0]) == 0 {
		return nil
	}
	return matrix(rows...)
}

// rowsOfMatrix returns n rows; those of nil are empty.
func rowsOfMatrix(m mat.Matrix, n int) [][]float64 {
	out := make([][]float64, n)
	for i := range out {
		if m != nil {
			if _, cols := m.Dims(); cols > 0 {
				out[i] = mat.Row(nil, i, m)
			}
		}
	}
	return out
}

func noiseRows(s model.Noise) [][]float64 {
	out := make([][]float64, s.Dim())
	for i := range out {
		out[i] = make([]float64, s.Dim())
		for j := range out[i] {
			out[i][j] = s.At(i, j)
		}
	}
	return out
}

func newLatentSystem(t testing.TB, name string, c model.LDSConfig) latentSystem {
	t.Helper()
	l, err := model.NewLDS(c)
	require.NoError(t, err, name)
	k, n := l.Latents(), l.Units()
	s := latentSystem{name, l, joint.LDS{A: rowsOfMatrix(c.A, k), C: rowsOfMatrix(c.C, n), Q: noiseRows(c.Q), R: noiseRows(c.R)}}
	if c.Initial != nil {
		s.oracle.Mean, s.oracle.Cov = c.Initial.Mean, noiseRows(c.Initial.Cov)
	}
	return s
}

func noiseOf(t testing.TB) func(model.Noise, error) model.Noise {
	return func(s model.Noise, err error) model.Noise {
		t.Helper()
		require.NoError(t, err)
		return s
	}
}

// drawCovariance draws a covariance of n numbers, of a kind; in all of them the
// entries are exact.
func drawCovariance(t testing.TB, rng *rand.Rand, n, kind int) model.Noise {
	must := noiseOf(t)
	if n == 0 {
		return model.ZeroNoise(0)
	}
	diag := make([]float64, n)
	for i := range diag {
		diag[i] = float64(1+rng.IntN(8)) / 4
	}
	switch kind % 7 {
	case 0:
		return model.ZeroNoise(n)
	case 1:
		return must(model.IsotropicNoise(n, 0.5))
	case 2:
		return must(model.DiagonalNoise(diag))
	case 3: // some without a noise of their own
		for i := range diag {
			diag[i] *= float64(rng.IntN(2))
		}
		return must(model.LowRankNoise(diag, eighths(rng, n, 1)))
	case 4: // singular
		f := eighths(rng, n, max(1, n-1))
		var full mat.Dense
		full.Mul(f, f.T())
		return must(model.DenseNoise(&full))
	case 5:
		f := eighths(rng, n, n)
		var full mat.Dense
		full.Mul(f, f.T())
		for i := range n {
			full.Set(i, i, full.At(i, i)+0.25)
		}
		return must(model.DenseNoise(&full))
	}
	// I + F Fᵀ − H Hᵀ with H a direction of which nothing is left, as in a
	// conversion: h = (±½, ±½, ±½, ±½) or a unit vector.
	h := mat.NewDense(n, 1, nil)
	if n >= 4 {
		for i := range 4 {
			h.Set(i, 0, float64(rng.IntN(2))-0.5)
		}
	} else {
		h.Set(rng.IntN(n), 0, 1)
	}
	one := make([]float64, n)
	for i := range one {
		one[i] = 1
	}
	f := eighths(rng, n, 1)
	var along mat.Dense
	along.Mul(h.T(), f)
	f.Apply(func(i, _ int, x float64) float64 { return x - h.At(i, 0)*along.At(0, 0) }, f)
	return must(model.ReducedNoise(one, f, h))
}

// stable draws a K×K matrix of norm less than 1, or of nilpotent and other kinds.
func stable(rng *rand.Rand, k, kind int) *mat.Dense {
	if k == 0 {
		return nil
	}
	a := eighths(rng, k, k)
	switch kind % 5 {
	case 0:
		a.Scale(1/float64(k), a)
		a.Scale(0.875, a)
	case 1:
		a.Apply(func(i, j int, x float64) float64 { // nilpotent
			if i <= j {
				return 0
			}
			return x
		}, a)
	case 2:
		a.Apply(func(i, j int, x float64) float64 { // defective
			switch {
			case i == j:
				return 0.5
			case j == i+1:
				return 1
			}
			return 0
		}, a)
	case 3:
		a.Zero()
	case 4:
		a.Apply(func(i, j int, x float64) float64 { // a rotation, almost
			switch {
			case j == (i+1)%k:
				return 0.9375
			}
			return 0
		}, a)
	}
	return a
}

// latentSystemOf is one of all kinds, stationary or not, by its number.
func latentSystemOf(t testing.TB, number int) latentSystem {
	rng := random(uint64(number))
	n, k := 1+rng.IntN(5), rng.IntN(5)
	a := stable(rng, k, rng.IntN(5))
	c := model.LDSConfig{Q: drawCovariance(t, rng, k, rng.IntN(7)), R: drawCovariance(t, rng, n, rng.IntN(7))}
	if k > 0 {
		c.A, c.C = a, eighths(rng, n, k)
	}
	if rng.IntN(3) == 0 {
		if k > 0 && rng.IntN(2) == 0 {
			a.Scale(2, a) // unstable is fine
		}
		mean := make([]float64, k)
		for j := range mean {
			mean[j] = float64(rng.IntN(5) - 2)
		}
		c.Initial = &model.Gaussian{Mean: mean, Cov: drawCovariance(t, rng, k, rng.IntN(7))}
	}
	if rng.IntN(3) == 0 {
		c = graded(t, rng, c)
	}
	return newLatentSystem(t, fmt.Sprintf("%d: N=%d K=%d", number, n, k), c)
}

// graded scales latents and units by powers of two from 2⁻²⁷ to 2²⁷, exactly.
func graded(t testing.TB, rng *rand.Rand, c model.LDSConfig) model.LDSConfig {
	powers := func(n int) []float64 {
		out := make([]float64, n)
		for i := range out {
			out[i] = math.Ldexp(1, rng.IntN(55)-27)
		}
		return out
	}
	x, y := powers(c.Q.Dim()), powers(c.R.Dim())
	scaled := func(m mat.Matrix, rows, columns []float64) mat.Matrix {
		if m == nil || len(columns) == 0 {
			return nil
		}
		var out mat.Dense
		out.Apply(func(i, j int, v float64) float64 { return rows[i] * v / columns[j] }, m)
		return &out
	}
	c.A, c.C = scaled(c.A, x, x), scaled(c.C, y, x)
	c.Q, c.R = scaledNoise(t, c.Q, x), scaledNoise(t, c.R, y)
	if c.Initial != nil {
		mean := make([]float64, len(x))
		for i, m := range c.Initial.Mean {
			mean[i] = m * x[i]
		}
		c.Initial = &model.Gaussian{Mean: mean, Cov: scaledNoise(t, c.Initial.Cov, x)}
	}
	return c
}

// scaledNoise returns diag(by) Σ diag(by), held as Σ is.
func scaledNoise(t testing.TB, s model.Noise, by []float64) model.Noise {
	must := noiseOf(t)
	d, f, h, ok := s.Structure()
	if !ok {
		full := s.Dense()
		for i := range by {
			for j := range i + 1 {
				full.SetSym(i, j, full.At(i, j)*by[i]*by[j])
			}
		}
		return must(model.DenseNoise(full))
	}
	rows := func(m *mat.Dense) mat.Matrix {
		if m == nil {
			return nil
		}
		m.Apply(func(i, _ int, v float64) float64 { return v * by[i] }, m)
		return m
	}
	for i := range d {
		d[i] *= by[i] * by[i]
	}
	return must(model.ReducedNoise(d, rows(f), rows(h)))
}

// draw simulates the oracle's numbers; covariances of K and N numbers by roots
// with errors of rounding.
func (s latentSystem) draw(t testing.TB, rng *rand.Rand, steps int) [][]float64 {
	normal := func(cov [][]float64) []float64 {
		n := len(cov)
		out := make([]float64, n)
		if n == 0 {
			return out
		}
		var eig mat.EigenSym
		m, deviation := mat.NewSymDense(n, nil), make([]float64, n)
		for i := range n {
			deviation[i] = math.Sqrt(cov[i][i])
			for j := range i + 1 {
				if cov[i][i] > 0 && cov[j][j] > 0 {
					m.SetSym(i, j, cov[i][j]/(deviation[i]*deviation[j]))
				}
			}
		}
		require.True(t, eig.Factorize(m, true))
		var v mat.Dense
		eig.VectorsTo(&v)
		entries, err := exact.FromFloat64(cov)
		require.NoError(t, err)
		zeros := n - entries.Rank() // and eigenvalues ascend
		for j, x := range eig.Values(nil) {
			if j < zeros {
				continue
			}
			z := math.Sqrt(x) * rng.NormFloat64()
			for i := range out {
				out[i] += deviation[i] * z * v.At(i, j)
			}
		}
		return out
	}
	p, err := s.oracle.Process()
	require.NoError(t, err, s.name)
	x := normal(p.StateCovariance())
	for i, m := range s.oracle.Mean {
		x[i] += m
	}
	var out [][]float64
	for range steps {
		y := normal(s.oracle.R)
		for i, row := range s.oracle.C {
			for j, c := range row {
				y[i] += c * x[j]
			}
		}
		out = append(out, y)
		next := normal(s.oracle.Q)
		for i, row := range s.oracle.A {
			for j, a := range row {
				next[i] += a * x[j]
			}
		}
		x = next
	}
	return out
}

func holes(rng *rand.Rand, y [][]float64, share float64) [][]bool {
	out := make([][]bool, len(y))
	for t := range y {
		out[t] = make([]bool, len(y[t]))
		for i := range out[t] {
			out[t][i] = rng.Float64() < share
		}
	}
	return out
}

// relative returns |got − want|/|want|.
func relative(got, want float64) float64 { return math.Abs(got-want) / math.Abs(want) }
