package meanfield

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
	"pgregory.net/rapid"
)

// Rotation is M8.
func Rotation() theorems.Theorem {
	kinds := func(kinds ...string) generators.CentredOptions {
		return generators.CentredOptions{MaxRank: 2, Nonlinearity: generators.EvenSlopes, Kinds: kinds}
	}
	closed := kinds("rotation above 1", "rotation above 1", "rotation below 1")
	closed.Nonlinearity = []string{"erf", "hard-tanh"}
	above := kinds("rotation above 1")
	above.Nonlinearity = closed.Nonlinearity
	return theorems.Theorem{
		Ref: "M8", ID: "meanfield/rotation",
		Statement: "One centred population of rank 2, φ'(0)σ with the eigenvalues a ± ib, b > 0, however far from normal, and any regular Σ_mm: κ(t) = e^{−t} e^{s(t)σ} κ(0) with s' = g(Δ). There is a periodic orbit iff a > 1; then there is one, its period is exactly 2πa/b, " +
			"its Floquet exponent (1/T)∮ 2Δg'/g dt < 0, and all but 0 is attracted. For σ = [[a, −b], [b, a]], Σ_mm = 1 it is a circle of radius ρ, g(ρ²) = φ'(0)/a, for the erf-type φ ρ² = 2(a² − 1)/π.",
		Source: "B (section 3.1), + (any σ and Σ_mm, period, uniqueness)",
		Given:  []string{"R = 2, means and input are 0, P = 1", "φ' is even, does not increase in |x| and falls to 0"},
		Needed: []theorems.Witness{constantGainTurns()},
		Why: "s is integrated by the classical Runge–Kutta scheme; with half as many steps the error is 16 times as large, so that the difference bounds it. Solvers are allowed what their tolerances allow (see integrationError). A cycle found by shooting at a relative tolerance of 2^12 u " +
			"returns up to 2^18 u of its size, which its period shares up to the time that takes. A search that begins before the trajectory has come near the orbit, as near 0 and near a = 1, may end without it. The radius is solved for in the scalar equation dξ/ds = a − 1/g, Newton's method with the exact contraction.",
		Claims: []theorems.Check{
			theorems.Claim("κ(t) = e^{−t} e^{sσ} κ(0)", generators.Centreds(closed), judgeTurning).Visiting("rotation above 1", "rotation below 1", "V = 1"),
			theorems.Where(theorems.Claim("one orbit, of period 2πa/b", generators.Centreds(above), judgeCycle), turnsSoon).Visiting("V = 1").OneRoundIn(50),
			theorems.Where(theorems.Claim("one orbit, any φ", generators.Centreds(kinds("rotation above 1")), judgeCycle), turnsSoon).OneRoundIn(300),
			theorems.Claim("no orbit for a ≤ 1", generators.Centreds(kinds("rotation below 1")), judgeNoCycle).Visiting("rotation below 1").OneRoundIn(100),
			theorems.Where(theorems.Claim("circle of radius ρ", circles(), judgeCircle), turnsSoon).OneRoundIn(120),
		},
		Exact: []theorems.Check{
			theorems.Where(theorems.Decide("where the gain is 1/a the flow turns at b/a; turns commute with σ, half a turn leaves Δ", generators.Centreds(kinds("rotation above 1", "rotation below 1")), decideRotation), starts).Visiting("rotation above 1", "V = 1"),
		},
		Certificates: []theorems.Certificate{{Shapes: []certificate.Shape{{R: 2}}, Identity: turnIdentity(false)}},
		Twins:        rotationTwins(),
		MaxUnknown:   0.05,
	}
}

// turnsSoon reports whether the period is within what a search for cycles
// follows a trajectory for, 100 by default, and whether the trajectory is near the
// orbit when the search begins: near 0 and near a = 1 it leaves and arrives
// as slowly as one likes, by e^{(a−1)t}.
func turnsSoon(c generators.Centred) bool {
	if !(2*math.Pi*c.Lambda[0] < 50*math.Abs(c.Turn)) || !starts(c) {
		return false
	}
	r, err := newRotation(c)
	if err != nil || r.a <= 1 {
		return false
	}
	const end = theorems.CycleTransient
	passed := r.clock(c.Start, []float64{0, end}, min(1024, int(2*end*(1+r.a+r.b))))[1]
	eta := turned(dense.MatVec(r.vBack, c.Start), math.Exp(r.a*passed-end), r.b*passed)
	orbit, err := r.orbitWith(math.Atan2(eta[1], eta[0]), 32)
	return err == nil && math.Abs(math.Log(dense.VectorNorm2(eta))-orbit.log) < 0.25
}

