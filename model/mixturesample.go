package model

import (
	"math"
	"math/rand/v2"
	"sort"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// SizeRule says how many units of a sampled network belong to each population.
type SizeRule int

const (
	// DrawnSizes draws the population of each unit: sizes are multinomial.
	DrawnSizes SizeRule = iota
	// ExactSizes are α_p N; where those are not whole, the nearest numbers that
	// add up to N (largest remainders), off by less than one unit.
	ExactSizes
)

// CompletionRule says which Σ_nn is sampled.
type CompletionRule int

const (
	// AsGiven samples the covariances of the mixture.
	AsGiven CompletionRule = iota
	// Minimal samples its minimal completion: the mean field is the same, the
	// sampling noise the least (M14).
	Minimal
)

// MixtureSampling says how Mixture.Sample draws a network.
type MixtureSampling struct {
	Units      int      // N
	Sizes      SizeRule // used unless Given
	Given      []int    // units of each population (P), which add up to N; nil leaves it to Sizes
	Completion CompletionRule
	// MatchMoments makes mean and covariance of the loadings of each population
	// those of the mixture exactly, as far as rounding goes, not only on average.
	// A population then needs more units than its covariance has rank.
	MatchMoments bool
}

// SampledNetwork is a network drawn from a mixture, with the population of each
// unit. Units of one population are next to each other only by chance if labels
// were drawn, and in order otherwise.
type SampledNetwork struct {
	*ReducedNetwork
	Labels []int // (N)
}

// Sample draws a network of N units from m, in O(N R²). Inadmissible sizes are
// ErrInvalid.
func (m *Mixture) Sample(rng *rand.Rand, s MixtureSampling) (*SampledNetwork, error) {
	if rng == nil {
		return nil, invalidf("no rng is given")
	}
	switch s.Completion {
	case AsGiven:
	case Minimal:
		var err error
		if m, err = m.MinimalCompletion(); err != nil {
			return nil, err
		}
	default:
		return nil, invalidf("completion rule is %d", int(s.Completion))
	}
	labels, err := m.labels(rng, s)
	if err != nil {
		return nil, err
	}
	loadings := newArray(s.Units, 2*m.rank+1)
	for p, units := range unitsBy(labels, len(m.pops)) {
		if err := m.pops[p].fill(rng, loadings, units, s.MatchMoments); err != nil {
			return nil, inPopulation(p, err)
		}
	}
	net := &ReducedNetwork{m.phi, loadings.columns(0, m.rank), loadings.columns(m.rank, 2*m.rank), loadings.column(2 * m.rank)}
	return &SampledNetwork{net, labels}, nil
}

// unitsBy returns the units of each population.
func unitsBy(labels []int, populations int) [][]int {
	units := make([][]int, populations)
	for i, p := range labels {
		units[p] = append(units[p], i)
	}
	return units
}

// labels returns the population of each unit.
func (m *Mixture) labels(rng *rand.Rand, s MixtureSampling) ([]int, error) {
	if s.Units < 1 {
		return nil, invalidf("units is %d, want at least 1", s.Units)
	}
	if s.Sizes != DrawnSizes && s.Sizes != ExactSizes {
		return nil, invalidf("size rule is %d", int(s.Sizes))
	}
	sizes := s.Given
	switch {
	case sizes != nil:
		if err := m.checkSizes(sizes, s.Units); err != nil {
			return nil, err
		}
	case s.Sizes == DrawnSizes:
		return m.drawnLabels(rng, s.Units), nil
	default:
		sizes = m.nearestSizes(s.Units)
	}
	labels := make([]int, 0, s.Units)
	for p, n := range sizes {
		for range n {
			labels = append(labels, p)
		}
	}
	return labels, nil
}

func (m *Mixture) checkSizes(sizes []int, units int) error {
	if len(sizes) != len(m.pops) {
		return invalidf("sizes are given of %d populations, want %d", len(sizes), len(m.pops))
	}
	total := 0
	for p, n := range sizes {
		if n < 0 {
			return invalidf("population %d: size is %d, want ≥ 0", p, n)
		}
		total += n
	}
	if total != units {
		return invalidf("sizes of the populations sum to %d, want %d units", total, units)
	}
	return nil
}

func (m *Mixture) drawnLabels(rng *rand.Rand, units int) []int {
	cumulative := make([]float64, len(m.pops))
	total := 0.0
	for p := range m.pops {
		total += m.pops[p].weight
		cumulative[p] = total
	}
	labels := make([]int, units)
	for i := range labels {
		z := rng.Float64() * total
		labels[i] = sort.Search(len(cumulative)-1, func(p int) bool { return z < cumulative[p] })
	}
	return labels
}

// nearestSizes rounds α_p N by largest remainders.
func (m *Mixture) nearestSizes(units int) []int {
	sizes, order, left := make([]int, len(m.pops)), make([]int, len(m.pops)), units
	rest := make([]float64, len(m.pops))
	for p := range m.pops {
		want := m.pops[p].weight * float64(units)
		// α_p = k/N is rounded: N of it is k all the same.
		whole := math.Round(want)
		if math.Abs(want-whole) > 4*unitRoundoff*want {
			whole = math.Floor(want)
		}
		sizes[p], order[p], rest[p] = int(whole), p, want-whole
		left -= sizes[p]
	}
	sort.SliceStable(order, func(i, j int) bool { return rest[order[i]] > rest[order[j]] })
	for k := 0; left > 0; k++ {
		sizes[order[k%len(order)]]++
		left--
	}
	return sizes
}

// fill draws the loadings of the given units, rows of loadings.
func (p *population) fill(rng *rand.Rand, loadings array, units []int, match bool) error {
	if len(units) == 0 {
		return nil
	}
	root, err := covarianceRoot(p.cov) // Σ = X Xᵀ
	if err != nil {
		return err
	}
	white := newArray(len(units), root.cols)
	for k := range white.data {
		white.data[k] = rng.NormFloat64()
	}
	if match {
		if white, err = whitened(white); err != nil {
			return err
		}
	}
	drawn := white.mulT(root)
	for k, i := range units {
		for j := range drawn.row(k) {
			loadings.set(i, j, p.mean[j]+drawn.at(k, j))
		}
	}
	return nil
}

// whitened returns numbers (n×k) like those given whose columns have mean 0,
// and the covariance 1 if divided by n: √n times an orthonormal basis of what
// they span beside the constant.
func whitened(z array) (array, error) {
	if z.cols == 0 {
		return z, nil
	}
	if z.rows <= z.cols {
		return array{}, invalidf("%d units cannot have moments of rank %d: more than %d are needed", z.rows, z.cols, z.cols)
	}
	ones := newArray(z.rows, 1)
	for i := range ones.data {
		ones.data[i] = 1
	}
	q, r := ones.beside(z).qr()
	q, upper := q.columns(1, q.cols), newArray(z.cols, z.cols)
	for i := range z.cols { // signs of Q are free: those of z are kept
		if s := math.Copysign(1, r.at(i+1, i+1)); s != 0 {
			upper.set(i, i, s*math.Sqrt(float64(z.rows)))
		}
	}
	out := newArray(z.rows, z.cols)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, q.general(), upper.general(), 0, out.general())
	return out, nil
}

