package generators

import (
	"math/big"
	"math/rand/v2"

	"pgregory.net/rapid"
)

// ObservedSystem is a system and T observations Y (T×N) of its units, those
// that Missing marks by other than 0 being none.
type ObservedSystem struct {
	System
	Y       [][]float64 `json:"y" dim:"T,N" numbers:"few"`
	Missing [][]int     `json:"missing,omitempty" dim:"T,N"`
}

// ObservedRecurrent is a linear low-rank network and T observations of it.
type ObservedRecurrent struct {
	Recurrent
	Y       [][]float64 `json:"y" dim:"T,N" numbers:"few"`
	Missing [][]int     `json:"missing,omitempty" dim:"T,N"`
}

// RecordingOptions say what a recording is like.
type RecordingOptions struct {
	MaxSteps int
	Missing  bool // some have missing entries
	// OnSupport recordings are of numbers that the law allows, exactly, though
	// it may be singular; others are so one time in two.
	OnSupport bool
}

// ObservedSystems draws systems with recordings.
func ObservedSystems(o SystemOptions, d RecordingOptions) *rapid.Generator[ObservedSystem] {
	return rapid.Custom(func(t *rapid.T) ObservedSystem {
		s := ObservedSystem{System: drawSystem(t, o)}
		var edges []string
		s.Y, s.Missing, edges = d.draw(noise(t), s.Units(), s.simulate)
		s.tag(edges...)
		return s
	})
}

// ObservedRecurrents draws networks with recordings.
func ObservedRecurrents(o RecurrentOptions, d RecordingOptions) *rapid.Generator[ObservedRecurrent] {
	return rapid.Custom(func(t *rapid.T) ObservedRecurrent {
		r := ObservedRecurrent{Recurrent: drawRecurrent(t, o)}
		var edges []string
		r.Y, r.Missing, edges = d.draw(noise(t), r.Units(), r.simulate)
		r.tag(edges...)
		return r
	})
}

// draw draws numbers, of the law or any, and a mask.
func (d RecordingOptions) draw(rng *rand.Rand, units int, simulate func(*rand.Rand, int) [][]float64) (y [][]float64, missing [][]int, edges []string) {
	steps := between(rng, 1, d.MaxSteps)
	if d.OnSupport || rng.IntN(2) == 0 {
		y, edges = simulate(rng, steps), []string{"simulated"}
	} else {
		y = quarters(rng, steps, units)
	}
	missing = d.drawMissing(rng, len(y), units)
	return y, missing, append(edges, recordingEdges(y, missing)...)
}

// drawMissing draws no mask, one of scattered entries, or one of whole steps.
func (d RecordingOptions) drawMissing(rng *rand.Rand, steps, units int) [][]int {
	kind := rng.IntN(4)
	if !d.Missing || kind > 1 {
		return nil
	}
	mask := make([][]int, steps)
	for t := range mask {
		mask[t] = make([]int, units)
		step := rng.IntN(3) == 0
		for i := range mask[t] {
			if kind == 0 && rng.IntN(3) == 0 || kind == 1 && step {
				mask[t][i] = 1
			}
		}
	}
	return mask
}

func recordingEdges(y [][]float64, missing [][]int) (tags []string) {
	if len(y) == 1 {
		tags = append(tags, "T = 1")
	}
	for _, row := range missing {
		for _, x := range row {
			if x != 0 {
				return append(tags, "missing entries")
			}
		}
	}
	return tags
}

// simulate runs the recursion with noises of few bits in the ranges of Q, R_v
// and the covariance of x_1, and stops before a number would be rounded: what
// it returns is in the support of the law, exactly. Where already the first
// observation would be, it is its mean.
func (s System) simulate(rng *rand.Rand, steps int) [][]float64 {
	x := rationals(s.Start())
	if s.HasInitial() {
		add(x, s.cov().draw(rng))
	} else {
		add(x, s.q().draw(rng)) // range Q is in that of V
	}
	var y [][]float64
	for len(y) < steps {
		observed := apply(s.C, x)
		add(observed, s.r().draw(rng))
		row, exact := floats(observed)
		if !exact {
			break
		}
		y = append(y, row)
		x = apply(s.A, x)
		add(x, s.q().draw(rng))
	}
	if len(y) == 0 {
		row, _ := floats(apply(s.C, rationals(s.Start())))
		return [][]float64{row}
	}
	return y
}

// simulate does so for a network, from y_0 on.
func (r Recurrent) simulate(rng *rand.Rand, steps int) [][]float64 {
	now, j := rationals(r.Start()), r.J()
	if r.HasInitial() {
		add(now, r.cov().draw(rng))
	} else {
		add(now, r.p().draw(rng)) // range P is in that of Λ_0
	}
	var y [][]float64
	for len(y) < steps {
		now = apply(j, now)
		add(now, r.p().draw(rng))
		row, exact := floats(now)
		if !exact {
			break
		}
		y = append(y, row)
	}
	if len(y) == 0 {
		row, _ := floats(apply(j, rationals(r.Start())))
		return [][]float64{row}
	}
	return y
}

// draw returns a number of each unit in the range of Σ.
func (c covariance) draw(rng *rand.Rand) []*big.Rat {
	out := make([]float64, len(c.diag))
	for i, d := range c.diag {
		if d > 0 {
			out[i] = integer(rng, 8) / 8
		}
	}
	v := rationals(out)
	if len(c.factor) > 0 {
		add(v, apply(c.factor, rationals(quarters(rng, 1, len(c.factor[0]))[0])))
	}
	return v
}

func rationals(v []float64) []*big.Rat {
	out := make([]*big.Rat, len(v))
	for i, x := range v {
		out[i] = new(big.Rat).SetFloat64(x)
	}
	return out
}

// floats returns the numbers as float64, and whether none was rounded.
func floats(v []*big.Rat) (out []float64, exact bool) {
	out, exact = make([]float64, len(v)), true
	for i, x := range v {
		var same bool
		out[i], same = x.Float64()
		exact = exact && same
	}
	return out, exact
}

func product(a float64, x *big.Rat) *big.Rat {
	z := new(big.Rat).SetFloat64(a)
	return z.Mul(z, x)
}

func add(x, y []*big.Rat) {
	for i := range x {
		x[i].Add(x[i], y[i])
	}
}

// apply returns A x.
func apply(a [][]float64, x []*big.Rat) []*big.Rat {
	out := make([]*big.Rat, len(a))
	for i, row := range a {
		out[i] = new(big.Rat)
		for j, v := range row {
			out[i].Add(out[i], product(v, x[j]))
		}
	}
	return out
}