// undecidedIfLate excuses a search that begins before the trajectory is near.
func undecidedIfLate(c generators.Centred, err error) error {
	if errors.Is(err, model.ErrNotConverged) && !turnsSoon(c) {
		return fmt.Errorf("%w: the trajectory has not come near the orbit by %d, or that does not return soon: %v", theorems.ErrUndecided, theorems.CycleTransient, err)
	}
	return err
}

// starts reports whether the trajectory starts elsewhere than at the fixed point.
func starts(c generators.Centred) bool {
	return slices.ContainsFunc(c.Start, func(x float64) bool { return x != 0 })
}

// circles draws the normal case: V = 1, Σ_mm = 1.
func circles() *rapid.Generator[generators.Centred] {
	return rapid.Custom(func(t *rapid.T) generators.Centred {
		c := generators.Centreds(generators.CentredOptions{MaxRank: 2, Nonlinearity: generators.EvenSlopes, Kinds: []string{"rotation above 1"}}).Draw(t, "rotation")
		if c.Nonlinearity == "tanh" || c.Nonlinearity == "logistic" {
			c.Nonlinearity = "erf" // in closed form
		}
		for i := range 2 {
			clear(c.Lower[i])
			clear(c.Upper[i])
			clear(c.Factor[i])
			c.Factor[i][i] = 1
		}
		return c
	})
}

func judgeTurning(s theorems.Subject, c generators.Centred) (f theorems.Finding, err error) {
	if s.Integrate == nil {
		return f, theorems.Missing("Integrate")
	}
	r, err := newRotation(c)
	if err != nil {
		return f, err
	}
	times := evenly(c.Horizon/2, 4)
	got, err := s.Integrate(r.mixture.Circuit(), c.Start, times)
	if err != nil || !expectStates(&f, got, c.Start, times, s.UnitRoundoff) {
		return f, err
	}
	want, off := r.flow(c.Start, times, 64)
	size, lipschitz := 0.0, 1+3*dense.NormFro(r.sigma)*r.Slope() // |Dg σκ| ≤ 2|g'|Δ‖σ‖·cond, and 2|g'|Δ ≤ φ'(0)
	for _, x := range want {
		size = max(size, dense.VectorNorm2(x))
	}
	growth := logNorm(r.v, r.vBack, r.a)
	for k, t := range times[1:] {
		bound := off + integrationError(s.UnitRoundoff, t, size, lipschitz, 0, 2)*growth*math.Exp(max(r.a-1, 0)*t) +
			amplified(t*growth*2*r.fieldError(want[k+1], s.UnitRoundoff), max(r.a-1, 0)*t)
		f.Expect("κ(t) = e^{−t} e^{sσ} κ(0)", distance(got[k+1], want[k+1]), bound, dense.VectorNorm2(c.Start))
	}
	return f, nil
}

// logNorm returns ‖V‖‖V⁻¹‖ to the square, what the flow of σ amplifies errors by besides e^{(a−1)t}, and once more what a change of s
// carries along the orbit.
func logNorm(v, inverse [][]float64, a float64) float64 {
	c := dense.NormFro(v) * dense.NormFro(inverse)
	return c * c * (1 + math.Abs(a))
}

