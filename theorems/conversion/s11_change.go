package conversion

import (
	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/theorems"
)

// judgeChangeOfSystem: with latents S x and units O y, A' = S A S⁻¹, C' = O C S⁻¹,
// Q' = S Q Sᵀ and R' = O R_v Oᵀ. A' and C' are multiplied by S: what is compared
// has no inverse in it.
func judgeChangeOfSystem(s theorems.Subject, c generators.TransformedSystem) (f theorems.Finding, err error) {
	if s.ChangeLDS == nil {
		return f, theorems.Missing("ChangeLDS")
	}
	t, err := observeSystem(c.System, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	sim, inverse := c.Similarity()
	changed, err := s.ChangeLDS(t.lds, theorems.Coordinates{Latents: sim, Orthogonal: c.Orthogonal(), Order: c.Order(), Factor: c.Factor})
	if err != nil {
		return f, err
	}
	k, n := t.Latents(), t.Units()
	f.Demand("K latents and N units", changed.Latents() == k && changed.Units() == n)
	if f.Verdict == theorems.Fails {
		return f, nil
	}
	got := theorems.AsNumbers(changed)
	o := outputMap(c.Change)
	turn := dense.NormFro(o)
	size, condition := dense.NormFro(sim), dense.NormFro(sim)*dense.NormFro(inverse)
	rounding := operations(n+k) * t.u
	if k > 0 {
		expectClose(&f, "|A'S − SA|", times(got.A, sim), times(sim, t.A), rounding*condition*size*dense.NormFro(t.A), 1)
		expectClose(&f, "|C'S − OC|", times(got.C, sim), times(o, t.C), rounding*condition*turn*dense.NormFro(t.C), 1)
		expectClose(&f, "|Q' − SQSᵀ|", got.Q, times(times(sim, t.Q), transposed(sim)), rounding*size*size*dense.NormFro(t.Q), 1)
	}
	expectClose(&f, "|R' − OR_vOᵀ|", got.R, times(times(o, t.R), transposed(o)), rounding*turn*turn*dense.NormFro(t.R), 1)
	return f, nil
}

// judgeChangeOfNetwork: with units O y, J' O = O J and P' = O P Oᵀ.
func judgeChangeOfNetwork(s theorems.Subject, c generators.TransformedRecurrent) (f theorems.Finding, err error) {
	if s.ChangeRNN == nil {
		return f, theorems.Missing("ChangeRNN")
	}
	t, err := observeNetwork(c.Recurrent, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	changed, err := s.ChangeRNN(t.net, theorems.Coordinates{Orthogonal: c.Change().Orthogonal(), Order: c.Change().Order(), Factor: c.Factor})
	if err != nil {
		return f, err
	}
	n := c.Units()
	f.Demand("N units", changed.Units() == n)
	if f.Verdict == theorems.Fails {
		return f, nil
	}
	o := outputMap(c.Change())
	turn := dense.NormFro(o)
	rounding := operations(n+c.Rank()) * t.u
	// Loadings may be longer than what they make.
	j := dense.NormFro(c.M)*dense.NormFro(c.N) + dense.NormFro(c.J())
	expectClose(&f, "|J'O − OJ|", times(theorems.Rows(changed.J()), o), times(o, c.J()), rounding*turn*j, 1)
	expectClose(&f, "|P' − OPOᵀ|", theorems.CovarianceRows(changed.P()), times(times(o, c.P()), transposed(o)), rounding*turn*turn*dense.NormFro(c.P()), 1)
	return f, nil
}

// coordinatesTwin changes to other coordinates than those that are asked for.
func coordinatesTwin(name, mistake string, wrong func(to theorems.Coordinates) theorems.Coordinates) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		lds, rnn := s.ChangeLDS, s.ChangeRNN
		s.ChangeLDS = func(l *model.LDS, to theorems.Coordinates) (*model.LDS, error) { return lds(l, wrong(to)) }
		s.ChangeRNN = func(net *model.LinearRNN, to theorems.Coordinates) (*model.LinearRNN, error) {
			return rnn(net, wrong(to))
		}
		return s
	}}
}

// inverted returns the order that undoes another.
func inverted(order []int) []int {
	out := make([]int, len(order))
	for k, i := range order {
		out[i] = k
	}
	return out
}
