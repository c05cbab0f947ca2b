package model

import "math"

// Curvature bounds ‖DF(x) − DF(y)‖_∞ / ‖x − y‖_∞ in a box, from sup|φ^(k)| up to
// k = 5: it is what certifies fixed points. For a φ with kinks it takes the least
// variance of the inputs in the box in their place, and is +Inf where that may be 0
// and an input on a kink. (M11)
func (c *Circuit) Curvature(b Box) (float64, error) {
	if err := b.check(c.rank); err != nil {
		return 0, err
	}
	reach, middle, half := make([]float64, c.rank), make([]float64, c.rank), make([]float64, c.rank)
	for r := range reach {
		reach[r] = max(math.Abs(b.Lower[r]), math.Abs(b.Upper[r]))
		middle[r], half[r] = b.Lower[r]/2+b.Upper[r]/2, b.Upper[r]/2-b.Lower[r]/2
	}
	rows := make([]float64, c.rank) // Σ_st |∂²F_r/∂κ_s∂κ_t|
	for p := range c.pops {
		pop := &c.pops[p]
		g := pop.gross(reach)
		sup := c.boundsIn(pop, g, middle, half)
		for r := range rows {
			for s := range reach {
				for t := range reach {
					as, at, ds, dt := math.Abs(pop.MeanM[s]), math.Abs(pop.MeanM[t]), g.spread[s], g.spread[t]
					cov := math.Abs(pop.CovMM[s][t])
					value := times0(sup[2], as*at+cov) + times0(sup[3], dt*as+at*ds) + times0(sup[4], ds*dt)
					slope := times0(sup[3], as*at+cov) + times0(sup[4], dt*as+at*ds) + times0(sup[5], ds*dt)
					mixed := times0(math.Abs(pop.CovNM[r][s]), times0(sup[2], at)+times0(sup[3], dt)) + times0(math.Abs(pop.CovNM[r][t]), times0(sup[2], as)+times0(sup[3], ds))
					rows[r] += pop.weight * (times0(math.Abs(pop.MeanN[r]), value) + times0(g.overlap[r], slope) + mixed)
				}
			}
		}
	}
	return largest(rows) * (1 + 64*unitRoundoff*float64(c.rank*len(c.pops)+4)), nil
}

// boundsIn bounds |⟨φ^(k)⟩| of a population in a box. Δ is convex in κ, and so no
// less than its tangent plane at the middle.
func (c *Circuit) boundsIn(pop *population, gross input, middle, half []float64) [6]float64 {
	in, at := pop.input(middle), pop.gross(middle)
	terms := float64(c.rank+4) * unitRoundoff
	away, lost := terms*gross.mu, 4*terms*(gross.delta+at.delta)
	for r, h := range half {
		away += math.Abs(pop.MeanM[r]) * h
		lost += 2 * (math.Abs(in.spread[r]) + terms*at.spread[r]) * h
	}
	if gross.delta > 0 && !(in.delta > lost) { // it may be 0 somewhere
		return c.phi.averageBounds(in.mu, math.Inf(1), 0, gross.delta)
	}
	return c.phi.averageBounds(in.mu, away, max(0, in.delta-lost), gross.delta*(1+4*terms))
}

// gross is what μ, Δ, ∇Δ/2 and c are made of: sums of the sizes of their terms.
func (p *population) gross(kappa []float64) input {
	g := input{mu: math.Abs(p.MeanI), delta: p.VarI, spread: make([]float64, len(kappa)), overlap: make([]float64, len(kappa))}
	for r := range kappa {
		g.mu += math.Abs(p.MeanM[r] * kappa[r])
		g.spread[r], g.overlap[r] = math.Abs(p.CovMI[r]), math.Abs(p.CovNI[r])
		for s, k := range kappa {
			g.spread[r] += math.Abs(p.CovMM[r][s] * k)
			g.overlap[r] += math.Abs(p.CovNM[r][s] * k)
		}
		g.delta += math.Abs(kappa[r]) * (g.spread[r] + math.Abs(p.CovMI[r]))
	}
	return g
}

