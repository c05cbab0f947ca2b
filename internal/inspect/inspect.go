// Package inspect finds the fixed points of a network that somebody else
// trained, and judges family L at them: what verify check does.
package inspect

import (
	"fmt"
	"math"

	"github.com/rankproof/rankproof/internal/netfile"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/linearization"
)

// Options say how hard to look, and at which Euler map.
type Options struct {
	Starts int     // Newton starts; 0 chooses by the size of the problem
	Limit  int     // fixed points kept at most
	Seed   uint64  // of the random starts
	Leak   float64 // α = dt/τ of the Euler map where the file gives none
	// HalfWidth is that of the box in κ in which fixed points of a mean field
	// with an unbounded φ are looked for.
	HalfWidth float64
	// WithoutCycles leaves the search for limit cycles out, which for thousands
	// of units is most of the work.
	WithoutCycles bool
	// Stage, if set, is told what is being done.
	Stage func(what string)
}

// Report is a network's fixed points and the verdicts of family L there.
type Report struct {
	Source    string // how the file was read
	Network   *model.RNN
	Input     []float64
	Dt        float64 // of the Euler map, in the unit of τ
	DtAssumed bool    // from Options.Leak, not from the file
	Points    []Point
	IndexSum  int
	// Complete is true when the indices of a bounded φ add up to 1, as they
	// must if none of them was missed and none is degenerate.
	Complete   bool
	Bounded    bool // φ is
	Truncated  bool // more than Limit points, as on a continuum
	Statements []Statement
	// Of a low-rank network, in its latents; nil of a dense one.
	Cycles *Cycles
	// Populations is nil where the units have no labels.
	Populations *Populations
}

// Statement is what a family found of one theorem.
type Statement linearization.Judgement

// Point is one fixed point with its linearization.
type Point struct {
	model.FixedPoint
	// Shift is what to subtract from X to get the file's own variable, nil for
	// nothing: a bias inside φ moved it.
	Shift     []float64
	Spectrum  *model.Spectrum
	Stability model.EulerStability
	Modes     *model.Modes // nil if refused
	// Spectrum and Modes are nil at a point on a kink of φ.
	Refusal string // why, as for a defective spectrum
}

// Run finds the fixed points under the network's constant input and judges
// L1 to L13 at them. An error is one of the file's numbers, or of the search.
func Run(n *netfile.Network, o Options) (*Report, error) {
	r := &Report{Source: n.Summary, Network: n.RNN, Input: n.U}
	shortest := n.RNN.Tau(0)
	for i := range n.RNN.Units() {
		shortest = min(shortest, n.RNN.Tau(i))
	}
	leak := n.Alpha
	if leak == 0 {
		leak, r.DtAssumed = o.Leak, true
	}
	r.Dt = leak * shortest
	stage := o.Stage
	if stage == nil {
		stage = func(string) {}
	}
	stage("searching for fixed points")
	starts := o.Starts
	if starts == 0 {
		starts = defaultStarts(n.RNN)
	}
	found, err := n.RNN.FixedPoints(n.U, model.FixedPointSearch{Starts: starts, Seed: o.Seed, Limit: o.Limit})
	if err != nil {
		return nil, err
	}
	r.IndexSum, r.Truncated = found.IndexSum, found.Truncated
	r.Bounded = !math.IsInf(n.RNN.Nonlinearity().Sup(), 0)
	r.Complete = r.Bounded && found.IndexSum == 1
	for i, p := range found.Points {
		stage(fmt.Sprintf("linearizing at fixed point %d of %d", i+1, len(found.Points)))
		point, err := r.at(p, n.ReadShift)
		if err != nil {
			return nil, fmt.Errorf("fixed point %d: %w", i+1, err)
		}
		r.Complete = r.Complete && p.Index != 0
		r.Points = append(r.Points, point)
	}
	if err := r.latents(n, o, stage); err != nil {
		return nil, err
	}
	stage("judging the statements")
	judged, err := linearization.Inspection{Network: n.RNN, Input: n.U, Points: found.Points, Dt: r.Dt}.Judge(theorems.Model())
	for _, j := range judged {
		r.Statements = append(r.Statements, Statement(j))
	}
	return r, err
}

// defaultStarts is 200 for a low-rank network. The starts of a dense one cost
// N³ each: a few seconds of them.
func defaultStarts(net *model.RNN) int {
	if _, lowRank := net.Connectivity().(*model.LowRank); lowRank {
		return 200
	}
	return max(4, min(200, 4000/net.Units()))
}

func (r *Report) at(p model.FixedPoint, shift []float64) (Point, error) {
	point := Point{FixedPoint: p, Shift: shift}
	if p.OnKink {
		point.Refusal = "a unit is on a kink of φ, where there is no linearization"
		return point, nil
	}
	l, err := r.Network.Linearize(p.X)
	if err != nil {
		return point, err
	}
	if point.Spectrum, err = l.Spectrum(); err != nil {
		return point, err
	}
	if point.Stability, err = point.Spectrum.EulerStability(r.Dt); err != nil {
		return point, err
	}
	if point.Modes, err = l.Modes(); err != nil {
		point.Modes, point.Refusal = nil, err.Error()
	}
	return point, nil
}

// Verdict sums the report up: Fails if a statement does; Unknown if one is, or
// if the search is known to be incomplete or found nothing; Holds otherwise.
func (r *Report) Verdict() theorems.Verdict {
	worst := worst(r.Statements)
	degenerate := r.Truncated
	for _, p := range r.Points {
		degenerate = degenerate || p.Index == 0
	}
	if len(r.Points) == 0 || r.Bounded && !r.Complete && !degenerate {
		worst = max(worst, theorems.Unknown)
	}
	return worst
}

// worst returns Fails if a statement fails, else Unknown if one is.
func worst(list []Statement) theorems.Verdict {
	out := theorems.Holds
	for _, s := range list {
		if s.NotApplicable == "" {
			out = max(out, s.Finding.Verdict)
		}
	}
	return out
}

// Eigenvalues returns the eigenvalues of τM_x for a scalar τ, of M_x otherwise,
// those that connectivity shapes first, then −1 (or −1/τ) as often as it occurs.
func (p Point) Eigenvalues(net *model.RNN) []complex128 {
	tau, scalar := net.ScalarTau()
	if !scalar {
		tau = 1
	}
	if p.Spectrum == nil {
		return nil
	}
	var out []complex128
	for i, lambda := range p.Spectrum.Values {
		if scalar {
			lambda = p.Spectrum.Mu[i] - 1
		}
		out = append(out, lambda)
	}
	for _, t := range p.Spectrum.Trivial {
		for range t.Count {
			out = append(out, complex(t.Value*tau, 0))
		}
	}
	return out
}
