package model

import (
	"math"
)

// LDSConversion is a network as a latent system, and how its dimension was
// decided. Dimensions are decided in coordinates where each unit is scaled, by
// a power of two, to about unit variance, and noise by standard deviations.
type LDSConversion struct {
	LDS       *LDS
	Dimension int            // K, the number of latents
	Decisions []RankDecision // of J; if stationary, of J S Jᵀ; of J P Jᵀ; of what P Jᵀ has outside range J
}

// ToLDS returns the latent system, with independent noises, whose observations
// have the law of the network's activity: with ε = η + v split at what the
// network feeds back, η = P N (NᵀPN)⁻ Nᵀε and Nᵀv = 0,
//
//	x_t = y_t − v_{t−1} = U ξ_t,   ξ_{t+1} = A ξ_t + η̃_t,   y_t = U ξ_t + v_{t−1},
//
// where U (N×K) spans range [M, PN], A = U⁺J U (K×K), C = U, Q = U⁺Cov(η)U⁺ᵀ
// (K×K) and R_v = P − Cov(η) (N×N, held as P is: structured or dense).
//
// K is rank [J, PJᵀ] ≤ min(2R, N) for a network that starts from a law of y_0.
// For a stationary one it is rank [Λ_1, Λ_1ᵀ], the smallest K of any such
// system: what its noise never reaches is left out (S7), so K = 0 if PN = 0.
//
// A law N(m_0, S_0) of y_0 makes x_1 start with mean J m_0 and covariance
// J S_0 Jᵀ + Cov(η), and any is met. A given law N(m_1, S_1) of the first
// observation itself is not, unless S_1 − R_v is positive semidefinite with
// range in that of U, and m_1 is in it: M = e_1, N = e_2, P = I has
// R_v = diag(1, 0), and no law of x_1 gives Cov(y_1) = diag(½, 1).
//
// It takes O(N R²) time and O(N R) memory for structured P. A stationary
// network with spectral radius 1 or more is ErrUnstable; a tolerance that is
// none, or numbers that overflow, are ErrInvalid. (arXiv:2110.09804; S6, S7)
func (net *LinearRNN) ToLDS(tol RankTolerance) (*LDSConversion, error) {
	if err := tol.check(); err != nil {
		return nil, err
	}
	b, err := net.feedback(tol)
	if err != nil {
		return nil, err
	}
	if net.initial == nil {
		if err := b.dropSilent(tol); err != nil {
			return nil, err
		}
	}
	if err := b.span(tol); err != nil {
		return nil, err
	}
	l, err := b.lds(net)
	if err != nil {
		return nil, err
	}
	return &LDSConversion{LDS: l, Dimension: l.Latents(), Decisions: b.decisions}, nil
}

// feedback is what a network feeds back, in units scaled to about unit size,
// y = T z: z_{t+1} = F κ_t + T⁻¹ε_t, κ = Gᵀz, with F orthonormal.
type feedback struct {
	scale     []float64 // T
	out       array     // F (N×r)
	into      array     // G (N×r)
	size      float64   // of what G Fᵀ is the sum, before anything in it cancels
	root      unitRoot  // P = root rootᵀ
	noise     float64   // size of T⁻¹ root
	fed       array     // orthonormal (N×g): of ε, root·fed·fedᵀ is fed back
	sharpness []float64 // by which columns of fed are known to rounding over it, at most 1
	moved     array     // orthonormal (r×g): what that moves of κ
	basis     array     // orthonormal U (N×K) of what holds x, T⁻¹x = U ξ
	turn      array     // F in that basis, UᵀF (K×r)
	drive     array     // Q = drive driveᵀ (K×g)
	decisions []RankDecision
}

