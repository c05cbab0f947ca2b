package vectors

import "slices"

// noisyCases: r⁺ = φ(W r + b) + ε has J = D W, x⁺ = W φ(x) + b + η has J = W D;
// the noise is kept. States are fixed points exactly: b makes them so.
func noisyCases(c *cases, seed uint64) {
	r := random(seed, "linearize_noisy")
	list := autonomous(exactSettings())
	list = slices.DeleteFunc(list, func(s setting) bool { return s.unitWise || s.name == "logistic at 0" || s.name == "softplus at 0" })
	for i, n := range networks(r, list, 2) {
		n.tau = nil
		n.bias = nil
		x := exactVector(n.x)
		rec := n.recurrent(phiOf(n.phi, x, 0))
		for k := range x {
			n.bias = append(n.bias, floatsExactly([][]number{{x[k].minus(rec[k])}})[0][0])
		}
		p := []noise{iso(n.units(), 0.5), full(gram(dyadics(r, n.units(), n.units(), 1)))}[i%2]
		form := []string{"activation", "activity"}[i/2%2]
		d, w := n.slopes(), n.weights()
		j := make([][]number, len(w))
		for a := range w {
			for b := range w[a] {
				if form == "activity" {
					j[a] = append(j[a], d[a].times(w[a][b]))
				} else {
					j[a] = append(j[a], w[a][b].times(d[b]))
				}
			}
		}
		value, tolerance := both(j)
		noiseValue, noiseTolerance := both(exactMatrix(p.dense))
		c.valid(n.name+", "+form+" form", n.flags, n.atState(object{"form": form, "noise": p.text}),
			Check{Member: "rnn", Compare: Transition, Value: value, Tolerance: tolerance, With: object{"on": identity(n.units())}},
			Check{Member: "rnn.P", Compare: Covariance, Value: noiseValue, Tolerance: noiseTolerance})
	}
}
