package model

import "math"

// feedback is what a network feeds back, in units scaled to about unit size,
// y = T z: z_{t+1} = F κ_t + T⁻¹ε_t, κ = Gᵀz, with F orthonormal.
type feedback struct {
	scale     []float64 // T
	out       array     // F (N×r)
	into      array     // G (N×r)
	size      float64   // of what G Fᵀ is the sum, before anything in it cancels
	unsure    float64   // u·unsure is how far off the span of F may be
	root      unitRoot  // P = root rootᵀ
	noise     float64   // size of T⁻¹ root
	fed       array     // orthonormal (N×g): of ε, root·fed·fedᵀ is fed back
	w         array     // root·fed (N×g)
	moved     array     // orthonormal (r×g): what that moves of κ
	basis     array     // orthonormal U (N×K) of what holds x, T⁻¹x = U ξ
	drive     array     // Q = drive driveᵀ (K×g)
	decisions []RankDecision
}

// certain is the loss of digits that the default tolerance allows for.
const certain = 8

func (net *LinearRNN) feedback(tol RankTolerance) (*feedback, error) {
	m, n, scale, err := net.scaledLoadings()
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
	qm, rm := m.qr()
	qn, rn := n.qr()
	left, s, right, err := rm.mulT(rn).svd()
	if err != nil {
		return nil, err
	}
	b := &feedback{scale: scale, size: productSize(rm, rn), unsure: 1}
	d := decide("J", s, tol.of(m.rows, m.cols)*b.size)
	b.decisions = append(b.decisions, d)
	b.out = qm.mul(left.columns(0, d.Rank))
	b.into = n.mul(m.tmul(b.out)) // not from right: a unit that is hardly read is read as exactly as any
	if d.Rank > 0 && d.Rank < m.rows && b.size > certain*s[d.Rank-1] {
		// J x is in the range of J to twice the digits, whatever x is, and right
		// singular vectors make its columns as good as orthogonal.
		b.out, _ = normalizedColumns(through(n, m, qn.mul(right.columns(0, d.Rank))).hi).qr()
		b.into = through(m, n, b.out).hi
		if d.Rank < m.cols { // J may itself be rounded
			b.unsure = math.Min(b.size/s[d.Rank-1], 4*certain)
		}
	}
	return b, b.feedNoise(net.p, m, n, tol)
}

func normalizedColumns(b array) array { return b.scaledColumns(reciprocals(rowNorms(b.t()))) }

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
// root·fed comes of rootᵀ times a basis of range Jᵀ, without forming NᵀPN, and
// without dividing by it. The cut is relative to P: where P Jᵀ ≈ 0 there is
// only rounding to be inverted.
func (b *feedback) feedNoise(p Noise, m, n array, tol RankTolerance) (err error) {
	if b.root, err = p.root(); err != nil {
		return err
	}
	for i, v := range p.variances() {
		b.noise = math.Max(b.noise, math.Sqrt(v)/b.scale[i])
	}
	per, length := reciprocals(b.scale), rowNorms(b.into.t())
	shorter := reciprocals(length)
	left, s, right, err := b.root.tmul(b.into.scaledColumns(shorter).scaledRows(per)).tallSVD()
	if err != nil {
		return err
	}
	d := decide("Nᵀ P N (its root)", s, tol.of(b.into.rows, b.into.cols)*b.noise*b.unsure)
	b.decisions = append(b.decisions, d)
	b.fed, right = left.columns(0, d.Rank), right.columns(0, d.Rank)
	b.w = b.root.times(b.fed)
	if d.Rank > 0 && b.noise > certain*s[d.Rank-1] {
		// What is weakly fed back is a remainder of larger parts that cancel. These
		// x are in the range of Jᵀ to twice the digits, and the columns of P x as
		// good as apart: W = P x (xᵀPx)^(−½).
		x := through(m, n, b.out.mul(right.scaledRows(shorter))).scaledRows(per)
		b.fed, _ = normalizedColumns(b.root.tmul(x.hi)).qr()
		px := p.timesWide(x)
		gram, _ := wideTMul(px, x)
		if b.w, err = px.overRoot(gram.hi); err != nil {
			return err
		}
	}
	b.moved, _ = right.scaledRows(length).qr()
	return nil
}

// overRoot returns B G^(−½) for a positive definite G (k×k), scaled to unit
// diagonal first.
func (b array) overRoot(g array) (array, error) {
	per := make([]float64, g.rows)
	for i, x := range g.diagonal() {
		per[i] = 1 / math.Sqrt(x)
	}
	values, vectors, err := g.scaledRows(per).scaledColumns(per).eigenSym()
	if err != nil {
		return array{}, err
	}
	for i, x := range values {
		values[i] = 1 / math.Sqrt(x)
	}
	return b.scaledColumns(per).mul(vectors.scaledColumns(values)), nil
}

// dropSilent takes away what a stationary network never feeds back: κ lies
// almost surely in the smallest space that the noise reaches and the overlap
// GᵀF maps to itself, the range of Cov(κ). It is found direction by direction,
// each judged against rounding of what was applied: Cov(κ) itself shows them
// only down to the root of that.
func (b *feedback) dropSilent(tol RankTolerance) error {
	cut := tol.of(b.into.rows, b.into.cols)
	overlap := b.into.tmul(b.out)
	reached, fresh := b.moved, b.moved
	seen := make([]float64, 0, b.into.cols)
	for _, s := range b.decisions[1].Singular[:b.moved.cols] {
		seen = append(seen, s/b.noise)
	}
	for fresh.cols > 0 && reached.cols < b.into.cols {
		next, s, err := apart(overlap.mul(fresh), reached, cut*b.size)
		if err != nil {
			return err
		}
		for _, x := range s {
			seen = append(seen, x/b.size)
		}
		reached, fresh = reached.beside(next), next
	}
	d := decide("Nᵀ S N (relative, direction by direction)", seen, cut)
	d.Rank = reached.cols
	b.decisions = append(b.decisions[:1], d, b.decisions[1])
	b.out, b.into = b.out.mul(reached), b.into.mul(reached)
	return nil
}

// apart returns orthonormal vectors, orthogonal to those of an orthonormal
// basis, that with it span what x does; and the singular values of x off the
// basis, of which those above cut count.
func apart(x, basis array, cut float64) (off array, singular []float64, err error) {
	x = x.minus(basis.mul(basis.tmul(x)))
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

// span builds U: F first, so that all of J's output is in its first columns,
// then what the fed noise has beside it.
func (b *feedback) span(tol RankTolerance) error {
	w := b.w.scaledRows(reciprocals(b.scale))
	cut := tol.of(w.rows, b.out.cols+w.cols) * b.noise * b.unsure
	off, s, err := apart(w, b.out, cut)
	if err != nil {
		return err
	}
	d := decide("P N off range M (its root)", s, cut)
	d.Rank = off.cols
	b.decisions = append(b.decisions, d)
	b.basis = b.out.beside(off)
	for i := range b.basis.rows { // a unit that no latent moves is not moved by rounding either
		if (array{1, b.basis.cols, b.basis.row(i)}).frobenius() <= float64(DefaultRankTolerance(b.basis.cols, 1)) {
			clear(b.basis.row(i))
		}
	}
	b.drive = b.basis.tmul(w)
	return nil
}
