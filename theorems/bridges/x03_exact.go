package bridges

import (
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
	"gonum.org/v1/gonum/mat"
)

// passing is how a covariance goes through W.
type passing func(w, s *exact.Matrix) *exact.Matrix

func throughW(w, s *exact.Matrix) *exact.Matrix { return w.Mul(s).Mul(w.T()) }

// decideTwoForms: in rationals, from any law of r_0, W r has the joint law of
// the activation form with noise W P Wᵀ, of the LDS of S6 of either form, and of
// the R latents of X3; the second has at most R latents, the first at most 2R.
func (r rationalNetwork) decideTwoForms(rank int, pass passing) error {
	w, units := r.w(), r.d.Rows()
	forms := r.forms()
	noise, start := pass(w, r.p), throughW(w, r.s0)
	truth := network(forms[0], r.p, r.s0).through(w)
	if err := sameLaw("W r and the activation form", truth, network(forms[1], noise, start)); err != nil {
		return err
	}
	first, err := latentsOf(forms[0], r.p, r.s0)
	if err != nil {
		return err
	}
	second, err := latentsOf(forms[1], noise, start)
	if err != nil {
		return err
	}
	if k := first.a.Rows(); k > min(2*rank, units) {
		return theorems.Violatedf("%d latents of the activity form for R = %d", k, rank)
	}
	if k := second.a.Rows(); k > rank {
		return theorems.Violatedf("%d latents of the activation form for R = %d", k, rank)
	}
	if err := sameLaw("W r and the LDS of the activity form, read through W", truth, first.through(w)); err != nil {
		return err
	}
	if err := sameLaw("W r and the LDS of the activation form", truth, second); err != nil {
		return err
	}
	a, q := r.n.T().Mul(r.d).Mul(r.m), r.n.T().Mul(r.p).Mul(r.n)
	from := r.n.T().Mul(r.s0).Mul(r.n)
	reduced := rationalLDS{a, r.m, q, exact.Zero(units, units), a.Mul(from).Mul(a.T()).Add(q)}
	return sameLaw("W r and x = M z", truth, reduced)
}

func decideTwoForms(c generators.Recurrent) error {
	r, err := rationalOf(c)
	if err != nil {
		return err
	}
	return r.decideTwoForms(c.Rank(), throughW)
}

// noiseOfItsOwn: N = 2, R = 1, M = N = e₁, D = I: with noise I of its own in
// place of W W ᵀ = diag(1, 0), the silent unit of x is not silent.
func noiseOfItsOwn() theorems.Witness {
	c := generators.Recurrent{Form: "structured", M: [][]float64{{1}, {0}}, N: [][]float64{{1}, {0}}, PDiag: []float64{1, 1}, Mean: []float64{1, 1}}
	return theorems.Witness{Without: "the noise of the activation form is W ε: of another noise of that covariance's size it is another process",
		Shows: "M = N = e₁, P = I: Var x_1 is diag(1, 0) from r_0 = 0, and I with noise P in activation form", Case: c,
		Check: theorems.Decide("one noise for both forms", generators.Recurrents(startedLinearizations()), func(c generators.Recurrent) error {
			r, err := rationalOf(c)
			if err != nil {
				return err
			}
			w, forms := r.w(), r.forms()
			return sameLaw("W r and the activation form with noise P", network(forms[0], r.p, r.s0).through(w), network(forms[1], r.p, w.Mul(r.s0).Mul(w.T())))
		})}
}

// withoutBias is a subject whose activation form leaves out b and B u: of a
// state that it runs from, it keeps the fixed part for itself.
func withoutBias(s theorems.Subject) theorems.Subject {
	honest := s.SimulateNoisy
	s.SimulateNoisy = func(net *model.RNN, sim model.NoisySimulation, seed uint64) (*model.NoisyTrajectory, error) {
		if sim.Form != model.Activation {
			return honest(net, sim, seed)
		}
		bare, err := model.NewRNN(model.RNNConfig{Connectivity: net.Connectivity(), Nonlinearity: net.Nonlinearity(), Tau: []float64{1}})
		if err != nil {
			return nil, err
		}
		sim.Input = nil
		return honest(bare, sim, seed)
	}
	return s
}

// noiseInside is a subject that adds the noise of the activity form to the net
// input.
func noiseInside(s theorems.Subject) theorems.Subject {
	honest := s.SimulateNoisy
	s.SimulateNoisy = func(net *model.RNN, sim model.NoisySimulation, seed uint64) (*model.NoisyTrajectory, error) {
		if sim.Form != model.Activity || sim.Given == nil {
			return honest(net, sim, seed)
		}
		out := &model.NoisyTrajectory{States: [][]float64{sim.Start}, Shocks: sim.Given}
		for _, shock := range sim.Given {
			x, err := net.ToActivation(out.States[len(out.States)-1], sim.Input)
			if err != nil {
				return nil, err
			}
			for i := range x {
				x[i] += shock[i]
			}
			r, err := net.ToActivity(x)
			if err != nil {
				return nil, err
			}
			out.States = append(out.States, r)
		}
		return out, nil
	}
	return s
}

// scaledByRoots returns V diag(λ)^½, λ below 0 taken for 0.
func scaledByRoots(v *mat.Dense, values []float64) *mat.Dense {
	out := mat.DenseCopyOf(v)
	n, _ := out.Dims()
	for k, x := range values {
		root := math.Sqrt(math.Max(0, x))
		for i := range n {
			out.Set(i, k, out.At(i, k)*root)
		}
	}
	return out
}
