package conversion

import (
	"math"
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// Limits is S4.
func Limits() theorems.Theorem {
	return theorems.Theorem{
		Ref: "S4", ID: "conversion/limits",
		Statement: "C injective, R_v = σ²R₀ with R₀ ≻ 0, Q ≻ 0: as σ → 0, ‖Λ_2 − JΛ_1‖ = O(σ²) and the information I(y_{t+1}; y_{t−1} | y_t) = O(σ⁴), to leading order " +
			"½ tr Q⁻¹YB⁻¹Yᵀ with Y = σ²AH⁻¹V⁻¹AV, B = V − VAᵀV⁻¹AV, H = CᵀR₀⁻¹C; for R_v = I and N units with i.i.d. rows of C, of definite second moment, it is O(1/N²). " +
			"If Q is singular it need not vanish: for det A ≠ 0, V ≻ 0, E a basis of null Q and q = V⁻¹A⁻¹VE it tends to −½ ln det(I − XB⁻¹XᵀD⁻¹), X = EᵀAH⁻¹E, " +
			"D = Eᵀ(AH⁻¹Aᵀ+H⁻¹)E, B = qᵀH⁻¹q + EᵀH⁻¹E, though it is 0 at σ = 0: the limit is discontinuous.",
		Source: "V (arXiv:2110.09804), from LDS to RNN; leading order and singular Q +",
		Given:  []string{"Q ≻ 0, for the information to vanish", "C is injective"},
		Needed: []theorems.Witness{informationStays(), blindDirections()},
		Why: "On a grid of σ² in ratio 4 the local slope is off by O(σ²), so that it changes by three times its remaining error from one pair to the next: that change bounds it. " +
			"To it come the relative rounding errors of the two values over ln 4, from the match (S1) and the information (S2).",
		Claims: []theorems.Check{ // asymptotics at σ² down to 2⁻²⁴, which sets in late where numbers are small
			theorems.Deciding(theorems.Claim("slopes in σ²", generators.Systems(notMarkovYet()), judgeSlopes).AsDrawn(),
				"O(σ⁴): e^(−2I) − 1 at σ² = 2⁻⁸⁰ to 2⁻⁸⁸", decideOrder),
			theorems.Deciding(theorems.Claim("order 1/N²", generators.Systems(notMarkovYet()), judgeManyUnits).AsDrawn().OneRoundIn(2),
				"O(σ⁴) of the system itself: e^(−2I) − 1 at σ² = 2⁻⁸⁰ to 2⁻⁸⁸", decideOrder),
			theorems.Deciding(theorems.Claim("limit for singular Q, and 0 at σ = 0", generators.Systems(singularLimit()), judgeDiscontinuity).Visiting("Q singular").AsDrawn(),
				"nothing is lost at σ = 0", decideNoiseFree),
		},
		Exact: []theorems.Check{
			theorems.Decide("O(σ⁴): e^(−2I) − 1 at σ² = 2⁻²⁰ and 2⁻²⁴", generators.Systems(exactly(vanishingNoise())), decideVanishing).AsDrawn(),
			theorems.Decide("e^(−2I) → det(I − XB⁻¹XᵀD⁻¹)", generators.Systems(exactly(singularLimit())), decideDiscontinuity).Visiting("Q singular").AsDrawn(),
		},
		Twins: []theorems.Twin{
			{Name: "order 6", Mistake: "1 − e^(−2I) taken to be of order σ⁶", False: []theorems.Check{
				theorems.Decide("falls by 2¹² with 2⁴", generators.Systems(notMarkovYet()), func(c generators.System) error { return fallsBy(c, 3584) }).AsDrawn()}},
			gapTwin("square root of the nats", "a correlation reported for an information", func(_ *model.LDS, nats float64) float64 { return math.Sqrt(nats) }),
			gapTwin("nats relative to lag two", "I(y_{t+2}; y_t) for I(y_{t+1}; y_{t−1} | y_t): nothing conditioned on", func(_ *model.LDS, nats float64) float64 { return nats + 0.01 }),
			gapTwin("zero when nearly noise-free", "0 returned where R_v is small", func(l *model.LDS, nats float64) float64 {
				if l.R().Norm() < 1e-3 {
					return 0
				}
				return nats
			}),
			fromSystem("J = C A C⁺", "the limit's J used at every σ", func(l *model.LDS, m *theorems.FirstOrderMatch) {
				c := theorems.Rows(l.C())
				m.J = orZeros(times(times(c, theorems.Rows(l.A())), pseudoInverse(c)), len(m.P))
			}),
			{Name: "always vanishes", Mistake: "the information taken to vanish for singular Q too (F8)", False: []theorems.Check{
				theorems.Decide("e^(−2I) → 1", generators.Systems(exactly(singularLimit())), func(c generators.System) error {
					l, err := newLatent(plain(c))
					if err != nil {
						return err
					}
					limit, err := l.limit()
					if err != nil {
						return err
					}
					if limit.Cmp(big.NewRat(1, 1)) != 0 {
						return theorems.Violatedf("e^(−2I) → %v", limit.RatString())
					}
					return nil
				})}},
			{Name: "O(σ²)", Mistake: "the information taken to be of first order in σ², not better", False: []theorems.Check{
				theorems.Decide("(1 − e^(−2I))/σ² does not fall", generators.Systems(exactly(vanishingNoise())), func(c generators.System) error {
					first, second, err := lostAt(c)
					if err != nil {
						return err
					}
					if first.Sign() == 0 {
						return nil
					}
					if ratio := new(big.Rat).Quo(first, second); ratio.Cmp(big.NewRat(32, 1)) > 0 {
						return theorems.Violatedf("from σ² = 2⁻²⁰ to 2⁻²⁴ it falls by %v", ratio.FloatString(3))
					}
					return nil
				})}},
		},
		MaxUnknown: 0.2,
	}
}

// vanishingNoise: R is R₀ ≻ 0; the judge scales it.
func vanishingNoise() generators.SystemOptions {
	return generators.SystemOptions{MaxUnits: 3, MaxLatents: 2, MinLatents: 1, Modest: true, PositiveR: true, PositiveQ: true, InjectiveC: true}
}

// notMarkovYet have det A ≠ 0: none is Markov (S2), so that there is a slope.
func notMarkovYet() generators.SystemOptions {
	o := vanishingNoise()
	o.RegularA = true
	return o
}

func singularLimit() generators.SystemOptions {
	return generators.SystemOptions{MaxUnits: 3, MaxLatents: 2, MinLatents: 2, Modest: true, PositiveR: true, SingularQ: true, Controllable: true, RegularA: true, InjectiveC: true}
}

func exactly(o generators.SystemOptions) generators.SystemOptions {
	o.Exact = true
	return o
}

// withNoise is the system with R_v = s·R₀, s = 4^−j.
func withNoise(c generators.System, j int) generators.System {
	out := c
	out.RDiag = append([]float64{}, c.RDiag...)
	for i := range out.RDiag {
		out.RDiag[i] = math.Ldexp(out.RDiag[i], -2*j)
	}
	out.RFactor = nil
	for _, row := range c.RFactor {
		scaled := append([]float64{}, row...)
		for i := range scaled {
			scaled[i] = math.Ldexp(scaled[i], -j)
		}
		out.RFactor = append(out.RFactor, scaled)
	}
	return out
}

// slope is one of a quantity on a log-log grid in ratio 4, with an estimate of
// its error: of its remaining curvature, and of rounding.
type slope struct{ value, err float64 }

// fitted returns the last local slope of values with relative errors.
func fitted(values, relative []float64) slope {
	n := len(values)
	local := make([]float64, n-1)
	for i := range local {
		local[i] = math.Log(values[i]/values[i+1]) / math.Log(4)
	}
	rounding := (relative[n-1] + relative[n-2] + relative[n-3]) / math.Log(4)
	return slope{local[n-2], remaining(local) + 2*rounding}
}

// remaining estimates how far the last of some values is from their limit. In
// steps of σ² by 4 what is left falls by 4, once higher orders are small: then
// the last change is three times what is left. Where changes do not yet fall
// by 2 there is no estimate. A change in which two orders cancel says little:
// that before it, divided by 4, stands in.
func remaining(values []float64) float64 {
	n := len(values)
	last, before := math.Abs(values[n-1]-values[n-2]), math.Abs(values[n-2]-values[n-3])
	if !(2*last <= before) && last > 1e-12*math.Abs(values[n-1]) {
		return math.Inf(1)
	}
	return math.Max(last, before/4)
}

const firstExponent, lastExponent = 3, 8 // σ² = 4^−3 … 4^−8

func judgeSlopes(s theorems.Subject, c generators.System) (f theorems.Finding, err error) {
	if s.RNNFromLDS == nil || s.MarkovGap == nil {
		return f, theorems.Missing("RNNFromLDS, MarkovGap")
	}
	var defects, nats, defectError, natsError []float64
	for j := firstExponent; j <= lastExponent; j++ {
		t, err := observeSystem(withNoise(c, j), s.UnitRoundoff)
		if err != nil {
			return f, err
		}
		l, err := newLatent(t.LatentSystem)
		if err != nil {
			return f, err
		}
		match, err := s.RNNFromLDS(t.lds)
		if err != nil {
			return f, err
		}
		gap, err := s.MarkovGap(t.lds)
		if err != nil {
			return f, err
		}
		defect := l.defect(1)
		if defect.IsZero() {
			return f, nil // Markov, as white observations are: no slope
		}
		k := t.conditioning(l)
		residual, _ := k.matchError()
		got := largest(scaledTo(minus(l.lag(2).Float64(), times(match.J, l.lambda1.Float64())), k.deviation))
		defects, nats = append(defects, got), append(nats, gap)
		defectError = append(defectError, residual/got)
		epsilon, _ := t.gapError(l)
		natsError = append(natsError, 2*float64(t.Units())*epsilon*math.Sqrt(2/gap))
	}
	d, i := fitted(defects, defectError), fitted(nats, natsError)
	f.Expect("1 − slope of ‖Λ_2 − JΛ_1‖ in σ², if it is positive", math.Max(0, 1-d.value), d.err, 1)
	f.Expect("2 − slope of the information in σ², if it is positive", math.Max(0, 2-i.value), i.err, 1)
	last := len(nats) - 1
	ratios := make([]float64, len(nats))
	for k := range ratios {
		l, err := newLatent(plain(withNoise(c, firstExponent+k)))
		if err != nil {
			return f, err
		}
		order, err := l.leading()
		if err != nil || order == 0 {
			return f, err
		}
		ratios[k] = nats[k] / order
	}
	f.Expect("|information / leading order − 1|", math.Abs(ratios[last]-1), remaining(ratios)+natsError[last]+natsError[last-1], 1)
	return f, nil
}

// leading returns ½ tr Q⁻¹YB⁻¹Yᵀ for Y = A H⁻¹V⁻¹AV, H = CᵀR_v⁻¹C, and B = V −
// VAᵀV⁻¹AV: what is lost, to leading order in R_v.
func (l *latent) leading() (float64, error) {
	ri, err := l.r.Inverse()
	if err != nil {
		return 0, err
	}
	hi, err := l.c.T().Mul(ri).Mul(l.c).Inverse()
	if err != nil {
		return 0, err
	}
	vi, err := l.v.Inverse()
	if err != nil {
		return 0, err
	}
	y := l.a.Mul(hi).Mul(vi).Mul(l.a).Mul(l.v)
	b := l.v.Sub(l.v.Mul(l.a.T()).Mul(vi).Mul(l.a).Mul(l.v))
	qi, err := l.q.Inverse()
	if err != nil {
		return 0, err
	}
	bi, err := b.Inverse()
	if err != nil {
		return 0, err
	}
	value, _ := qi.Mul(y).Mul(bi).Mul(y.T()).Trace().Float64()
	return value / 2, nil
}

func judgeDiscontinuity(s theorems.Subject, c generators.System) (f theorems.Finding, err error) {
	if s.MarkovGap == nil {
		return f, theorems.Missing("MarkovGap")
	}
	l, err := newLatent(plain(c))
	if err != nil {
		return f, err
	}
	limit, err := l.limit()
	if err != nil {
		return f, err
	}
	ratio, _ := limit.Float64()
	want := -math.Log(ratio) / 2
	var nats []float64
	rounding := 0.0
	for j := firstExponent; j <= lastExponent; j++ {
		t, err := observeSystem(withNoise(c, j), s.UnitRoundoff)
		if err != nil {
			return f, err
		}
		gap, err := s.MarkovGap(t.lds)
		if err != nil {
			return f, err
		}
		nats = append(nats, gap)
		at, err := newLatent(t.LatentSystem)
		if err != nil {
			return f, err
		}
		epsilon, _ := t.gapError(at)
		rounding = float64(t.Units()) * epsilon * (2*math.Sqrt(2*gap) + epsilon) * math.Exp(2*gap)
	}
	last := len(nats) - 1
	f.Expect("|information − its limit|", math.Abs(nats[last]-want), remaining(nats)+2*rounding, 1+want)
	free := c
	free.RDiag, free.RFactor = make([]float64, c.Units()), nil
	t, err := observeSystem(free, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	at, err := newLatent(plain(free))
	if err != nil {
		return f, err
	}
	gap, err := s.MarkovGap(t.lds)
	if err != nil {
		return f, err
	}
	t.expectGap(&f, at, gap, 0)
	return f, nil
}

// limit returns det(I − X B⁻¹ Xᵀ D⁻¹) = e^(−2I) as σ → 0, for R_v = R₀.
func (l *latent) limit() (*big.Rat, error) {
	ri, err := l.r.Inverse()
	if err != nil {
		return nil, err
	}
	h, err := l.c.T().Mul(ri).Mul(l.c).Inverse()
	if err != nil {
		return nil, err
	}
	vi, err := l.v.Inverse()
	if err != nil {
		return nil, theorems.ErrUndecided
	}
	ai, err := l.a.Inverse()
	if err != nil {
		return nil, theorems.ErrUndecided
	}
	e := l.q.NullSpace()
	q := vi.Mul(ai).Mul(l.v).Mul(e)
	x := e.T().Mul(l.a).Mul(h).Mul(e)
	d, err := e.T().Mul(l.a.Mul(h).Mul(l.a.T()).Add(h)).Mul(e).Inverse()
	if err != nil {
		return nil, err
	}
	b, err := q.T().Mul(h).Mul(q).Add(e.T().Mul(h).Mul(e)).Inverse()
	if err != nil {
		return nil, err
	}
	return exact.Identity(e.Cols()).Sub(x.Mul(b).Mul(x.T()).Mul(d)).Det(), nil
}
