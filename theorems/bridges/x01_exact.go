package bridges

import (
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
	"gonum.org/v1/gonum/mat"
)

// reducedShapes lists shapes R ≤ N ≤ 8.
func reducedShapes() []certificate.Shape {
	var shapes []certificate.Shape
	for _, n := range []int{1, 2, 3, 4, 6, 8} {
		for r := 1; r <= min(n, 4); r++ {
			shapes = append(shapes, certificate.Shape{N: n, R: r})
		}
	}
	return shapes
}

// spectrumEquations: 1/N enters as an indeterminate c, slopes as D.
func spectrumEquations(trivial func(certificate.Shape) int) func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
	return func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
		m, n, d := b.Matrix("M", s.N, s.R), b.Matrix("N", s.N, s.R), b.Diagonal("D", s.N)
		t, c := b.Scalar("t").Plus(b.Integer(1)), b.Scalar("c")
		full := b.Identity(s.N).Scaled(t).Minus(m.Times(n.T()).Times(d).Scaled(c)).Det()
		small := b.Identity(s.R).Scaled(t).Minus(n.T().Times(d).Times(m).Scaled(c)).Det()
		return []certificate.Equation{full.Equals(t.Pow(trivial(s)).Times(small))}
	}
}

// intertwiningEquations: M carries right eigenvectors from R to N dimensions,
// NᵀD left ones.
func intertwiningEquations(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
	m, n, d, c := b.Matrix("M", s.N, s.R), b.Matrix("N", s.N, s.R), b.Diagonal("D", s.N), b.Scalar("c")
	full := m.Times(n.T()).Times(d).Scaled(c).Minus(b.Identity(s.N))
	small := n.T().Times(d).Times(m).Scaled(c).Minus(b.Identity(s.R))
	read := n.T().Times(d)
	return []certificate.Equation{full.Times(m).Equals(m.Times(small)), read.Times(full).Equals(small.Times(read))}
}

// jacobians returns the Jacobians of N units and of R latents, less the leak,
// with the entries of I for slopes: any numbers, 0 among them.
func jacobians(c generators.Reduced) (full, small *exact.Matrix, err error) {
	m, err := exact.FromFloat64(c.M)
	if err != nil {
		return nil, nil, err
	}
	n, err := exact.FromFloat64(c.N)
	if err != nil {
		return nil, nil, err
	}
	d, err := exact.DiagonalFloat64(c.I)
	if err != nil {
		return nil, nil, err
	}
	share := big.NewRat(1, int64(c.Units()))
	return m.Mul(n.T()).Mul(d).Scale(share), n.T().Mul(d).Mul(m).Scale(share), nil
}

// decideOneSpectrum: det(t − J_N) = (t+1)^k det(t − J_R), k = N − R, the factor on the
// other side where k < 0. A twin has another k.
func decideOneSpectrum(c generators.Reduced, trivial func(n, r int) int) error {
	full, small, err := jacobians(c)
	if err != nil {
		return err
	}
	n, r := c.Units(), c.Rank()
	a := full.Sub(exact.Identity(n)).CharPoly()
	b := small.Sub(exact.Identity(r)).CharPoly()
	leak, k := exact.PolyFromInt64(1, 1), trivial(n, r)
	for range max(k, 0) {
		b = b.Mul(leak)
	}
	for range max(-k, 0) {
		a = a.Mul(leak)
	}
	if !a.Equal(b) {
		return theorems.Violatedf("det(t − J_N) (t+1)^%d = %v, det(t − J_R) (t+1)^%d = %v", max(-k, 0), a, max(k, 0), b)
	}
	return nil
}

// beyondRank is N − R.
func beyondRank(n, r int) int { return n - r }

// moreLoadingsThanUnits: N = 1, R = 2: the R latents have an eigenvalue that
// the unit has not.
func moreLoadingsThanUnits() theorems.Witness {
	c := generators.Reduced{Nonlinearity: "identity", M: [][]float64{{1, 1}}, N: [][]float64{{1, 1}}, I: []float64{1}, Kappa: []float64{0, 0}}
	return spectrumWitness("R ≤ N", "N = 1, m = n = (1, 1): the latents have the eigenvalues 1 and −1, the unit has 1", "every eigenvalue of J_R is one of J_N", c, func(full, small *exact.Matrix) error {
		rest, _ := small.CharPoly(), 0
		if _, left := full.CharPoly().DivMod(rest); left.Degree() >= 0 && full.Rows() < small.Rows() {
			return theorems.Violatedf("det(t − J_R − 1) = %v does not divide %v", rest, full.CharPoly())
		}
		return nil
	})
}