// FieldError bounds the rounding errors at κ of each component of Field and of
// ‖Jacobian‖_∞: of the averages, of what they are averages at, and of the sums.
func (c *Circuit) FieldError(kappa []float64) (field, jacobian float64, err error) {
	if err := finiteVector("kappa", kappa, c.rank); err != nil {
		return 0, 0, err
	}
	terms := float64(c.rank+len(c.pops)+4) * unitRoundoff
	fields, rows := make([]float64, c.rank), make([]float64, c.rank)
	for p := range c.pops {
		pop := &c.pops[p]
		in, g := pop.input(kappa), pop.gross(kappa)
		var a Averages
		var averaged [5]float64 // the error of the first so many: at a kink and little variance, the later the larger
		for orders := 2; orders < len(averaged); orders++ {
			if a, err = c.averages(p, in, orders); err != nil {
				return 0, 0, err
			}
			averaged[orders] = a.Error
		}
		off := c.offset(in, g, terms)
		value := averaged[2] + terms*math.Abs(a.Value) + off[0]
		slope := averaged[2] + terms*math.Abs(a.Prime) + off[1]
		second := averaged[3] + 2*terms*math.Abs(a.Second) + off[2]
		third := averaged[4] + 2*terms*math.Abs(a.Third) + off[3]
		for r := range fields {
			// c and ∇Δ/2 may be small beside their terms, of which their errors are.
			n, cErr := math.Abs(pop.MeanN[r]), terms*g.overlap[r]
			overlap := math.Abs(in.overlap[r]) + cErr
			fields[r] += pop.weight * (n*value + times0(overlap, slope) + cErr*math.Abs(a.Prime))
			for s := range kappa {
				m, dErr := math.Abs(pop.MeanM[s]), terms*g.spread[s]
				d := math.Abs(in.spread[s]) + dErr
				rows[r] += pop.weight * (n*(slope*m+times0(second, d)+math.Abs(a.Second)*dErr) + times0(overlap, times0(second, m)+times0(third, d)+math.Abs(a.Third)*dErr) +
					cErr*(math.Abs(a.Second)*m+math.Abs(a.Third)*d) + slope*math.Abs(pop.CovNM[r][s]))
			}
		}
	}
	for r := range fields {
		fields[r] += terms * math.Abs(kappa[r])
		rows[r] += 2 * terms
	}
	return largest(fields), largest(rows), nil
}

// offset bounds what ⟨φ⟩, ⟨φ'⟩, ⟨φ”⟩ and ⟨φ”'⟩ change by as μ and Δ are off by
// their rounding, no more than twice what they are at most.
func (c *Circuit) offset(in, gross input, terms float64) [4]float64 {
	mu, delta := terms*gross.mu, 2*terms*gross.delta
	least, most := max(0, in.delta-delta), in.delta+delta
	b := c.phi.averageBounds(in.mu, mu, least, most)
	var out [4]float64
	for k := range out {
		out[k] = times0(b[k+1], mu) + times0(b[k+2], delta)/2
		if k > 0 {
			out[k] = min(out[k], 2*b[k])
		}
	}
	out[0] = min(out[0], b[1]*(mu+math.Sqrt(most)-math.Sqrt(least))) // φ is as steep in √Δ
	return out
}

// times0 is a product that is 0 where a factor is, even if the other is +Inf.
func times0(x, y float64) float64 {
	if x == 0 || y == 0 {
		return 0
	}
	return x * y
}

// Curvature bounds ‖DF_N(x) − DF_N(y)‖_∞ / ‖x − y‖_∞, in any box: by
// sup|φ”| (1/N) Σ_i |n_i| |m_i|², +Inf for a φ with kinks.
func (net *ReducedNetwork) Curvature(b Box) (float64, error) {
	if err := b.check(net.Rank()); err != nil {
		return 0, err
	}
	second := net.phi.derivativeBounds()[2]
	rows := make([]float64, net.Rank())
	for i := range net.m.rows {
		size := 0.0
		for _, m := range net.m.row(i) {
			size += math.Abs(m)
		}
		for r, n := range net.n.row(i) {
			rows[r] += math.Abs(n) * size * size
		}
	}
	return times0(second, largest(rows)) / float64(net.Units()) * (1 + 4*unitRoundoff*float64(net.Units()+net.Rank())), nil
}

// FieldError bounds the rounding errors at κ of each component of Field and of
// ‖Jacobian‖_∞. That of a φ with kinks is of the side that each unit is found on.
func (net *ReducedNetwork) FieldError(kappa []float64) (field, jacobian float64, err error) {
	if err := net.check(kappa, 1); err != nil {
		return 0, 0, err
	}
	bounds := net.phi.derivativeBounds()
	if math.IsInf(bounds[2], 0) {
		bounds[2] = 0
	}
	units := float64(net.Units())
	sum := (units + float64(net.Rank()) + 8) * unitRoundoff
	fields, rows := make([]float64, net.Rank()), make([]float64, net.Rank())
	for i := range net.m.rows {
		x, size := math.Abs(net.input[i]), 0.0
		for r, m := range net.m.row(i) {
			x += math.Abs(m * kappa[r])
			size += math.Abs(m)
		}
		off := float64(net.Rank()+2) * unitRoundoff * x
		value, slope := math.Abs(net.phi.value(net.netInput(i, kappa, 1))), net.phi.first(net.netInput(i, kappa, 1))
		for r, n := range net.n.row(i) {
			fields[r] += math.Abs(n) * (bounds[1]*off + sum*value)
			rows[r] += math.Abs(n) * size * (bounds[2]*off + sum*slope)
		}
	}
	for r := range fields {
		fields[r] = fields[r]/units + 2*unitRoundoff*math.Abs(kappa[r])
		rows[r] = rows[r]/units + 4*unitRoundoff
	}
	return largest(fields), largest(rows), nil
}
