package inspect

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/rankproof/rankproof/internal/netfile"
	"github.com/rankproof/rankproof/model"
)

// Populations is the mixture that the labels of a network's units make of it,
// and what its mean field has beside the network.
type Populations struct {
	Mixture *model.Mixture
	*MeanField
	Pairs   []Pair
	Refusal string // why there is no mixture
}

// Pair is a fixed point of the network and the one of the mean field that is
// next to it: indices into the two lists, −1 for none.
type Pair struct {
	Network, MeanField int
	Distance           float64
}

// reduced returns the R-dimensional system that a low-rank network is, in the κ
// of its fixed points and in units of τ: with W = scale·M Nᵀ, 1/N·M(N·scale·N)ᵀ.
// In both forms, and with the drive b + B u, κ = scale·Nᵀφ(Mκ + b + Bu) at rest.
func reduced(n *netfile.Network) (*model.ReducedNetwork, error) {
	low, ok := n.RNN.Connectivity().(*model.LowRank)
	if !ok {
		return nil, nil
	}
	selection := low.N()
	selection.Scale(float64(low.Units())*low.Scale(), selection)
	return model.NewReducedNetwork(n.RNN.Nonlinearity(), low.M(), selection, drive(n))
}

// drive returns b + B u (N).
func drive(n *netfile.Network) []float64 {
	out := n.RNN.Bias()
	in := n.RNN.Input()
	if in == nil {
		return out
	}
	var bu mat.VecDense
	bu.MulVec(in, mat.NewVecDense(len(n.U), append([]float64(nil), n.U...)))
	for i := range out {
		out[i] += bu.AtVec(i)
	}
	return out
}

// latents adds what a low-rank network is in its R latents: cycles, and with
// labels its mixture.
func (r *Report) latents(n *netfile.Network, o Options, stage func(string)) error {
	net, err := reduced(n)
	if err != nil || net == nil {
		return err
	}
	if o.WithoutCycles {
		r.Cycles = notAsked()
	} else if _, one := n.RNN.ScalarTau(); !one {
		r.Cycles = &Cycles{Not: "units have time constants of their own: the dynamics are not of R latents"}
	} else {
		stage("searching for limit cycles")
		box, err := reach(net, r.Points)
		if err != nil {
			return err
		}
		if r.Cycles, err = findCycles(net, box, r.equilibria(), o.Seed); err != nil {
			return fmt.Errorf("limit cycles: %w", err)
		}
	}
	if n.Labels == nil {
		return nil
	}
	r.Populations = &Populations{}
	mixture, err := model.MixtureOf(net, n.Labels)
	if errors.Is(err, model.ErrInvalid) {
		r.Populations.Refusal = err.Error()
		return nil
	}
	if err != nil {
		return err
	}
	f, err := meanField(mixture, o)
	if err != nil {
		return err
	}
	r.Populations.Mixture, r.Populations.MeanField = mixture, f
	r.Populations.Pairs = pairUp(r.Points, f.Points)
	return nil
}

// equilibria returns the fixed points as a search in latents has them.
func (r *Report) equilibria() []model.Equilibrium {
	var out []model.Equilibrium
	for _, p := range r.Points {
		out = append(out, model.Equilibrium{Point: p.Kappa, Index: p.Index, Stability: p.Stability.Flow})
	}
	return out
}

// reach returns a box that holds the latents' orbits, if φ is bounded, and else
// one around the fixed points.
func reach(net *model.ReducedNetwork, points []Point) (model.Box, error) {
	if !math.IsInf(net.Nonlinearity().Sup(), 0) {
		return net.TrappingBox()
	}
	box := model.Box{Lower: make([]float64, net.Rank()), Upper: make([]float64, net.Rank())}
	for i := range net.Rank() {
		half := 1.0
		for _, p := range points {
			half = math.Max(half, 2*math.Abs(p.Kappa[i]))
		}
		box.Lower[i], box.Upper[i] = -half, half
	}
	return box, nil
}

// pairUp pairs fixed points of two lists, the nearest first.
func pairUp(network []Point, mean []CircuitPoint) []Pair {
	var out []Pair
	usedN, usedM := make([]bool, len(network)), make([]bool, len(mean))
	for range min(len(network), len(mean)) {
		best := Pair{-1, -1, math.Inf(1)}
		for i, p := range network {
			for j, q := range mean {
				if d := distance(p.Kappa, q.Point); !usedN[i] && !usedM[j] && d < best.Distance {
					best = Pair{i, j, d}
				}
			}
		}
		usedN[best.Network], usedM[best.MeanField] = true, true
		out = append(out, best)
	}
	slices.SortFunc(out, func(a, b Pair) int { return a.Network - b.Network })
	for i, used := range usedN {
		if !used {
			out = append(out, Pair{i, -1, math.NaN()})
		}
	}
	for j, used := range usedM {
		if !used {
			out = append(out, Pair{-1, j, math.NaN()})
		}
	}
	return out
}
