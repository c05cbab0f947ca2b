package linearization

import (
	"errors"
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// FixedPoints is L1.
func FixedPoints() theorems.Theorem {
	networks := generators.NetworkOptions{MaxUnits: 8, Nonlinearity: generators.AllNonlinearities}
	small := generators.NetworkOptions{MaxUnits: 3, Nonlinearity: generators.AllNonlinearities, ModestEntries: true}
	anyTau := networks
	anyTau.UnitWiseTau = true
	return theorems.Theorem{
		Ref: "L1", ID: "linearization/fixed-points",
		Statement: "If x* is a fixed point of the activation form then r* = φ(x*) is one of the activity form; if r* is, then x* = W r* + b + B u is; " +
			"the two maps are mutually inverse on fixed points. For every W, singular or not, every τ.",
		Source: "P (arXiv:2309.04030), section 2",
		Given:  []string{"the input u is constant", "x*, or r*, is a fixed point"},
		Needed: []theorems.Witness{mapsAreNotInverseElsewhere()},
		Why: "The bias b = x − Wφ(x) − Bu rounded once leaves |F_i| ≤ u|b_i|. A field is a sum of N + q + 3 terms, (N+q+R+8)u times their absolute values, " +
			"plus |W| times the allowed error of φ; through φ errors grow by its Lipschitz constant. " +
			"Eigenvalues at a point are compared by their power sums, which a solver's backward error E moves by k‖DF‖ᵏ⁻¹‖E‖ each. " +
			"Two points are one zero if they are within 2‖DF⁻¹‖‖F‖ of each other, where DF moves by less than ½/‖DF⁻¹‖ within four times that.",
		Claims: []theorems.Check{
			recheckedByReLU(atPoints("maps and fields", networks, judgeFixedPoints).Visiting(pointEdges...).Visiting("inputs", "low rank")),
			recheckedByReLU(atPoints("search", small, judgeSearch).Visiting("N = 1", "low rank", "D singular")),
			// These ask for one operation each: what an implementation has that has nothing else.
			recheckedByReLU(atPoints("activation field", anyTau, judgeField(model.Activation)).Visiting("inputs", "low rank", "unit-wise tau", "saturated units")),
			recheckedByReLU(atPoints("activity field", anyTau, judgeField(model.Activity)).Visiting("inputs", "low rank", "unit-wise tau", "saturated units")),
			recheckedByReLU(atPoints("x ↦ φ(x)", networks, judgeToActivity).Visiting("saturated units", "D singular")),
			recheckedByReLU(atPoints("r ↦ W r + b + B u", networks, judgeToActivation).Visiting("inputs", "low rank")),
		},
		Exact: []theorems.Check{
			theorems.Decide("all fixed points of a ReLU network", generators.Pairs(4), decideReLUFixedPoints).Visiting("N = 1", "W singular", "W = 0", "W nilpotent"),
		},
		Twins: []theorems.Twin{
			{Name: "φ forgotten", Mistake: "r* = x*", Break: func(s theorems.Subject) theorems.Subject {
				s.ToActivity = func(_ *model.RNN, x []float64) ([]float64, error) { return append([]float64(nil), x...), nil }
				return s
			}},
			toActivationTwin("bias forgotten", "x* = W r* + B u", func(net *model.RNN, r, u []float64) ([]float64, error) {
				return misread(net, func(c *model.RNNConfig) { c.Bias = nil }, func(n *model.RNN) ([]float64, error) { return n.ToActivation(r, u) })
			}),
			toActivationTwin("input forgotten", "x* = W r* + b", func(net *model.RNN, r, u []float64) ([]float64, error) {
				return net.ToActivation(r, make([]float64, len(u)))
			}),
			toActivationTwin("W for Wᵀ", "x* = Wᵀr* + b + B u", func(net *model.RNN, r, u []float64) ([]float64, error) {
				return misread(net, func(c *model.RNNConfig) { c.Connectivity = transposed(c.Connectivity) }, func(n *model.RNN) ([]float64, error) { return n.ToActivation(r, u) })
			}),
			{Name: "bias outside φ in activity form", Mistake: "τ ṙ = −r + φ(W r + B u) + b", Break: func(s theorems.Subject) theorems.Subject {
				right := s.Field
				s.Field = func(net *model.RNN, form model.Form, state, u []float64) ([]float64, error) {
					if form == model.Activation {
						return right(net, form, state, u)
					}
					bare, err := rebuilt(net, func(c *model.RNNConfig) { c.Bias = nil })
					if err != nil {
						return nil, err
					}
					out, err := right(bare, form, state, u)
					for i, b := range net.Bias() {
						out[i] += b / net.Tau(i)
					}
					return out, err
				}
				return s
			}},
			pointsTwin("leak left out at a fixed point", "the eigenvalues of WD for those of −I + WD", func(set *model.FixedPointSet) {
				for _, p := range set.Points {
					for k := range p.Eigenvalues {
						p.Eigenvalues[k]++
					}
				}
			}),
			pointsTwin("listed twice", "no check whether a fixed point is known", func(set *model.FixedPointSet) {
				if len(set.Points) > 0 {
					set.Points = append(set.Points, set.Points[0])
					set.IndexSum += set.Points[0].Index
				}
			}),
			pointsTwin("det DF for det(−DF)", "the index as sign det DF", func(set *model.FixedPointSet) {
				set.IndexSum = 0
				for i := range set.Points {
					p := &set.Points[i]
					if len(p.Eigenvalues)%2 == 1 {
						p.Index = -p.Index
					}
					set.IndexSum += p.Index
				}
			}),
			{Name: "τ forgotten", Mistake: "fields in units of τ", Break: func(s theorems.Subject) theorems.Subject {
				right := s.Field
				s.Field = func(net *model.RNN, form model.Form, state, u []float64) ([]float64, error) {
					out, err := right(net, form, state, u)
					for i := range out {
						out[i] *= net.Tau(i)
					}
					return out, err
				}
				return s
			}},
		},
		MaxUnknown: 0.02,
	}
}

func toActivationTwin(name, mistake string, wrong func(net *model.RNN, r, u []float64) ([]float64, error)) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		s.ToActivation = wrong
		return s
	}}
}

