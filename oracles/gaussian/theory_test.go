package gaussian

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func must(t testing.TB, p *Process, err error) *Process {
	t.Helper()
	require.NoError(t, err)
	return p
}

func TestTry(t *testing.T) {
	eye := [][]float64{{1, 0}, {0, 1}}
	a := [][]float64{{.8, -.3}, {.3, .7}}
	for _, s := range []float64{1, .1, 1e-4, 1e-8, 1e-20, 1e-40, 0} {
		p, err := LDS{A: a, C: eye, Q: [][]float64{{1, 0}, {0, 0}}, R: [][]float64{{s, 0}, {0, s}}}.Process()
		p = must(t, p, err)
		t.Log(s, p.MarkovGap(), .5*math.Log(6241./5016), p.Amplification())
	}
	p, err := LDS{A: [][]float64{{0, 0}, {1, 0}}, C: [][]float64{{1, 1}}, Q: [][]float64{{1, 0}, {0, 0}}, R: [][]float64{{0}}}.Process()
	p = must(t, p, err)
	for k := range 5 {
		t.Log(p.OrderLoss(k, 60)-.5*math.Log(float64(k+2)/float64(k+1)), p.PredictionCovariance(k))
	}
	p, err = LDS{A: [][]float64{{0, 0, 0}, {1, 0, 0}, {0, 1, 0}}, C: [][]float64{{1, 0, 0}, {0, 0, 1}}, Q: [][]float64{{1, 0, 0}, {0, 0, 0}, {0, 0, 0}}, R: [][]float64{{0, 0}, {0, 0}}}.Process()
	p = must(t, p, err)
	t.Log(p.MarkovGap(), p.OrderLoss(1, 3))
	_, err = p.LogDensity([][]float64{{1, 2}, {2, 3}, {1, 2}}, nil)
	t.Log(err)
}

func BenchmarkLogDensity(b *testing.B) {
	p, err := LDS{A: [][]float64{{.8, -.3}, {.3, .7}}, C: [][]float64{{1, 0}, {.3, 1}, {.1, .7}}, Q: [][]float64{{1, 0}, {0, 1}}, R: [][]float64{{1, 0, 0}, {0, .1, 0}, {0, 0, .7}}}.Process()
	p = must(b, p, err)
	y := [][]float64{{1, 2, 3}, {1, 2, 3}, {1, 2, 3}, {1, 2, 3}, {1, 2, 3}, {1, 2, 3}}
	for b.Loop() {
		p.LogDensity(y, nil)
	}
}
func BenchmarkLogDensity60(b *testing.B) {
	p, err := LDS{A: [][]float64{{.8, -.3}, {.3, .7}}, C: [][]float64{{1, 0}, {.3, 1}, {.1, .7}}, Q: [][]float64{{1, 0}, {0, 1}}, R: [][]float64{{1, 0, 0}, {0, .1, 0}, {0, 0, .7}}}.Process()
	p = must(b, p, err)
	y := make([][]float64, 20)
	for i := range y {
		y[i] = []float64{1, 2, 3}
	}
	for b.Loop() {
		p.LogDensity(y, nil)
	}
}
func BenchmarkMarkovGap(b *testing.B) {
	p, err := LDS{A: [][]float64{{.8, -.3}, {.3, .7}}, C: [][]float64{{1, 0}, {.3, 1}, {.1, .7}}, Q: [][]float64{{1, 0}, {0, 1}}, R: [][]float64{{1, 0, 0}, {0, .1, 0}, {0, 0, .7}}}.Process()
	p = must(b, p, err)
	for b.Loop() {
		p.MarkovGap()
	}
}
func benchStationary(b *testing.B, k int) {
	m := make([][]float64, k)
	q := make([][]float64, k)
	for i := range m {
		m[i] = make([]float64, k)
		q[i] = make([]float64, k)
		for j := range m[i] {
			m[i][j] = math.Sin(float64(3*i*j+i+2*j)) / float64(k)
		}
		q[i][i] = 1
	}
	for b.Loop() {
		if _, err := (RNN{J: m, P: q}).Process(); err != nil {
			b.Fatal(err)
		}
	}
}
func BenchmarkStationary4(b *testing.B) { benchStationary(b, 4) }
func BenchmarkStationary8(b *testing.B) { benchStationary(b, 8) }