func (net *LinearRNN) feedback(tol RankTolerance) (*feedback, error) {
	m, n, scale, err := net.scaledLoadings(nil, false)
	if err != nil {
		return nil, err
	}
	if net.initial == nil { // is there a stationary law? The overlap decides, whatever the noise
		overlap, off := wideTMul(n, widen(m))
		none := newArray(off.rows, off.rows)
		if _, err := (stein{overlap, widen(none), off, none}).solve(); err != nil {
			return nil, err
		}
	}
	f, err := factored(m, n, tol)
	if err != nil {
		return nil, err
	}
	decision := f.decision
	cancels, err := net.cancels(f, scale)
	if err != nil {
		return nil, err
	}
	if f.weak() || cancels {
		// What J is, to all of its digits, is scaled and factored anew.
		out, into, mixed := f.sharpened(m, n)
		if m, n, scale, err = net.withLoadings(out, into, scale).scaledLoadings(scale, mixed); err != nil {
			return nil, err
		}
		if f, err = factored(m, n, tol); err != nil {
			return nil, err
		}
		decision.Rank = f.decision.Rank
	}
	b := &feedback{scale: scale, size: f.size, out: f.left, decisions: []RankDecision{decision}}
	// J = F Fᵀ M Nᵀ, where row i of G is known to rounding of row i of N; by
	// singular values and vectors, to that of the largest.
	b.into = n.mul(m.tmul(f.left))
	return b, b.feedNoise(net.p, f.right, tol)
}

// productSize bounds ‖Σ_r δm_r n_rᵀ‖/u where each column of M is off by u of
// its length: as rounding leaves it, whatever cancels in M Nᵀ.
func productSize(m, n array) float64 {
	length := rowNorms(n.t())
	n = n.scaledColumns(reciprocals(length))
	most := 0.0
	for _, sum := range reach(n.tmul(n), ones(n.cols)) {
		most = math.Max(most, sum)
	}
	return m.scaledColumns(length).frobenius() * math.Sqrt(most)
}

func ones(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 1
	}
	return out
}

// feedNoise splits the noise by what is fed back of it: Cov(η) = W Wᵀ with W =
// root·fed comes of rootᵀG without forming GᵀPG, and without dividing by it.
// Directions are judged by P G, with a cut relative to P and J, not to GᵀPG:
// where P Jᵀ ≈ 0 there is only rounding to be inverted, and nothing in the law
// that would miss it.
func (b *feedback) feedNoise(p Noise, in array, tol RankTolerance) (err error) {
	if b.root, err = p.root(); err != nil {
		return err
	}
	for i, v := range p.variances() {
		b.noise = math.Max(b.noise, math.Sqrt(v)/b.scale[i])
	}
	per := reciprocals(b.scale)
	_, s, right, err := b.root.times(b.root.tmul(b.into.scaledRows(per))).scaledRows(per).tallSVD()
	if err != nil {
		return err
	}
	d := decide("P Jᵀ", s, tol.of(in.rows, in.cols)*b.noise*b.noise*b.size)
	b.decisions = append(b.decisions, d)
	b.moved = right.columns(0, d.Rank)
	read, most := b.into.mul(b.moved), b.noise*b.size
	if d.Rank == in.cols { // all is fed back: then how strongly does not matter
		read, most = in, b.noise
	}
	left, strength, _, err := b.root.tmul(read.scaledRows(per)).tallSVD()
	if err != nil {
		return err
	}
	b.fed = left.columns(0, d.Rank)
	for _, x := range strength[:d.Rank] {
		b.sharpness = append(b.sharpness, math.Min(1, x/most))
	}
	return nil
}

// dropSilent takes away what a stationary network never feeds back: κ lies
// almost surely in the smallest space that the noise reaches and the overlap
// GᵀF maps to itself, the range of Cov(κ). It is found direction by direction:
// Cov(κ) itself shows them only down to the root of rounding. A direction that
// is hardly reached is known to rounding over how much it is, and so is what the
// overlap makes of it: each counts by all that led to it.
func (b *feedback) dropSilent(tol RankTolerance) error {
	cut := tol.of(b.into.rows, b.into.cols)
	overlap := b.into.tmul(b.out)
	seen, reached := make([]float64, 0, b.into.cols), b.moved
	for _, s := range b.decisions[1].Singular[:b.moved.cols] {
		seen = append(seen, s/(b.noise*b.noise*b.size))
	}
	fresh := reached.scaledColumns(seen)
	for fresh.cols > 0 && reached.cols < b.into.cols {
		next, s, err := apart(overlap.mul(fresh), reached, cut*b.size)
		if err != nil {
			return err
		}
		for i := range s {
			s[i] /= b.size
		}
		seen = append(seen, s...)
		reached, fresh = reached.beside(next), next.scaledColumns(s[:next.cols])
	}
	d := decide("J S Jᵀ (relative, direction by direction)", seen, cut)
	d.Rank = reached.cols
	b.decisions = append(b.decisions[:1], d, b.decisions[1])
	b.out, b.into = b.out.mul(reached), b.into.mul(reached)
	return nil
}