func judgeCycle(s theorems.Subject, c generators.Centred) (f theorems.Finding, err error) {
	if s.Cycle == nil {
		return f, theorems.Missing("Cycle")
	}
	r, err := newRotation(c)
	if err != nil {
		return f, err
	}
	if r.a <= 1 || dense.VectorNormInf(c.Start) == 0 {
		return f, theorems.ErrUndecided
	}
	got, err := s.Cycle(r.mixture, c.Start)
	if err != nil {
		return f, undecidedIfLate(c, err) // there is one, and it attracts
	}
	f.Demand("the cycle is stable", got.Stable)
	f.Demand("one exponent", len(got.Exponents) == 1)
	eta := dense.MatVec(r.vBack, got.Point)
	want, err := r.orbitAt(math.Atan2(eta[1], eta[0]))
	if err != nil || len(got.Exponents) != 1 {
		return f, err
	}
	size, radius := dense.VectorNorm2(got.Point), dense.VectorNorm2(eta)
	period := 2 * math.Pi * r.a / r.b
	speed := dense.VectorNorm2(r.field(got.Point))
	spread := dense.NormFro(r.v) * dense.NormFro(r.vBack)
	// What shooting leaves: distance from the orbit, which is cleared of by the contraction of a period.
	off := cycleTolerance(s.UnitRoundoff) * size * (1 + period) * spread / min(1, -math.Expm1(want.exponent*period))
	f.Expect("period 2πa/b", math.Abs(got.Period-period), off/speed*(1+period)+8*s.UnitRoundoff*period, period)
	f.Expect("radius of the orbit", math.Abs(math.Log(radius)-want.log), want.off+off/size*spread, 1)
	f.Expect("Floquet exponent (1/T)∮ 2Δg'/g dt", math.Abs(real(got.Exponents[0])-want.exponent)+math.Abs(imag(got.Exponents[0])),
		math.Abs(want.exponent)*want.off+(1+math.Abs(want.exponent))*off/size*spread*64, math.Abs(want.exponent))
	r.expectOrbit(&f, got, off)
	return f, nil
}

// cycleTolerance is what shooting at a relative tolerance of 1e-12, 2^13 u of float64 a step, may leave of some tens of steps before
// the contraction forgets, or as many steps of some roundings each.
func cycleTolerance(u float64) float64 { return max(0x1p-35, 0x1p8*u) }

// expectOrbit holds points at equal times of the orbit against log‖η(t)‖ = log‖η(0)‖ + as − t, bs the angle from the first.
func (r *rotation) expectOrbit(f *theorems.Finding, got *model.LimitCycle, off float64) {
	first := dense.MatVec(r.vBack, got.Point)
	spread := dense.NormFro(r.v) * dense.NormFro(r.vBack)
	f.Demand("an orbit of points", len(got.Orbit) > 2)
	for k := 1; k < len(got.Orbit); k++ {
		eta := dense.MatVec(r.vBack, got.Orbit[k])
		angle := math.Atan2(first[0]*eta[1]-first[1]*eta[0], dense.Dot(first, eta))
		if angle < 0 {
			angle += 2 * math.Pi
		}
		t := got.Period * float64(k) / float64(len(got.Orbit))
		want := math.Log(dense.VectorNorm2(first)) + r.a*angle/r.b - t
		bound := 64 * off / dense.VectorNorm2(got.Orbit[k]) * spread * (1 + r.a/r.b)
		f.Expect("log‖η(t)‖ = log‖η(0)‖ + as − t", math.Abs(math.Log(dense.VectorNorm2(eta))-want), bound, 1)
	}
}

func judgeNoCycle(s theorems.Subject, c generators.Centred) (f theorems.Finding, err error) {
	if s.Cycle == nil {
		return f, theorems.Missing("Cycle")
	}
	r, err := newRotation(c)
	if err != nil {
		return f, err
	}
	if r.a > 1 {
		return f, theorems.ErrUndecided
	}
	got, err := s.Cycle(r.mixture, c.Start)
	if err != nil && !errors.Is(err, model.ErrNotConverged) {
		return f, err
	}
	f.Demand("no periodic orbit for a ≤ 1", err != nil && got == nil)
	return f, nil
}

