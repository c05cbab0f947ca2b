package generators

import (
	"math/rand/v2"
	"slices"

	"pgregory.net/rapid"
)

// RecurrentOptions say what a theorem's hypotheses ask of a linear low-rank
// network. All of them are met by construction.
type RecurrentOptions struct {
	MaxUnits int
	MaxRank  int  // 0 stands for 3
	MinRank  int  // at least so many columns of M and N; 0 allows M and N without any
	Exact    bool // overlaps of multiples of 1/64, covariances not graded: cheap in rationals
	Modest   bool // nothing graded or nearly singular, no radius 1 − 2⁻²⁷
	Initial  InitialLaw
	Radius   Radius

	PositiveP    bool // P ≻ 0
	Independent  bool // M and N of rank R
	UnitsPerRank int  // N ≥ UnitsPerRank·R; 0 stands for 1
}

// Recurrents draws linear low-rank networks.
func Recurrents(o RecurrentOptions) *rapid.Generator[Recurrent] {
	return rapid.Custom(func(t *rapid.T) Recurrent { return drawRecurrent(t, o) })
}

func (o RecurrentOptions) modest() bool { return o.Modest || o.Exact }

func (o RecurrentOptions) drawSizes(rng *rand.Rand) (units, rank int) {
	most, each := o.MaxRank, max(o.UnitsPerRank, 1)
	if most == 0 {
		most = 3
	}
	least := o.MinRank
	if o.Radius == Unstable {
		least = max(least, 1)
	}
	most = min(most, o.MaxUnits/each)
	rank = sometimesNone(rng, least, most)
	return between(rng, max(each*rank, 1), o.MaxUnits), rank
}

func drawRecurrent(t *rapid.T, o RecurrentOptions) Recurrent {
	rng := noise(t)
	units, rank := o.drawSizes(rng)
	kind := rng.IntN(10)
	r := Recurrent{Form: forms[rng.IntN(len(forms))]}
	l := loadings{m: zeros(units, 0), n: zeros(units, 0)}
	if rank > 0 {
		l = r.drawLoadings(o, rng, units, rank, kind)
	}
	r.M, r.N = l.m, l.n
	r.drawNoise(rng, o, l)
	r.finish(rng, o)
	return r
}

// drawLoadings draws M and N of a kind.
func (r *Recurrent) drawLoadings(o RecurrentOptions, rng *rand.Rand, units, rank, kind int) loadings {
	d := dynamics{exact: o.Exact, modest: o.modest(), regular: o.Independent && units < 2*rank, overlap: true}
	d.unstable = o.Radius == Unstable || o.Radius == StableOrNot && rng.IntN(2) == 0
	if d.unstable || o.Independent && kind != 5 && kind != 8 {
		kind %= 4
	}
	short := kind == 7 && rank > 1
	switch {
	case kind == 4:
		r.tag("random loadings")
		return unrelated(rng, units, rank)
	case kind == 5:
		return symmetric(rng, units, rank)
	case kind == 6:
		return vanishing(rng, units, rank)
	case kind == 8:
		return reversible(rng, units, rank)
	case short:
		rank--
	}
	overlap, tags := drawDynamics(rng, rank, d)
	for _, tag := range tags {
		if tag != "defective" { // NᵀM is, which is no edge
			r.tag(tag)
		}
	}
	l := withOverlap(rng, units, overlap, kind == 3, o.Independent)
	slowly := slices.Contains(tags, slow) // which contracts sees on a diagonal alone
	if short {
		l.dependent(rng, !slowly)
		return l
	}
	if !slowly {
		l.mix(rng, rng.IntN(3))
	}
	if !o.modest() && rng.IntN(6) == 0 {
		l.grade(rng)
		r.tag("graded loadings")
	}
	return l
}

// drawNoise draws P: any, what the loadings were made for, or one that N does
// not read.
func (r *Recurrent) drawNoise(rng *rand.Rand, o RecurrentOptions, l loadings) {
	units := len(r.M)
	want := semidefinite
	if o.PositiveP {
		want = positive
	}
	p := drawCovariance(rng, units, want, o.modest())
	switch {
	case l.noise != nil:
		p = *l.noise
	case !o.PositiveP && l.silent != nil && len(l.silent[0]) > 0 && rng.IntN(6) == 0:
		p = covariance{make([]float64, units), multiply(l.silent, quarters(rng, len(l.silent[0]), 1+rng.IntN(2)))}
	}
	r.PDiag, r.PFactor = p.diag, p.factor
}

// finish relabels the units, draws the law of y_0 and tags the edges.
func (r *Recurrent) finish(rng *rand.Rand, o RecurrentOptions) {
	units := r.Units()
	r.permuteUnits(rng.Perm(units))
	if o.Initial == WithInitial || o.Initial == Either && rng.IntN(2) == 0 {
		r.Mean = quarters(rng, 1, units)[0]
		cov := drawCovariance(rng, units, semidefinite, o.modest())
		r.CovDiag, r.CovFactor = cov.diag, cov.factor
	}
	r.tagEdges()
}