// MixtureOf returns the mixture whose populations have the moments that a
// labelled network has: weights N_p/N, means, and covariances divided by N_p.
// labels[i] is the population of unit i, 0 … P−1, none of them empty. The mean
// field of the result is the network's own field for loadings that are Gaussian
// given the label, up to N^-1/2.
func MixtureOf(net *ReducedNetwork, labels []int) (*Mixture, error) {
	if net == nil {
		return nil, invalidf("no network is given")
	}
	if len(labels) != net.Units() {
		return nil, invalidf("%d labels are given for %d units", len(labels), net.Units())
	}
	most := 0
	for i, p := range labels {
		if p < 0 {
			return nil, invalidf("label of unit %d is %d, want 0 or more", i, p)
		}
		most = max(most, p)
	}
	if most >= net.Units() {
		return nil, invalidf("label %d is given for a network of %d units: populations are 0 … P−1, none empty", most, net.Units())
	}
	all := net.m.beside(net.n).beside(array{net.Units(), 1, net.input})
	pops := make([]Population, most+1)
	for p, units := range unitsBy(labels, len(pops)) {
		if len(units) == 0 {
			return nil, invalidf("population %d has no units", p)
		}
		pops[p] = empirical(all.selectRows(units), float64(len(units))/float64(net.Units()))
	}
	return NewMixture(net.phi, pops)
}

// empirical returns the population of these loadings, a row a unit.
func empirical(loadings array, weight float64) Population {
	n := float64(loadings.rows)
	mean := make([]float64, loadings.cols)
	for i := range loadings.rows {
		for j, x := range loadings.row(i) {
			mean[j] += x / n
		}
	}
	centred := newArray(loadings.rows, loadings.cols)
	for i := range loadings.rows {
		for j, x := range loadings.row(i) {
			centred.set(i, j, x-mean[j])
		}
	}
	return Population{weight, mean, centred.tmul(centred).scaled(1 / n).symmetric()}
}