// misread applies an operation to a network that was read wrongly.
func misread(net *model.RNN, change func(*model.RNNConfig), op func(*model.RNN) ([]float64, error)) ([]float64, error) {
	other, err := rebuilt(net, change)
	if err != nil {
		return nil, err
	}
	return op(other)
}

func judgeFixedPoints(f *theorems.Finding, t *truth, s theorems.Subject) error {
	if s.ToActivity == nil || s.ToActivation == nil || s.Field == nil {
		return theorems.Missing("ToActivity, ToActivation, Field")
	}
	if err := t.expectFixedPoint(f, s, make([]float64, t.n)); err != nil {
		return err
	}
	return t.expectFields(f, s)
}

// expectFixedPoint claims L1 at a state that is a fixed point up to the
// rounding of its bias and to miss, unit by unit, in x − Wφ(x) − b − Bu.
func (t *truth) expectFixedPoint(f *theorems.Finding, s theorems.Subject, miss []float64) error {
	r, err := s.ToActivity(t.net, t.x)
	if err != nil {
		return err
	}
	f.Demand("r has N entries", len(r) == t.n)
	if f.Verdict == theorems.Fails {
		return nil
	}
	rErr, err := t.expectOutputs(f, r)
	if err != nil {
		return err
	}
	back, err := s.ToActivation(t.net, r, t.input)
	if err != nil {
		return err
	}
	drive := t.drive(t.input)
	passed := t.abs(rErr)
	size := t.abs(absolute(r))
	xErr := make([]float64, t.n) // of W r + b + Bu against x
	for i := range back {
		size[i] += drive[i] + math.Abs(t.x[i])
		xErr[i] = t.units()*t.u*size[i] + passed[i] + miss[i]
		f.Expect("|W r + b + Bu − x| in an entry", math.Abs(back[i]-t.x[i]), xErr[i], size[i]+t.smallest)
	}
	if err := t.expectAtRest(f, s, model.Activation, t.x, xErr); err != nil {
		return err
	}
	lipschitz := t.net.Nonlinearity().Lipschitz()
	restErr := make([]float64, t.n)
	for i := range restErr {
		restErr[i] = 2*lipschitz*xErr[i] + 2*rErr[i] + 4*t.u*math.Abs(r[i])
	}
	return t.expectAtRest(f, s, model.Activity, r, restErr)
}

