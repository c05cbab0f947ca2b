package meanfield

import (
	"math"
	"math/big"

	"github.com/rankproof/rankproof/theorems"
	"pgregory.net/rapid"
)

// hardTanh is φ in rationals.
func hardTanh(x *big.Rat) *big.Rat {
	one := big.NewRat(1, 1)
	if x.Cmp(one) > 0 {
		return one
	}
	if minus := big.NewRat(-1, 1); x.Cmp(minus) < 0 {
		return minus
	}
	return x
}

// hardTanhNetwork is a finite ensemble's points as the units of one network.
type hardTanhNetwork struct{ m, n [][]*big.Rat }

func (c FiniteEnsemble) network() hardTanhNetwork {
	net := hardTanhNetwork{}
	for p := range c.M {
		for k := range c.M[p] {
			net.m = append(net.m, rationals(c.M[p][k]))
			net.n = append(net.n, rationals(c.N[p][k]))
		}
	}
	return net
}

func rationals(v []float64) []*big.Rat {
	out := make([]*big.Rat, len(v))
	for i, x := range v {
		out[i] = theorems.Rational(x)
	}
	return out
}

// euler returns κ + h F_N(κ).
func (net hardTanhNetwork) euler(kappa []*big.Rat, h *big.Rat) []*big.Rat {
	out := make([]*big.Rat, len(kappa))
	share := new(big.Rat).Mul(h, big.NewRat(1, int64(len(net.m))))
	for r := range out {
		out[r] = new(big.Rat).Mul(kappa[r], new(big.Rat).Sub(big.NewRat(1, 1), h))
	}
	for i := range net.m {
		x := new(big.Rat)
		for r, k := range kappa {
			addProduct(x, net.m[i][r], k)
		}
		activity := new(big.Rat).Mul(share, hardTanh(x))
		for r := range out {
			addProduct(out[r], activity, net.n[i][r])
		}
	}
	return out
}

// decideTrapped: six Euler steps of ¼ from 4κ keep |κ_r| ≤ B_r + rateᵏ excess.
func decideTrapped(c FiniteEnsemble, rate *big.Rat) error {
	if !c.Admissible() {
		return theorems.ErrUndecided
	}
	net := c.network()
	kappa, half, excess := rationals(c.Kappa), make([]*big.Rat, len(c.Kappa)), make([]*big.Rat, len(c.Kappa))
	for r := range kappa {
		half[r] = new(big.Rat)
		for i := range net.n {
			addProduct(half[r], big.NewRat(1, int64(len(net.n))), new(big.Rat).Abs(net.n[i][r]))
		}
		kappa[r].Mul(kappa[r], big.NewRat(4, 1))
		excess[r] = new(big.Rat).Sub(new(big.Rat).Abs(kappa[r]), half[r])
		if excess[r].Sign() < 0 {
			excess[r].SetInt64(0)
		}
	}
	for range 6 {
		kappa = net.euler(kappa, big.NewRat(1, 4))
		for r := range kappa {
			excess[r].Mul(excess[r], rate)
			if most := new(big.Rat).Add(half[r], excess[r]); new(big.Rat).Abs(kappa[r]).Cmp(most) > 0 {
				return theorems.Violatedf("|κ| = %v > %v", kappa[r].RatString(), most.RatString())
			}
		}
	}
	return nil
}

// onePoint is the network m = n = 1, or n = 2, at κ.
func onePoint(n, kappa float64) FiniteEnsemble {
	return FiniteEnsemble{Units: 1, Shares: []float64{1}, M: [][][]float64{{{1}}}, N: [][][]float64{{{n}}}, Kappa: []float64{kappa}, Target: []float64{0}}
}

// unboundedEscapes: φ = x, m = 1, n = 2: on the face κ = 2 F = −2 + 2·2 = 2.
func unboundedEscapes() theorems.Witness {
	c := onePoint(2, 2)
	return theorems.Witness{Without: "|φ| ≤ 1", Shows: "φ = x, m = 1, n = 2: F = 2 outward on the face κ = B = 2", Case: c,
		Check: theorems.Decide("linear network on a face", rapid.Just(c), func(c FiniteEnsemble) error {
			n, m, k := c.N[0][0][0], c.M[0][0][0], c.Kappa[0]
			if f := -k + n*(m*k); k == math.Abs(n) && f > 0 {
				return theorems.Violatedf("F = %v at κ = B = %v", f, k)
			}
			return nil
		})}
}

// boxNeedNotBeEntered: hard-tanh, m = n = 1, κ ≥ 1: F = 1 − κ is minus the distance
// to the box, which so is e^−t of what it was, for ever.
func boxNeedNotBeEntered() theorems.Witness {
	c := onePoint(1, 2)
	return theorems.Witness{Without: "not that the box is entered: from outside it may be approached for ever", Shows: "hard-tanh, m = n = 1: κ = 1 + e^−t, outside |κ| ≤ 1 at all times", Case: c,
		Check: theorems.Decide("a network is pushed into the box faster than the leak does", rapid.Just(c), func(c FiniteEnsemble) error {
			kappa := rationals(c.Kappa)
			distance := new(big.Rat).Sub(kappa[0], theorems.Rational(c.N[0][0][0]))
			step := c.network().euler(kappa, big.NewRat(1, 1)) // κ + F
			if f := new(big.Rat).Sub(step[0], kappa[0]); distance.Sign() > 0 && f.Cmp(new(big.Rat).Neg(distance)) >= 0 {
				return theorems.Violatedf("F = %v at the distance %v", f.RatString(), distance.RatString())
			}
			return nil
		})}
}
