package generators

import (
	"math/rand/v2"

	"pgregory.net/rapid"
)

// InitialLaw says how an instance starts.
type InitialLaw int

// From the stationary law, from a given one, or either.
const (
	Stationary InitialLaw = iota
	WithInitial
	Either
)

// Radius says where eigenvalues may be.
type Radius int

// A spectral radius below 1, of 1 or more, or either. An instance of the
// second kind without a law of its start has none.
const (
	Stable Radius = iota
	Unstable
	StableOrNot
)

// SystemOptions say what a theorem's hypotheses ask of a system. All of them
// are met by construction. Those that exclude one another are a mistake: a
// covariance is drawn by the last of its options.
type SystemOptions struct {
	MaxUnits, MaxLatents int  // MaxLatents 0 stands for MaxUnits + 1
	MinLatents           int  // at least so many; 0 allows white observations
	Exact                bool // A of multiples of 1/64, covariances not graded: cheap in rationals
	Modest               bool // covariances neither graded nor nearly singular, no radius 1 − 2⁻²⁷
	Initial              InitialLaw
	Radius               Radius

	PositiveR, NoiseFree bool // R_v ≻ 0; R_v = 0
	PositiveQ, SingularQ bool // Q ≻ 0; Q singular
	RegularA             bool // det A ≠ 0
	Controllable         bool // (A, Q) is, so that the stationary covariance V ≻ 0
	InjectiveC           bool // and so K ≤ N
	MoreLatents          bool // K > N
	// Markov systems have an L with L C = I and L R_v Lᵀ = 0 (S3), so K ≤ N.
	// Without it some are so too, which is tagged.
	Markov bool
	// MovingAverage systems are one unit that reads a chain of past noises,
	// y_t = w_t + c w_{t−m}; with ZeroOnTheCircle, y_t = w_t ± w_{t−1}.
	MovingAverage, ZeroOnTheCircle bool
}

// Systems draws latent linear dynamical systems.
func Systems(o SystemOptions) *rapid.Generator[System] {
	return rapid.Custom(func(t *rapid.T) System { return drawSystem(t, o) })
}

func drawSystem(t *rapid.T, o SystemOptions) System {
	rng := noise(t)
	n, k := o.drawSizes(rng)
	special := rng.IntN(8)
	s := System{Form: forms[rng.IntN(len(forms))]}
	s.drawLatents(o, rng, k)
	switch {
	case o.MovingAverage, o.ZeroOnTheCircle:
		s.drawMovingAverage(rng, k, o.ZeroOnTheCircle)
	case o.Markov, special == 1 && k > 0 && k <= n && !o.PositiveR && !o.NoiseFree:
		s.drawCleanReadOut(rng, n, k)
	case special == 2 && n == 1 && k > 1 && o.plain():
		s.drawMovingAverage(rng, k, false)
	default:
		s.drawReadOut(rng, o, n, k)
		want := semidefinite
		if o.PositiveR {
			want = positive
		}
		if o.NoiseFree {
			want = zeroCovariance
		}
		r := drawCovariance(rng, n, want, o.modest())
		s.RDiag, s.RFactor = r.diag, r.factor
	}
	s.permuteUnits(rng.Perm(n))
	if k > 0 && (o.Initial == WithInitial || o.Initial == Either && rng.IntN(2) == 0) {
		s.Mean = quarters(rng, 1, k)[0]
		cov := drawCovariance(rng, k, semidefinite, o.modest())
		s.CovDiag, s.CovFactor = cov.diag, cov.factor
	}
	s.tagEdges()
	return s
}

func (o SystemOptions) modest() bool { return o.Modest || o.Exact }

// plain options ask nothing of A, C, Q or R_v.
func (o SystemOptions) plain() bool {
	return !(o.PositiveR || o.PositiveQ || o.RegularA || o.InjectiveC || o.Markov) && o.Radius != Unstable
}