func judgeCircle(s theorems.Subject, c generators.Centred) (f theorems.Finding, err error) {
	if s.Cycle == nil {
		return f, theorems.Missing("Cycle")
	}
	r, err := newRotation(c)
	if err != nil {
		return f, err
	}
	if r.a <= 1 || dense.VectorNormInf(c.Start) == 0 {
		return f, theorems.ErrUndecided
	}
	square, squareOff, slope, err := gainInverse(c.Nonlinearity, c.Slope()/r.a)
	if err != nil {
		return f, err
	}
	if c.Nonlinearity == "erf" {
		square, squareOff = 2*(r.a*r.a-1)/math.Pi, 0
	}
	got, err := s.Cycle(r.mixture, c.Start)
	if err != nil {
		return f, undecidedIfLate(c, err)
	}
	exponent := 2 * square * r.a / c.Slope() * slope
	period := 2 * math.Pi * r.a / r.b
	rho := math.Sqrt(square)
	off := cycleTolerance(s.UnitRoundoff)*rho*(1+period)/min(1, -math.Expm1(exponent*period)) + squareOff/rho
	f.Expect("period 2πa/b", math.Abs(got.Period-period), off/(rho*r.b/r.a)*(1+period), period)
	for _, x := range got.Orbit {
		f.Expect("radius ρ, g(ρ²) = φ'(0)/a", math.Abs(dense.VectorNorm2(x)-rho), off, rho)
	}
	for _, x := range got.Amplitude {
		f.Expect("amplitude ρ", math.Abs(x-rho), off, rho)
	}
	if f.Demand("one exponent", len(got.Exponents) == 1); len(got.Exponents) == 1 {
		f.Expect("Floquet exponent 2ρ²g'(ρ²)a", math.Abs(real(got.Exponents[0])-exponent), 64*(1+math.Abs(exponent))*off/rho, math.Abs(exponent))
	}
	return f, nil
}

// decideRotation: with E = V [[p, −q], [q, p]] V⁻¹, p² + q² = 1 rational, and any g: E σ = σ E, and after half a turn Δ is what it was, so that half a turn
// maps a ray onto itself by one factor, e^{πa/b − t}; σ² − 2aσ + a² + b² = 0 has the pair for its roots.
func decideRotation(c generators.Centred) error {
	if !c.Turns() || c.Rank() != 2 {
		return theorems.ErrUndecided
	}
	v, inverse := c.Basis()
	var m [3]*exact.Matrix
	var err error
	for i, rows := range [][][]float64{v, inverse, c.Jordan()} {
		if m[i], err = exact.FromFloat64(rows); err != nil {
			return err
		}
	}
	cov, err := exact.FromFloat64(c.CovMM())
	if err != nil {
		return err
	}
	kappa, err := exact.FromFloat64([][]float64{{c.Start[0]}, {c.Start[1]}})
	if err != nil {
		return err
	}
	sigma := m[0].Mul(m[2]).Mul(m[1])
	a, b := theorems.Rational(c.Lambda[0]), theorems.Rational(c.Turn)
	square := sigma.Mul(sigma).Sub(sigma.Scale(mul(big.NewRat(2, 1), a))).Add(exact.Identity(2).Scale(new(big.Rat).Add(mul(a, a), mul(b, b))))
	if !square.IsZero() {
		return theorems.Violatedf("σ² − 2aσ + a² + b² = %v", square)
	}
	if a.Sign() != 0 { // otherwise no gain is 1/a
		if err := turnsAt(sigma, a, new(big.Rat).Quo(b, a)); err != nil {
			return err
		}
	}
	p, q := big.NewRat(3, 5), big.NewRat(4, 5)
	turn, err := exact.FromRat([][]*big.Rat{{p, new(big.Rat).Neg(q)}, {q, p}})
	if err != nil {
		return err
	}
	e := m[0].Mul(turn).Mul(m[1])
	if !e.Mul(sigma).Equal(sigma.Mul(e)) {
		return theorems.Violatedf("a turn in the coordinates η does not commute with σ")
	}
	delta := func(k *exact.Matrix) *big.Rat { return k.T().Mul(cov).Mul(k).At(0, 0) }
	if half := kappa.Scale(big.NewRat(-1, 1)); delta(half).Cmp(delta(kappa)) != 0 {
		return theorems.Violatedf("Δ(−κ) ≠ Δ(κ)")
	}
	if delta(kappa).Sign() <= 0 || delta(kappa.Scale(big.NewRat(3, 2))).Cmp(delta(kappa)) <= 0 {
		return theorems.Violatedf("Δ does not grow along a ray")
	}
	return nil
}