// expectAtRest claims that a state's field is zero up to err/τ, unit by unit.
func (t *truth) expectAtRest(f *theorems.Finding, s theorems.Subject, form model.Form, state, err []float64) error {
	field, failure := s.Field(t.net, form, state, t.input)
	if failure != nil {
		return failure
	}
	drive := t.drive(t.input)
	sums := t.abs(absolute(state))
	for i := range field {
		scale := (math.Abs(state[i]) + sums[i] + drive[i] + 1) / t.tau[i]
		f.Expect("|field at the fixed point|, "+form.String(), math.Abs(field[i]), err[i]/t.tau[i], scale)
	}
	return nil
}

// decideReLUFixedPoints enumerates the fixed points of x = Wφ(x) + b, φ the
// ReLU, over all sign patterns, in either form, and matches them by the maps.
// b is the first column of B.
func decideReLUFixedPoints(c generators.Pair) error {
	p, err := newPair(c)
	if err != nil {
		return err
	}
	b := p.b.Columns(0)
	activations, activities := []*exact.Matrix{}, []*exact.Matrix{}
	for pattern := range 1 << p.n {
		on := make([]float64, p.n)
		for i := range on {
			on[i] = float64(pattern >> i & 1)
		}
		d, err := exact.DiagonalFloat64(on)
		if err != nil {
			return err
		}
		id := exact.Identity(p.n)
		x, errX := id.Sub(p.w.Mul(d)).Solve(b)        // x = W D x + b
		r, errR := id.Sub(d.Mul(p.w)).Solve(d.Mul(b)) // r = D (W r + b)
		if errX != nil || errR != nil {
			if err := continuaCorrespond(p.w, d, errX, errR); err != nil {
				return err
			}
			continue
		}
		if matches(x, on) {
			activations = append(activations, x)
		}
		if matches(p.w.Mul(r).Add(b), on) {
			activities = append(activities, r)
		}
	}
	if len(activations) != len(activities) {
		return theorems.Violatedf("%d fixed points in activation, %d in activity form", len(activations), len(activities))
	}
	for i, x := range activations {
		r := rectified(x)
		if err := equal("φ(x*) is the fixed point r*", r, activities[i]); err != nil {
			return err
		}
		if err := equal("W φ(x*) + b = x*", p.w.Mul(r).Add(b), x); err != nil {
			return err
		}
	}
	return nil
}

// continuaCorrespond treats a sign pattern D at which I − WD is singular: there
// is no solution in either form, or an affine set of them in both, of one
// dimension, carried there and back by D and by W (· + b).
func continuaCorrespond(w, d *exact.Matrix, errX, errR error) error {
	if errors.Is(errX, exact.ErrInconsistent) != errors.Is(errR, exact.ErrInconsistent) || (errX == nil) != (errR == nil) {
		return theorems.Violatedf("solutions exist in one form alone: %v, %v", errX, errR)
	}
	id := exact.Identity(w.Rows())
	null, nullR := id.Sub(w.Mul(d)).NullSpace(), id.Sub(d.Mul(w)).NullSpace()
	image := d.Mul(null)
	if image.Rank() != null.Cols() || nullR.Cols() != null.Cols() || !id.Sub(d.Mul(w)).Mul(image).IsZero() {
		return theorems.Violatedf("D does not map solutions %v one to one to solutions", null)
	}
	return equal("W D = 1 on directions of solutions", w.Mul(image), null)
}

// matches reports whether units are above threshold exactly where on is 1.
func matches(x *exact.Matrix, on []float64) bool {
	for i := range on {
		if (x.At(i, 0).Sign() > 0) != (on[i] == 1) {
			return false
		}
	}
	return true
}

func rectified(x *exact.Matrix) *exact.Matrix {
	on := make([]float64, x.Rows())
	for i := range on {
		if x.At(i, 0).Sign() > 0 {
			on[i] = 1
		}
	}
	d, err := exact.DiagonalFloat64(on)
	if err != nil {
		panic(err) // zeros and ones
	}
	return d.Mul(x)
}

// mapsAreNotInverseElsewhere: N = 1, W = 0, b = 0: x = 1 is no fixed point, and
// does not come back.
func mapsAreNotInverseElsewhere() theorems.Witness {
	c := generators.Pair{W: [][]float64{{0}}, D: []float64{1}, B: [][]float64{{0}}, Tau: []float64{1}}
	return witness("x* is a fixed point", "N = 1, W = 0, b = 0: x = 1 goes to r = 1 and comes back as 0",
		"W φ(x) + b = x for every x", c, func(p *pair) error {
			x := exact.Identity(p.n).Columns(0)
			return equal("W φ(x) + b = x", p.w.Mul(rectified(x)).Add(p.b.Columns(0)), x)
		})
}