func (o SystemOptions) drawSizes(rng *rand.Rand) (n, k int) {
	least, most := o.MinLatents, o.MaxLatents
	if most == 0 {
		most = o.MaxUnits + 1
	}
	if o.SingularQ && o.Controllable {
		least = max(least, 2)
	}
	if o.Markov || o.RegularA || o.Radius == Unstable || o.MoreLatents || o.SingularQ {
		least = max(least, 1)
	}
	n = between(rng, 1, o.MaxUnits)
	switch {
	case o.InjectiveC || o.Markov:
		n = max(n, least)
		most = min(most, n)
	case o.MoreLatents:
		most = max(most, 2)
		n = min(n, most-1)
		least = max(least, n+1)
	}
	return n, sometimesNone(rng, least, most)
}

func between(rng *rand.Rand, least, most int) int { return least + rng.IntN(most-least+1) }

// sometimesNone draws a size, 0 where it may be one time in sixteen.
func sometimesNone(rng *rand.Rand, least, most int) int {
	if least == 0 && (most == 0 || rng.IntN(16) == 0) {
		return 0
	}
	return between(rng, max(least, 1), most)
}

// drawLatents draws A and Q.
func (s *System) drawLatents(o SystemOptions, rng *rand.Rand, k int) {
	chain := o.Controllable && !o.PositiveQ && (o.SingularQ || rng.IntN(2) == 0)
	want := semidefinite
	if o.SingularQ {
		want = singular
	}
	if o.PositiveQ || o.Controllable {
		want = positive
	}
	if chain && k > 0 {
		s.drawChain(rng, o, k)
		return
	}
	q := drawCovariance(rng, k, want, o.modest())
	s.QDiag, s.QFactor = q.diag, q.factor
	if k == 0 {
		s.A = zeros(0, 0)
		return
	}
	unstable := o.Radius == Unstable || o.Radius == StableOrNot && rng.IntN(2) == 0
	a, tags := drawDynamics(rng, k, dynamics{exact: o.Exact, modest: o.modest(), regular: o.RegularA, unstable: unstable})
	s.A = a
	for _, tag := range tags {
		if tag == "defective" {
			tag = "A defective"
		}
		s.tag(tag)
	}
}

// dynamics say what is asked of a square matrix that is iterated.
type dynamics struct{ exact, modest, regular, unstable, overlap bool }

func drawDynamics(rng *rand.Rand, n int, d dynamics) (a [][]float64, tags []string) {
	var kinds []contraction
	for _, c := range contractions() {
		if n >= c.least && !(d.exact && !c.exact) && !(d.modest && c.name == "slow") &&
			!(d.regular && !c.regular) && !(d.overlap && c.graded) {
			kinds = append(kinds, c)
		}
	}
	if d.unstable {
		return expanding(rng, n, d.regular), []string{"unstable"}
	}
	c := kinds[rng.IntN(len(kinds))]
	return c.sample(rng, n, d.regular), append([]string{c.name}, c.edges...)
}

// drawChain draws a companion matrix or a lower bidiagonal one, driven at its
// head alone: noise reaches every latent, though Q has rank one.
func (s *System) drawChain(rng *rand.Rand, o SystemOptions, k int) {
	s.A = stableCompanion(rng, k, o.RegularA)
	if rng.IntN(2) == 0 {
		s.A = stableDiagonal(rng, k, o.RegularA)
		for i := 1; i < k; i++ {
			s.A[i][i-1] = nonzeroInteger(rng, 8) / 8
		}
	}
	if o.Radius == Unstable || o.Radius == StableOrNot && rng.IntN(2) == 0 {
		s.A = zeros(k, k)
		for i := 1; i < k; i++ {
			s.A[i][i-1] = 1
		}
		for i := range k {
			s.A[i][i] = 1
		}
		s.tag("unstable")
	}
	head := zeros(k, 1)
	head[0][0] = nonzeroInteger(rng, 8) / 4
	s.QDiag, s.QFactor = make([]float64, k), head
	order := rng.Perm(k)
	s.QFactor = permuted(s.QFactor, order)
	a := zeros(k, k)
	for i := range k {
		for j := range k {
			a[i][j] = s.A[order[i]][order[j]]
		}
	}
	s.A = a
	s.tag("chain")
}