// ownLeaksHaveOwnSpectra: τ = (1, 2, 3), R = 1: −1 is no eigenvalue at all.
func ownLeaksHaveOwnSpectra() theorems.Witness {
	one := [][]float64{{1}, {1}, {1}}
	c := generators.Reduced{Nonlinearity: "identity", M: one, N: one, I: []float64{1, 1, 1}, Kappa: []float64{0}}
	return spectrumWitness("the leak is common to all units", "m = n = (1, 1, 1), D = 1, τ = (1, 2, 3): −1 is no eigenvalue, where N − R = 2 should be", "−1 is an eigenvalue N − R times, whatever τ", c, func(full, small *exact.Matrix) error {
		n := full.Rows()
		perTau := make([]*big.Rat, n)
		for i := range perTau {
			perTau[i] = big.NewRat(1, int64(1+i))
		}
		j := exact.Diagonal(perTau).Mul(full.Sub(exact.Identity(n)))
		if null := n - j.Add(exact.Identity(n)).Rank(); null < n-small.Rows() {
			return theorems.Violatedf("−1 is an eigenvalue of %v %d times, N − R = %d", j, null, n-small.Rows())
		}
		return nil
	})
}

func spectrumWitness(without, shows, check string, c generators.Reduced, decide func(full, small *exact.Matrix) error) theorems.Witness {
	networks := generators.Reduceds(generators.ReducedOptions{MaxUnits: 5, MaxRank: 3, Nonlinearity: []string{"identity"}})
	return theorems.Witness{Without: without, Shows: shows, Case: c, Check: theorems.Decide(check, networks, func(c generators.Reduced) error {
		full, small, err := jacobians(c)
		if err != nil {
			return err
		}
		return decide(full, small)
	})}
}

// reducedSite is a network at a state, as the twins of its Jacobian see it.
type reducedSite struct {
	net     *model.ReducedNetwork
	x, deaf []float64 // with and without the input
}

func (at reducedSite) units() float64 { return float64(len(at.x)) }

func (at reducedSite) slope(i int) float64     { return at.net.Nonlinearity().Derivative(at.x[i]) }
func (at reducedSite) deafSlope(i int) float64 { return at.net.Nonlinearity().Derivative(at.deaf[i]) }
func (at reducedSite) outputSlope(i int) float64 {
	phi := at.net.Nonlinearity()
	return phi.Derivative(phi.Value(at.x[i]))
}

// entry is (1/N) Σ n_r d m_s.
func (at reducedSite) entry(r, s int, d func(i int) float64) float64 {
	m, n := at.net.M(), at.net.N()
	sum := 0.0
	for i := range at.x {
		sum += n.At(i, r) * d(i) * m.At(i, s)
	}
	return sum / at.units()
}

// jacobianTwin computes −1 + the given entries.
func jacobianTwin(name, mistake string, entry func(at reducedSite, r, s int) float64) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		s.ReducedJacobian = func(net *model.ReducedNetwork, kappa []float64) ([][]float64, error) {
			x, err := net.State(kappa, 1)
			if err != nil {
				return nil, err
			}
			deaf, err := net.State(kappa, 0)
			if err != nil {
				return nil, err
			}
			out := make([][]float64, len(kappa))
			for r := range out {
				out[r] = make([]float64, len(kappa))
				for k := range out[r] {
					out[r][k] = entry(reducedSite{net, x, deaf}, r, k)
				}
				out[r][r]--
			}
			return out, nil
		}
		return s
	}}
}

// repeated returns a network of so many units that are those of another in
// turn.
func repeated(net *model.SampledNetwork, units int) (*model.SampledNetwork, error) {
	rank := net.Rank()
	m, n, in := mat.NewDense(units, rank, nil), mat.NewDense(units, rank, nil), make([]float64, units)
	labels := make([]int, units)
	oldM, oldN, old := net.M(), net.N(), net.Input()
	for i := range units {
		k := i % len(old)
		m.SetRow(i, oldM.RawRowView(k))
		n.SetRow(i, oldN.RawRowView(k))
		in[i], labels[i] = old[k], net.Labels[k]
	}
	out, err := model.NewReducedNetwork(net.Nonlinearity(), m, n, in)
	return &model.SampledNetwork{ReducedNetwork: out, Labels: labels}, err
}
