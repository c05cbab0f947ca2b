package gaussian

import "math/big"

// ln returns the natural logarithm of a positive number, with a relative error of some units in the last place of its precision,
// however near to 1 the number is.
//
// x = m·2^e with 0.7 < m < 1.42, and ln m = 2 artanh((m−1)/(m+1)). If e ≠ 0 then |ln m| is at most about half of |e ln 2|.
func ln(x *big.Float) *big.Float {
	prec := x.Prec() + 32
	m := new(big.Float).SetPrec(prec)
	e := x.MantExp(m)
	if m.Cmp(big.NewFloat(0.7071)) < 0 {
		m.SetMantExp(m, 1)
		e--
	}
	one := big.NewFloat(1)
	ratio := new(big.Float).SetPrec(prec).Sub(m, one) // exact: m is near 1 or has no more than 32 bits fewer
	ratio.Quo(ratio, m.Add(m, one))
	out := twiceArtanh(ratio)
	if e != 0 {
		third := new(big.Float).SetPrec(prec).Quo(one, big.NewFloat(3))
		out.Add(out, third.Mul(twiceArtanh(third), new(big.Float).SetInt64(int64(e)))) // ln 2 = 2 artanh(1/3)
	}
	return out.SetPrec(x.Prec())
}

// twiceArtanh returns 2 Σ z^(2n+1)/(2n+1) for |z| ≤ 1/3.
func twiceArtanh(z *big.Float) *big.Float {
	prec := z.Prec()
	power := new(big.Float).SetPrec(prec).SetMantExp(z, 1)
	square := new(big.Float).SetPrec(prec).Mul(z, z)
	sum, term := new(big.Float).SetPrec(prec), new(big.Float).SetPrec(prec)
	for n := int64(1); ; n += 2 {
		term.Quo(power, term.SetInt64(n))
		if term.Sign() == 0 || sum.Sign() != 0 && term.MantExp(nil) < sum.MantExp(nil)-int(prec) {
			return sum
		}
		sum.Add(sum, term)
		power = new(big.Float).SetPrec(prec).Mul(power, square)
	}
}
