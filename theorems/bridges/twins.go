package bridges

import (
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
	"gonum.org/v1/gonum/mat"
)

// noisySite is what a twin of a linearization gets wrong.
type noisySite struct {
	net    *model.RNN
	form   model.Form
	x      []float64
	slopes []float64
	w      *mat.Dense
}

// linearizationTwin is a twin with another J.
func linearizationTwin(name, mistake string, entry func(at noisySite, right *mat.Dense, i, j int) float64) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		honest := s.LinearizeNoisy
		s.LinearizeNoisy = func(net *model.RNN, form model.Form, x, u []float64, noise model.Noise) (*model.NoisyLinearization, error) {
			l, err := honest(net, form, x, u, noise)
			if err != nil {
				return nil, err
			}
			slopes, err := net.Derivatives(x)
			if err != nil {
				return nil, err
			}
			at, right := noisySite{net, form, x, slopes, net.Connectivity().Dense()}, l.Network.J()
			wrong := mat.NewDense(len(x), len(x), nil)
			for i := range x {
				for j := range x {
					wrong.Set(i, j, entry(at, right, i, j))
				}
			}
			out := *l
			if out.Network, err = model.NewLinearRNN(model.LinearRNNConfig{J: wrong, P: l.Network.P()}); err != nil {
				return nil, err
			}
			return &out, nil
		}
		return s
	}}
}

// linearizationTwins are mistakes about J.
func linearizationTwins() []theorems.Twin {
	outer := func(at noisySite, i, j int) float64 {
		if at.form == model.Activity {
			return at.slopes[i]
		}
		return at.slopes[j]
	}
	return []theorems.Twin{
		linearizationTwin("D on the wrong side", "W D for D W", func(at noisySite, _ *mat.Dense, i, j int) float64 {
			if at.form == model.Activity {
				return at.w.At(i, j) * at.slopes[j]
			}
			return at.slopes[i] * at.w.At(i, j)
		}),
		linearizationTwin("leak kept", "−I + J, the linearization of the flow", func(_ noisySite, right *mat.Dense, i, j int) float64 {
			if i == j {
				return right.At(i, j) - 1
			}
			return right.At(i, j)
		}),
		linearizationTwin("slopes at the outputs", "D = diag φ'(φ(x)), the activity taken for the net input", func(at noisySite, _ *mat.Dense, i, j int) float64 {
			phi := at.net.Nonlinearity()
			k := j
			if at.form == model.Activity {
				k = i
			}
			return at.w.At(i, j) * phi.Derivative(phi.Value(at.x[k]))
		}),
		linearizationTwin("loadings exchanged", "N Mᵀ for M Nᵀ", func(at noisySite, _ *mat.Dense, i, j int) float64 {
			return at.w.At(j, i) * outer(at, i, j)
		}),
		linearizationTwin("J off by 2 %", "1.02 J", func(_ noisySite, right *mat.Dense, i, j int) float64 {
			return 1.02 * right.At(i, j)
		}),
	}
}

// conversionTwin is a twin that converts a linear network wrongly.
func conversionTwin(name, mistake string, wrong func(got *theorems.LatentConversion)) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		honest := s.LDSFromRNN
		s.LDSFromRNN = func(net *model.LinearRNN) (*theorems.LatentConversion, error) {
			got, err := honest(net)
			if err == nil {
				wrong(got)
			}
			return got, err
		}
		return s
	}}
}

// noiseTwin is a twin that passes noise on wrongly.
func noiseTwin(name, mistake string, wrong func(net *model.RNN, p *mat.Dense) *mat.Dense) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		s.PassNoise = func(net *model.RNN, noise model.Noise) (model.Noise, error) {
			return nearestNoise(wrong(net, mat.DenseCopyOf(noise.Dense())))
		}
		return s
	}}
}

// nearestNoise makes a covariance of what may be none: the symmetric part,
// eigenvalues below 0 set to 0.
func nearestNoise(a *mat.Dense) (model.Noise, error) {
	n, _ := a.Dims()
	sym := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			sym.SetSym(i, j, a.At(i, j)/2+a.At(j, i)/2)
		}
	}
	var eig mat.EigenSym
	if !eig.Factorize(sym, true) {
		return model.Noise{}, model.ErrEigen
	}
	var v mat.Dense
	eig.VectorsTo(&v)
	values := eig.Values(nil)
	return model.LowRankNoise(make([]float64, n), scaledByRoots(&v, values))
}
