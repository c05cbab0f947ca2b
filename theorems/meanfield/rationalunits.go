package meanfield

import (
	"math"
	"math/big"
	"slices"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/precise"
	"github.com/rankproof/rankproof/theorems"
)

// mostUnits bounds N of what is decided unit by unit.
const mostUnits = 256

// activity is φ of net inputs where it is piecewise linear, and otherwise φ of the
// float64 next to each, rounded: one function of x, no larger than φ may be, which is
// all that an identity, or a bound by sup|φ|, asks of it.
func activity(phi string, x *exact.Matrix) *exact.Matrix {
	if slices.Contains([]string{"relu", "hard-tanh", "identity"}, phi) {
		return piecewiseLinear(phi, x)
	}
	out := make([]*big.Rat, x.Rows())
	for i := range out {
		at, _ := x.At(i, 0).Float64()
		value, err := precise.Phi(phi, math.Max(-math.MaxFloat64, math.Min(math.MaxFloat64, at)), 0)
		if err != nil {
			panic(err) // φ of no such name
		}
		out[i] = theorems.Rational(value)
	}
	return exact.Column(out)
}

// rationalUnits is a finite network with weights for units: −κ + Σ_i w_i n_i φ(x_i).
type rationalUnits struct {
	phi    string
	weight *exact.Matrix // diagonal
	m, n   *exact.Matrix // N×R
	in     *exact.Matrix // N×1
}

// unitsOf has the units of each population at its mean plus and minus each column of
// L, or at its mean where it has none: a network that the population may yield.
func unitsOf(c generators.Mixture) (rationalUnits, error) {
	if c.Rank() > mostRank {
		return rationalUnits{}, theorems.ErrUndecided
	}
	l, err := newRationalLaw(c)
	if err != nil {
		return rationalUnits{}, err
	}
	var units []*exact.Matrix
	var weights []*big.Rat
	for _, p := range l.pops {
		own := []*exact.Matrix{p.mean}
		for k := range p.factor.Cols() {
			column := p.factor.Columns(k)
			own = append(own, p.mean.Add(column), p.mean.Sub(column))
		}
		for _, unit := range own {
			units = append(units, unit.T())
			weights = append(weights, new(big.Rat).Quo(p.weight, big.NewRat(int64(len(own)), 1)))
		}
	}
	if len(units) > mostUnits {
		return rationalUnits{}, theorems.ErrUndecided
	}
	all, r := exact.VStack(units...), l.rank
	return rationalUnits{c.Nonlinearity, exact.Diagonal(weights), all.Slice(0, len(units), 0, r), all.Slice(0, len(units), r, 2*r), all.Columns(2 * r)}, nil
}

// drive is Σ_i w_i n_i φ(x_i) = F + κ.
func (u rationalUnits) drive(kappa *exact.Matrix) *exact.Matrix {
	return u.n.T().Mul(u.weight).Mul(activity(u.phi, u.m.Mul(kappa).Add(u.in)))
}

// euler is κ + h F(κ).
func (u rationalUnits) euler(kappa *exact.Matrix, h *big.Rat) *exact.Matrix {
	return kappa.Add(u.drive(kappa).Sub(kappa).Scale(h))
}

// box is Σ_i w_i |n_ir|.
func (u rationalUnits) box() []*big.Rat {
	out := make([]*big.Rat, u.n.Cols())
	for r := range out {
		out[r] = new(big.Rat)
		for i := range u.n.Rows() {
			n := u.n.At(i, r)
			addProduct(out[r], u.weight.At(i, i), n.Abs(n))
		}
	}
	return out
}

// boundedUnits are those of a bounded φ.
func boundedUnits(c generators.Mixture) (rationalUnits, error) {
	if !slices.Contains(generators.BoundedNonlinearities, c.Nonlinearity) {
		return rationalUnits{}, theorems.ErrUndecided
	}
	return unitsOf(c)
}

// byBox says what decideBox decides.
const byBox = "faces of the box and Euler steps of the network of units at a ± the columns of L"

