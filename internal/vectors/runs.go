package vectors

import (
	"math"
	"slices"
)

// reducedCases: x of N units from x(0) = Mκ + I v + x_⊥, run in both ways: by κ,
// v and what x_⊥ decays to, and unit by unit. They agree to rounding, and both
// errors are allowed.
func reducedCases(c *cases, seed uint64) {
	r := random(seed, "reduced_run")
	for i, n := range networks(r, append(autonomous(settings()), onKinks()), 5) {
		if n.m == nil || len(n.tau) > 1 {
			continue
		}
		n.tau, n.bias, n.input, n.x = nil, nil, nil, nil
		units, rank, steps := n.units(), len(n.m[0]), []int{3, 8, 1}[i%3]
		kappa, input := dyadics(r, 1, rank, 1)[0], dyadics(r, 1, units, 1)[0]
		v, method, dt := dyadic(r, 1), []string{"euler", "rk4"}[i%2], []float64{0.125, 0.25}[i/2%2]
		flags := slices.Clone(n.flags)
		params := object{"input": input, "kappa": kappa, "v": v, "method": method, "dt": dt, "steps": steps}
		beside, signal := make([]float64, units), []float64(nil)
		if i%3 > 0 {
			beside = dyadics(r, 1, units, 1)[0]
			params["beside"] = beside
			flags = append(flags, "beside-the-loadings")
		}
		if i%4 > 1 {
			signal = dyadics(r, 1, 2*steps+1, 1)[0]
			params["signal"] = signal
			flags = append(flags, "driven")
		}
		at := func(k int) number {
			if signal == nil {
				return exactly(1)
			}
			return exactly(signal[k])
		}
		// (κ, v, e) with x = Mκ + I v + e x_⊥, and (x, v).
		reduced := append(exactVector(kappa), exactly(v), exactly(1))
		lift := func(s []number) []number {
			x := apply(exactMatrix(n.m), s[:rank])
			for a := range x {
				x[a] = sum(x[a], exactly(input[a]).times(s[rank]), exactly(beside[a]).times(s[rank+1]))
			}
			return x
		}
		whole := append(lift(reduced), exactly(v))
		states := [][]number{lift(reduced)}
		for k := range steps {
			reduced = stepped(method, reduced, exactly(dt), func(s []number, half int) []number {
				over := apply(transposed(exactMatrix(n.n)), phiOf(n.phi, lift(s), 0))
				out := make([]number, rank)
				for a := range out {
					out[a] = over[a].times(exactly(n.scale)).minus(s[a])
				}
				return append(out, at(2*k+half).minus(s[rank]), s[rank+1].negated())
			})
			whole = stepped(method, whole, exactly(dt), func(s []number, half int) []number {
				rec := n.recurrent(phiOf(n.phi, s[:units], 0))
				out := make([]number, units)
				for a := range out {
					out[a] = sum(s[a].negated(), rec[a], exactly(input[a]).times(at(2*k+half)))
				}
				return append(out, at(2*k+half).minus(s[units]))
			})
			row := lift(reduced)
			for a := range row {
				if math.Abs(row[a].minus(whole[a]).float()) > 0x1p-150*(1+row[a].size()) {
					panic("the reduction is not exact")
				}
				row[a].err += whole[a].err
			}
			states = append(states, row)
		}
		c.valid(n.name+", "+method, flags, n.params(params), numbers("states", states))
	}
}

// noisyRunCases: shocks are given, so that nothing is random.
func noisyRunCases(c *cases, seed uint64) {
	r := random(seed, "simulate_noisy")
	for i, n := range networks(r, settings(), 3) {
		n.tau = nil
		units, steps, form := n.units(), []int{1, 4}[i%2], []string{"activation", "activity"}[i/2%2]
		if slices.Contains(n.flags, "graded") {
			steps = 1
		}
		shocks := dyadics(r, steps, units, 1)
		params := object{"form": form, "start": n.x, "shocks": shocks, "steps": steps, "seed": 1}
		if n.input != nil {
			params["u"] = n.u
		}
		external := n.external(n.u)
		state := exactVector(n.x)
		states := [][]number{state}
		for k := range steps {
			next := make([]number, units)
			if form == "activation" {
				rec := n.recurrent(phiOf(n.phi, state, 0))
				for a := range next {
					next[a] = sum(rec[a], external[a], exactly(shocks[k][a]))
				}
			} else {
				rec := n.recurrent(state)
				for a := range next {
					next[a] = rec[a].plus(external[a]).phi(n.phi, 0).plus(exactly(shocks[k][a]))
				}
			}
			state = next
			states = append(states, state)
		}
		flags := slices.DeleteFunc(slices.Clone(n.flags), func(f string) bool { return f == "unit-wise-tau" })
		c.valid(n.name+", "+form+" form", flags, n.params(params), numbers("states", states))
	}
}
