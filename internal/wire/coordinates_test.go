package wire

import (
	"encoding/json"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// elsewhere returns a call of an implementation that is as right as another, in
// coordinates of its own: latents through a similarity, loadings through a gauge
// or multiplied out, covariances in other forms, mixtures of the same field.
func elsewhere(t *testing.T, call Call) Call {
	to := func(text json.RawMessage, r any) { require.NoError(t, json.Unmarshal(text, r)) }
	return func(op string, params json.RawMessage) (json.RawMessage, error) {
		result, err := call(op, params)
		if err != nil {
			return nil, err
		}
		h := fnv.New64a()
		h.Write(params)
		o := other{t, rand.New(rand.NewPCG(h.Sum64(), 1))}
		switch op {
		case "rnn_from_lds":
			var r matchResult
			to(result, &r)
			r.RNN = o.gauged(r.RNN)
			return asJSON(t, r), nil
		case "lds_from_rnn":
			var r conversionResult
			to(result, &r)
			r.LDS = o.turned(r.LDS)
			return asJSON(t, r), nil
		case "observe":
			var r ldsResult
			to(result, &r)
			r.LDS = o.turned(r.LDS)
			return asJSON(t, r), nil
		case "linearize_noisy":
			var r noisyLinear
			to(result, &r)
			r.RNN = o.multiplied(r.RNN)
			return asJSON(t, r), nil
		case "pass_noise":
			var r noiseResult
			to(result, &r)
			r.Noise = o.dense(r.Noise)
			return asJSON(t, r), nil
		case "truncate":
			var r truncateResult
			to(result, &r)
			if len(r.M) > 0 {
				g, inverse := o.similarity(len(r.M[0]))
				r.M, r.N = product(r.M, g), product(r.N, transpose(inverse))
			}
			return asJSON(t, r), nil
		case "fit":
			var r fitResult
			to(result, &r)
			r.Mixture = o.spread(r.Mixture)
			return asJSON(t, fitResult{Mixture: r.Mixture, RMS: r.RMS}), nil
		case "gauge":
			var r gaugeResult
			to(result, &r)
			if r.Network != nil {
				scaled, one := 1/float64(len(r.Network.N)), 1.0
				for i := range r.Network.N {
					for k := range r.Network.N[i] {
						r.Network.N[i][k] *= scaled
					}
				}
				r.Network.Scale = &one
			}
			return asJSON(t, r), nil
		}
		return result, nil
	}
}

type other struct {
	t   *testing.T
	rng *rand.Rand
}

// similarity returns a matrix and its inverse, of singular values from ½ to 2.
func (o other) similarity(n int) (t, inverse [][]float64) {
	if n == 0 {
		return nil, nil
	}
	var left, right mat.QR
	draw := func(q *mat.QR) *mat.Dense {
		a := mat.NewDense(n, n, nil)
		for i := range n {
			for j := range n {
				a.Set(i, j, o.rng.NormFloat64())
			}
		}
		q.Factorize(a)
		var out mat.Dense
		q.QTo(&out)
		return &out
	}
	u, v := draw(&left), draw(&right)
	d, e := mat.NewDiagDense(n, nil), mat.NewDiagDense(n, nil)
	for i := range n {
		s := math.Exp2(2*o.rng.Float64() - 1)
		d.SetDiag(i, s)
		e.SetDiag(i, 1/s)
	}
	var a, b mat.Dense
	a.Product(u, d, v.T())
	b.Product(v, e, u.T())
	return rowsOf(&a), rowsOf(&b)
}

func product(a, b [][]float64) [][]float64 {
	if len(a) == 0 || len(b) == 0 || len(b[0]) == 0 {
		return [][]float64{}
	}
	x, _ := denseOf("a", a)
	y, _ := denseOf("b", b)
	var out mat.Dense
	out.Mul(x, y)
	return rowsOf(&out)
}

func transpose(a [][]float64) [][]float64 {
	if len(a) == 0 {
		return a
	}
	x, _ := denseOf("a", a)
	return rowsOf(mat.DenseCopyOf(x.T()))
}

// dense multiplies a covariance out; one by iso stays.
func (o other) dense(n Noise) Noise {
	if n.Iso != nil {
		return n
	}
	rows, err := n.Rows("noise", max(len(n.Diag), len(n.Dense)))
	require.NoError(o.t, err)
	return Noise{Dense: rows}
}

// turned has the latents T x, and R as a root.
func (o other) turned(l LDS) LDS {
	t, inverse := o.similarity(len(l.A))
	through := func(n Noise) Noise {
		rows, err := n.Rows("Q", len(l.A))
		require.NoError(o.t, err)
		return Noise{Dense: product(product(t, rows), transpose(t))}
	}
	out := LDS{A: product(product(t, l.A), inverse), C: product(l.C, inverse), Q: through(l.Q), R: o.dense(l.R)}
	if l.Initial != nil {
		mean := []float64{}
		for _, row := range t {
			x := 0.0
			for i, v := range row {
				x += v * l.Initial.Mean[i]
			}
			mean = append(mean, x)
		}
		out.Initial = &Initial{mean, through(l.Initial.Cov)}
	}
	return out
}

// multiplied has J in place of M and N.
func (o other) multiplied(net LinearRNN) LinearRNN {
	out := LinearRNN{P: o.dense(net.P), Initial: net.Initial}
	j, _, err := net.numbers("rnn", net.Units())
	require.NoError(o.t, err)
	out.J = &j
	return out
}

// gauged has as many loadings as units in place of J, and P as its root.
func (o other) gauged(net LinearRNN) LinearRNN {
	units := net.Units()
	j, p, err := net.numbers("rnn", units)
	require.NoError(o.t, err)
	m, n := make([][]float64, units), make([][]float64, units)
	for i := range units {
		m[i], n[i] = make([]float64, units), make([]float64, units)
	}
	for k, from := range o.rng.Perm(units) { // none rounds another away, however small
		factor := math.Ldexp(float64(1-2*o.rng.IntN(2)), o.rng.IntN(9)-4)
		for i := range m {
			m[i][k] = factor * j[i][from]
		}
		n[from][k] = 1 / factor
	}
	return LinearRNN{M: &m, N: &n, P: o.root(p)}
}

func orOne(x float64) float64 {
	if x == 0 {
		return 1
	}
	return x
}

// root returns a covariance as F Fᵀ.
func (o other) root(p [][]float64) Noise {
	symmetric, deviation := mat.NewSymDense(len(p), nil), make([]float64, len(p))
	for i := range p { // units of little variance count as much as others
		deviation[i] = orOne(math.Sqrt(math.Abs(p[i][i])))
		for j := range i + 1 {
			symmetric.SetSym(i, j, (p[i][j]/2+p[j][i]/2)/deviation[i]/deviation[j])
		}
	}
	var eig mat.EigenSym
	require.True(o.t, eig.Factorize(symmetric, true))
	var v mat.Dense
	eig.VectorsTo(&v)
	for k, x := range eig.Values(nil) {
		for i := range p {
			v.Set(i, k, deviation[i]*v.At(i, k)*math.Sqrt(math.Max(0, x)))
		}
	}
	return Noise{Diag: make([]float64, len(p)), Factor: rowsOf(&v)}
}

// spread returns a mixture of the same field: other weights, of n so much less
// or more, and more variance of n.
func (o other) spread(m Mixture) Mixture {
	out, total := Mixture{Nonlinearity: m.Nonlinearity}, 0.0
	weights := make([]float64, len(m.Populations))
	for p := range weights {
		weights[p] = 1 + o.rng.Float64()
		total += weights[p]
	}
	for p, pop := range m.Populations {
		r := len(pop.Mean) / 2
		weight := weights[p] / total
		times := pop.Weight / weight
		for i := r; i < 2*r; i++ {
			pop.Mean[i] *= times
			for j := range pop.Cov {
				pop.Cov[i][j] *= times
				pop.Cov[j][i] *= times
			}
			pop.Cov[i][i] += pop.Cov[i][i] / 4
		}
		out.Populations = append(out.Populations, Population{weight, pop.Mean, pop.Cov})
	}
	return out
}

// TestOtherCoordinates: what is free is judged by no claim.
func TestOtherCoordinates(t *testing.T) {
	s, err := NewSubject(HelloOf(theorems.Model()), elsewhere(t, loopback(theorems.Model())))
	require.NoError(t, err)
	for _, pattern := range []string{"S*", "M5,M12,M13", "X*"} {
		t.Run(pattern[:1], func(t *testing.T) {
			t.Parallel()
			holdsAbout(t, pattern, s, 2, 9, func(th theorems.Theorem, r theorems.Report) {
				require.Empty(t, r.NotTried, th.Ref)
				require.Empty(t, r.Silent, th.Ref)
			})
		})
	}
}