// apart returns orthonormal vectors, orthogonal to those of an orthonormal
// basis, that with it span what x does; and the singular values of x off the
// basis, of which those above cut count.
func apart(x, basis array, cut float64) (off array, singular []float64, err error) {
	for range 2 { // once leaves what cancels in x
		x = x.minus(basis.mul(basis.tmul(x)))
	}
	left, s, _, err := x.tallSVD()
	if err != nil {
		return off, nil, err
	}
	rank := min(decide("", s, cut).Rank, basis.rows-basis.cols)
	off = left.columns(0, rank)
	off = off.minus(basis.mul(basis.tmul(off))) // a small s leaves rounding along the basis in its vector
	off, _ = off.qr()
	return off.columns(0, rank), s, nil
}

// span builds U: a basis of what J and the fed noise reach, each direction
// counted by how much of J or P there is in it, so that one which is hardly
// reached, and hardly known, does not add to the others.
func (b *feedback) span(tol RankTolerance) error {
	w := b.root.times(b.fed).scaledRows(reciprocals(b.scale))
	_, reach := b.into.qr() // J = F (Q reach)ᵀ
	weighted := b.out.mulT(reach).scaled(orZero(1 / b.size)).beside(w.scaledColumns(b.sharpness).scaled(orZero(1 / b.noise)))
	left, s, _, err := weighted.tallSVD()
	if err != nil {
		return err
	}
	d := decide("[J, P Jᵀ] (relative)", s, tol.of(weighted.rows, weighted.cols))
	b.decisions = append(b.decisions, d)
	b.basis = left.columns(0, d.Rank)
	moves := rowNorms(weighted.beside(w.scaled(orZero(1 / b.noise))))
	for i, x := range moves { // a unit that no latent moves is not moved by rounding either
		if x <= float64(DefaultRankTolerance(weighted.cols, 1)) {
			clear(b.basis.row(i))
		}
	}
	b.turn, b.drive = b.basis.tmul(b.out), b.basis.tmul(b.heldNoise(w))
	return nil
}

// heldNoise takes a column of W = T⁻¹ root·fed for noise that is not fed back
// where less would be missing so: J W of it, and not what U does not hold of W.
func (b *feedback) heldNoise(w array) array {
	missing := rowNorms(w.minus(b.basis.mul(b.basis.tmul(w))).t())
	var held []int
	for j, x := range missing {
		if x <= b.noise*b.sharpness[j] {
			held = append(held, j)
		}
	}
	b.fed = b.fed.t().selectRows(held).t()
	return w.t().selectRows(held).t()
}

// orZero is x, or 0 if that is not finite: there is nothing to be scaled.
func orZero(x float64) float64 {
	if math.IsInf(x, 0) || math.IsNaN(x) {
		return 0
	}
	return x
}

// lds puts the parts together.
func (b *feedback) lds(net *LinearRNN) (*LDS, error) {
	l := &LDS{
		a: b.turn.mul(b.into.tmul(b.basis)),
		c: b.basis.scaledRows(b.scale),
		q: factorNoise(b.drive),
		r: b.unread(net.p),
	}
	if net.initial != nil {
		start, err := net.initial.Cov.root()
		if err != nil {
			return nil, err
		}
		scaled := b.into.scaledRows(reciprocals(b.scale))
		_, sizes, v, err := start.tmul(scaled).tallSVD()
		if err != nil {
			return nil, err
		}
		l.initial = &Gaussian{
			Mean: b.turn.timesVector(scaled.timesVectorT(net.initial.Mean)),
			Cov:  factorNoise(b.turn.mul(v.scaledColumns(sizes)).beside(b.drive)),
		}
	}
	for _, x := range []array{l.a, l.c, l.q.plus} {
		if size := x.maxAbs(); math.IsNaN(size) || math.IsInf(size, 0) {
			return nil, invalidf("numbers of the network overflow in the conversion")
		}
	}
	return l, nil
}