// turnsAt decides whether the flow where the gain is 1/a, κ̇ = (σ/a − 1)κ, turns
// at this frequency and does nothing else: (σ/a − 1)² = −ω².
func turnsAt(sigma *exact.Matrix, a, frequency *big.Rat) error {
	flow := sigma.Scale(new(big.Rat).Inv(a)).Sub(exact.Identity(2))
	if rest := flow.Mul(flow).Add(exact.Identity(2).Scale(mul(frequency, frequency))); !rest.IsZero() {
		return theorems.Violatedf("(σ/a − 1)² + ω² = %v at ω = %v", rest, frequency.RatString())
	}
	return nil
}

// decideFrequencyB is the mistake of ω = b for b/a.
func decideFrequencyB(c generators.Centred) error {
	if !c.Turns() || c.Rank() != 2 {
		return theorems.ErrUndecided
	}
	v, inverse := c.Basis()
	var m [3]*exact.Matrix
	for i, rows := range [][][]float64{v, c.Jordan(), inverse} {
		var err error
		if m[i], err = exact.FromFloat64(rows); err != nil {
			return err
		}
	}
	if c.Lambda[0] == 0 {
		return theorems.ErrUndecided
	}
	return turnsAt(m[0].Mul(m[1]).Mul(m[2]), theorems.Rational(c.Lambda[0]), theorems.Rational(c.Turn))
}

// turnIdentity: E(p, q) = V [[p, −q], [q, p]] V⁻¹ commutes with σ = E(a, b), and its rate of change along σ is σE: with e^{sσ} = E(p(s), q(s)), p' = ap − bq and q' = bp + aq.
func turnIdentity(wrong bool) certificate.Identity {
	name := "e^{sσ} turns and stretches in the coordinates η"
	if wrong {
		name = "e^{sσ} turns and stretches in the coordinates κ"
	}
	return certificate.Identity{Name: name, Build: func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
		v := b.Matrix("V", s.R, s.R)
		inverse := v.Inverse()
		pair := func(p, q certificate.Expr) certificate.Expr {
			return b.Block([][]certificate.Expr{{p, q.Scaled(b.Integer(-1))}, {q, p}})
		}
		p, q, a, turn := b.Scalar("p"), b.Scalar("q"), b.Scalar("a"), b.Scalar("b")
		sigma := v.Times(pair(a, turn)).Times(inverse)
		e := v.Times(pair(p, q)).Times(inverse)
		rate := v.Times(pair(a.Times(p).Minus(turn.Times(q)), turn.Times(p).Plus(a.Times(q)))).Times(inverse)
		if wrong {
			e, rate = pair(p, q), pair(a.Times(p).Minus(turn.Times(q)), turn.Times(p).Plus(a.Times(q)))
		}
		return []certificate.Equation{e.Times(sigma).Equals(sigma.Times(e)), sigma.Times(e).Equals(rate)}
	}}
}

// constantGainTurns: for φ = relu, of gain ½, σ = [[4, −2], [2, 4]] has a = 2 > 1 and no periodic orbit: dκ/dt = (σ/2 − 1)κ grows.
func constantGainTurns() theorems.Witness {
	zero := [][]float64{{0, 0}, {0, 0}}
	c := generators.Centred{Nonlinearity: "relu", Lambda: []float64{2, 2}, Turn: 1, Above: zero, Lower: zero, Upper: zero, Factor: [][]float64{{1, 0}, {0, 1}}, Start: []float64{1, 0}, Horizon: 1}
	return theorems.Witness{Without: "φ' falls to 0", Shows: "φ = relu, σ = [[4, −2], [2, 4]], Σ_mm = 1: a = 2, g(Δ) = ½ for every Δ, dκ/dt = (σ/2 − 1)κ grows without end",
		Check: theorems.Decide("a > 1 has an orbit, with g(ρ²) = φ'(0)/a", generators.Centreds(generators.CentredOptions{Nonlinearity: []string{"relu"}}), func(c generators.Centred) error {
			if _, _, _, err := gainInverse(c.Nonlinearity, c.Slope()/c.Lambda[0]); err != nil {
				return theorems.Violatedf("a = %v: %v", c.Lambda[0], err)
			}
			return nil
		}), Case: c}
}