// decideBox: of that network |F_r + κ_r| ≤ B_r at κ, F points inward on the faces of the
// box, and six Euler steps of ¼ from 4κ keep |κ_r| ≤ B_r + rateᵏ excess. B is a share of
// what it is, which is 1, as the rate is ¾.
func decideBox(share, rate *big.Rat) func(generators.MixturePoint) error {
	return func(c generators.MixturePoint) error {
		u, err := boundedUnits(c.Mixture)
		if err != nil {
			return err
		}
		kappa, half := exact.ColumnFloat64(c.Kappa), u.box()
		inside := make([]*big.Rat, len(half))
		drive := u.drive(kappa)
		for r, b := range half {
			b.Mul(b, share)
			if x := drive.At(r, 0); new(big.Rat).Abs(x).Cmp(b) > 0 {
				return theorems.Violatedf("|F + κ| = |%v| > B = %v", x.RatString(), b.RatString())
			}
			inside[r] = kappa.At(r, 0)
			if new(big.Rat).Abs(inside[r]).Cmp(b) > 0 {
				inside[r].Mul(b, big.NewRat(int64(inside[r].Sign()), 1))
			}
		}
		for r, b := range half {
			for _, side := range []int64{-1, 1} {
				face := slices.Clone(inside)
				face[r] = new(big.Rat).Mul(b, big.NewRat(side, 1))
				f := u.drive(exact.Column(face)).At(r, 0)
				if f.Sub(f, face[r]); f.Sign()*int(side) > 0 {
					return theorems.Violatedf("F = %v at κ = %v, outward", f.RatString(), face[r].RatString())
				}
			}
		}
		return u.decideDecay(kappa.Scale(big.NewRat(4, 1)), half, rate)
	}
}

// decideDecay: six Euler steps of ¼ keep |κ_r| ≤ B_r + rateᵏ excess.
func (u rationalUnits) decideDecay(kappa *exact.Matrix, half []*big.Rat, rate *big.Rat) error {
	excess := make([]*big.Rat, len(half))
	for r, b := range half {
		excess[r] = kappa.At(r, 0)
		if excess[r].Abs(excess[r]).Sub(excess[r], b); excess[r].Sign() < 0 {
			excess[r].SetInt64(0)
		}
	}
	for range 6 {
		kappa = u.euler(kappa, big.NewRat(1, 4))
		for r, b := range half {
			excess[r].Mul(excess[r], rate)
			size := kappa.At(r, 0)
			if most := new(big.Rat).Add(b, excess[r]); size.Abs(size).Cmp(most) > 0 {
				return theorems.Violatedf("|κ| = %v > %v", size.RatString(), most.RatString())
			}
		}
	}
	return nil
}

// byInward says what decideInward decides.
const byInward = "faces of the box of the network of units at a ± the columns of L"

// decideInward: of that network F points inward on the faces κ_r = ±(1 + 1/16)B_r, B a
// share of what it is.
func decideInward(share *big.Rat) func(generators.Mixture) error {
	return func(c generators.Mixture) error {
		u, err := boundedUnits(c)
		if err != nil {
			return err
		}
		reach := u.box()
		for _, b := range reach {
			b.Mul(b, share)
		}
		for face := range 2 * len(reach) {
			kappa := make([]*big.Rat, len(reach))
			for i, b := range reach {
				kappa[i] = mul(b, big.NewRat(int64(1-2*((face+i)%2)), 2))
			}
			at := face / 2
			far := reach[at]
			if least := big.NewRat(1, 1024); far.Cmp(least) < 0 {
				far = least
			}
			kappa[at] = mul(far, big.NewRat(int64(17*(1-2*(face%2))), 16))
			f := u.drive(exact.Column(kappa)).At(at, 0)
			if f.Sub(f, kappa[at]); f.Sign()*kappa[at].Sign() >= 0 {
				return theorems.Violatedf("F = %v at κ = %v", f.RatString(), kappa[at].RatString())
			}
		}
		return nil
	}
}

// byOneWay says what decideOneWay decides.
const byOneWay = "Euler steps of the network of units at a ± the columns of L, hard-tanh for a φ that is smooth"

// decideOneWay: of that network eight Euler steps with h(1 + Σ w|n m|) ≤ 1 from κ never
// turn; a rounded φ would not do, as it need not be Lipschitz.
func decideOneWay(anyStep bool) func(generators.MixturePoint) error {
	return func(c generators.MixturePoint) error {
		if c.Rank() != 1 || len(c.Kappa) != 1 {
			return theorems.ErrUndecided
		}
		u, err := unitsOf(c.Mixture)
		if err != nil {
			return err
		}
		if !slices.Contains([]string{"relu", "hard-tanh", "identity"}, u.phi) {
			u.phi = "hard-tanh"
		}
		one := big.NewRat(1, 1)
		lipschitz, h := big.NewRat(1, 1), big.NewRat(1, 1)
		for i := range u.m.Rows() {
			slope := mul(u.m.At(i, 0), u.n.At(i, 0))
			addProduct(lipschitz, u.weight.At(i, i), slope.Abs(slope))
		}
		for mul(h, lipschitz).Cmp(one) > 0 {
			h.Mul(h, big.NewRat(1, 2))
		}
		if anyStep {
			h.SetInt64(8)
		}
		kappa, direction := exact.ColumnFloat64(c.Kappa), 0
		for k := range 8 {
			next := u.euler(kappa, h)
			sign := next.At(0, 0).Cmp(kappa.At(0, 0))
			if k == 0 {
				direction = sign
			}
			if sign*direction < 0 {
				return theorems.Violatedf("κ turns after step %d: %v, %v", k, kappa, next)
			}
			kappa = next
		}
		return nil
	}
}
