package model

import (
	"math"
	"slices"
)

// descent follows the prediction covariances Σ_0 = V, Σ_1, … of the filter of a
// stationary system, Σ_j = Var(x_{t+1} | y_t … y_{t−j+1}), with what they lose
// in a step: Σ_j − Σ_{j+1} = D_j D_jᵀ. Neither is a difference of covariances,
// so that small losses are known as well as large ones.
type descent struct {
	a, q  array // A, and a root of Q
	o     *readout
	scale []float64 // standard deviations of the latents, which are divided by them

	stationary array // root of V

	order int           // j
	root  array         // of Σ_j
	at    *conditioning // on y, at Σ_j
	loss  array         // D_j
	gap   *innovationGap
}

// newDescent starts at V, where every latent is given unit variance.
func (l *LDS) newDescent() (*descent, error) {
	q, err := noiseRoot(l.q)
	if err != nil {
		return nil, err
	}
	v, err := stationaryRoot(l.a, q)
	if err != nil {
		return nil, err
	}
	scale := rowNorms(v)
	for i, x := range scale {
		if x == 0 { // always 0, but A is what it is
			scale[i] = 1
		}
	}
	per := reciprocals(scale)
	d := &descent{a: l.a.scaledColumns(scale).scaledRows(per), q: q.scaledRows(per), scale: scale, root: v.scaledRows(per)}
	d.stationary = d.root
	if d.o, err = newReadout(l.c.scaledColumns(scale), l.r); err != nil {
		return nil, err
	}
	d.at = d.o.condition(d.root)
	d.loss = d.a.mul(d.at.cross()) // V − Σ_1 = A V Cᵀ S⁺ C V Aᵀ
	return d, nil
}

// innovationGap is ½ ln (det S_j/det S_{j+1}), on the support of S_{j+1}.
type innovationGap struct {
	nats   float64
	narrow bool    // S_{j+1} is singular in a direction in which S_j is not
	most   float64 // largest part of a variance that was lost, of S_j scaled to I
}

// step goes from Σ_j to Σ_{j+1}. With Σ_j = Σ_{j+1} + D Dᵀ, D's part of x is a
// variable ξ ~ N(0, I) that Σ_{j+1} knows, and so
//
//	S_{j+1} = S_j^½ (I − W Wᵀ) S_j^(½ᵀ),  W = S_j^(−½) C D,  I − WᵀW = Var(ξ|y),
//	D_{j+1} = A (D − Cov(x,y) S_j⁺ C D) (I − WᵀW)^(−½).
func (d *descent) step() error {
	before := d.at
	d.root = carried(d.a, before.post, d.q)
	d.at = d.o.condition(d.root)
	d.gap = &innovationGap{narrow: d.at.rank() < before.rank()}
	d.order++
	w := before.whiten(d.o.c.mul(d.loss))
	_, s, v, err := w.svd()
	if err != nil {
		return err
	}
	if len(s) > 0 {
		d.gap.most = s[0] * s[0]
	}
	if d.gap.most > 0.5 || d.gap.narrow {
		return d.largeStep(s)
	}
	shrunk := slices.Clone(s)
	for i, x := range s {
		d.gap.nats -= math.Log1p(-x*x) / 2
		shrunk[i] = 1/math.Sqrt(1-x*x) - 1
	}
	x := d.loss.minus(before.cross().mul(w)) // columns of V with s = 0 keep their length
	d.loss = d.advance(x.plus(x.mul(v).scaledColumns(shrunk).mulT(v)))
	return nil
}

// advance returns A X, of no more columns than rows.
func (d *descent) advance(x array) array {
	return compress(d.a.mul(x), reach(d.a, rowNorms(x)))
}

// largeStep is step where most of a variance goes, or all: what is left of ξ is
// then computed by itself, from x and ξ together, instead of as 1 − s².
func (d *descent) largeStep(lost []float64) error {
	k, cols := d.loss.rows, d.loss.cols
	joint := stack(d.root.beside(d.loss), newArray(cols, d.root.cols).beside(identityArray(cols)))
	post := d.o.condition(joint).post
	state, xi := array{k, post.cols, post.data[:k*post.cols]}, array{cols, post.cols, post.data[k*post.cols:]}
	_, left, v, err := xi.svd()
	if err != nil {
		return err
	}
	if len(left) < cols { // as many parts of ξ are known for certain
		left = append(left, make([]float64, cols-len(left))...)
	}
	slices.Reverse(left) // left_i² + lost_i² = 1
	known := 0
	for i, x := range left {
		switch {
		case x <= negligible(post.rows+post.cols):
			known++
		case i >= len(lost) || lost[i]*lost[i] < 0.5:
			if i < len(lost) {
				d.gap.nats -= math.Log1p(-lost[i]*lost[i]) / 2
			}
		default:
			d.gap.nats -= math.Log(x)
		}
	}
	if d.gap.narrow = d.gap.narrow || known > 0; d.gap.narrow {
		d.gap.nats = math.Inf(1)
	}
	d.loss = d.advance(state.mul(v.columns(0, cols-known)))
	return nil
}

// settle steps until the support of the innovations is that of all later ones,
// which takes K steps, and goes on to where a step loses less than half of any
// variance, if that takes no more than many steps.
func (d *descent) settle(visit func(*innovationGap)) error {
	const many = 64
	least := d.order + d.a.rows + 1
	for d.order < least || d.order < least+many && d.gap.most > 0.5 {
		if err := d.step(); err != nil {
			return err
		}
		visit(d.gap)
	}
	return nil
}
