package meanfield

import (
	"errors"
	"fmt"
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/theorems"
)

// rotation is what oracles know of a centred population of rank two whose φ'(0)σ has the pair a ± ib. In time s with
// ds = g(Δ) dt the dynamics are those of σ, less a shrinking: with η = V⁻¹κ and V as in Centred,
//
//	κ(t) = e^{−t} V e^{as} T(bs) V⁻¹ κ(0),  T a turn of the plane,
//
// s here in units in which φ'(0) = 1.
type rotation struct {
	*centred
	a, b     float64
	v, vBack [][]float64
	shape    [][]float64 // VᵀΣ_mm V
}

func newRotation(c generators.Centred) (*rotation, error) {
	if !c.Turns() || c.Rank() != 2 {
		return nil, fmt.Errorf("%w: no complex pair", theorems.ErrUndecided)
	}
	t, err := newCentred(c)
	if err != nil {
		return nil, err
	}
	r := &rotation{centred: t, a: c.Lambda[0], b: math.Abs(c.Turn)}
	r.v, r.vBack = c.Basis()
	if c.Turn < 0 { // T(bs) turns the other way with the axes exchanged
		for i := range r.v {
			r.v[i][0], r.v[i][1] = r.v[i][1], r.v[i][0]
		}
		r.vBack[0], r.vBack[1] = r.vBack[1], r.vBack[0]
	}
	r.shape = dense.MatMul(dense.MatMul(dense.Transpose(r.v), t.covMM), r.v)
	return r, nil
}

// turned returns size·T(angle) applied to η.
func turned(eta []float64, size, angle float64) []float64 {
	sin, cos := math.Sincos(angle)
	return []float64{size * (cos*eta[0] - sin*eta[1]), size * (sin*eta[0] + cos*eta[1])}
}

func (r *rotation) delta(eta []float64) float64 { return dense.Dot(eta, dense.MatVec(r.shape, eta)) }

// relative returns g(Δ)/φ'(0) and its derivative.
func (r *rotation) relative(delta float64) (g, slope float64) {
	g, slope, _, err := gain(r.Nonlinearity, delta)
	if err != nil {
		return math.NaN(), math.NaN()
	}
	return g / r.Slope(), slope / r.Slope()
}

// flow returns κ at the times, first of them 0, by integrating s' = g with steps of the classical scheme, and the largest
// change that half as many steps make.
func (r *rotation) flow(start, times []float64, steps int) (states [][]float64, off float64) {
	fine, coarse := r.clock(start, times, steps), r.clock(start, times, steps/2)
	eta := dense.MatVec(r.vBack, start)
	for k, t := range times {
		at := func(s float64) []float64 { return dense.MatVec(r.v, turned(eta, math.Exp(r.a*s-t), r.b*s)) }
		states = append(states, at(fine[k]))
		off = max(off, distance(states[k], at(coarse[k])))
	}
	return states, off
}

// clock returns s at the times.
func (r *rotation) clock(start, times []float64, steps int) []float64 {
	eta := dense.MatVec(r.vBack, start)
	rate := func(t, s float64) float64 {
		g, _ := r.relative(r.delta(turned(eta, math.Exp(r.a*s-t), r.b*s)))
		return g
	}
	out, s := []float64{0}, 0.0
	for k := 1; k < len(times); k++ {
		h := (times[k] - times[k-1]) / float64(steps)
		for i := range steps {
			t := times[k-1] + h*float64(i)
			k1 := rate(t, s)
			k2 := rate(t+h/2, s+h/2*k1)
			k3 := rate(t+h/2, s+h/2*k2)
			k4 := rate(t+h, s+h*k3)
			s += h / 6 * (k1 + 2*k2 + 2*k3 + k4)
		}
		out = append(out, s)
	}
	return out
}

// orbit is where the periodic orbit crosses a ray from 0 in the plane of η. With ξ = log‖η‖ and the angle bs, dξ/ds = a −
// 1/g(e^{2ξ}q(s)), a scalar equation of period π/b; a small ξ − ξ* shrinks over a period by exp ∮ 2Δg'/g² ds, g and g' relative to φ'(0).
type orbit struct {
	log      float64 // of the radius
	exponent float64 // Floquet's, of time t
	off      float64 // error of either, the second relatively
}

// orbitAt solves for the periodic orbit at an angle, a > 1.
func (r *rotation) orbitAt(angle float64) (orbit, error) {
	steps, closed := 64, r.Nonlinearity == "erf" || r.Nonlinearity == "hard-tanh" // g in closed form
	if closed {
		steps = 256
	}
	coarse, err := r.orbitWith(angle, steps/2)
	if err != nil {
		return orbit{}, err
	}
	// Of a difference that is not small it is not known whether it bounds the error: where Σ_mm is far from round the return is steep.
	const settled, most = 0x1p-30, 8192
	for {
		fine, err := r.orbitWith(angle, steps)
		if err != nil {
			return orbit{}, err
		}
		fine.off = max(math.Abs(fine.exponent/coarse.exponent-1), math.Abs(fine.log-coarse.log)) + 0x1p-40
		if steps *= 2; fine.off < settled || steps > most || !closed {
			return fine, nil
		}
		coarse = fine
	}
}

func (r *rotation) orbitWith(angle float64, steps int) (orbit, error) {
	delta, _, _, err := gainInverse(r.Nonlinearity, r.Slope()/r.a)
	if err != nil {
		return orbit{}, err
	}
	xi := 0.5 * math.Log(2*delta/(r.shape[0][0]+r.shape[1][1]))
	h := math.Pi / r.b / float64(steps)
	rate := func(step, xi float64) (shrink, tangent float64) {
		d := r.delta(turned([]float64{1, 0}, math.Exp(xi), angle+math.Pi*step/float64(steps)))
		g, slope := r.relative(d)
		return r.a - 1/g, 2 * d * slope / (g * g)
	}
	for range 60 {
		x, sum := xi, 0.0
		for i := range steps {
			at := float64(i)
			k1, d1 := rate(at, x)
			k2, d2 := rate(at+0.5, x+h/2*k1)
			k3, d3 := rate(at+0.5, x+h/2*k2)
			k4, d4 := rate(at+1, x+h*k3)
			sum += h / 6 * (d1 + 2*d2 + 2*d3 + d4)
			x += h / 6 * (k1 + 2*k2 + 2*k3 + k4)
		}
		step := (x - xi) / (1 - math.Exp(sum))
		if math.Abs(step) <= 0x1p-42 {
			return orbit{log: xi, exponent: sum / (math.Pi * r.a / r.b)}, nil
		}
		xi += max(-1, min(1, step))
	}
	return orbit{}, errors.New("the return map of the oracle did not converge")
}
