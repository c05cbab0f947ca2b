package conjectures

import (
	"iter"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/theorems"
	"pgregory.net/rapid"
)

// Latents is a latent LDS with noises of diagonal covariance.
type Latents struct {
	A [][]float64 `json:"A" dim:"K,K"`
	C [][]float64 `json:"C" dim:"N,K"`
	Q []float64   `json:"q_diag" dim:"K" shrink:"positive"`
	R []float64   `json:"r_diag" dim:"N" shrink:"positive"`
}

func latents(s theorems.Size) *rapid.Generator[Latents] {
	return rapid.Custom(func(t *rapid.T) Latents {
		return Latents{matrixOf(t, "A", entries, s.K, s.K), matrixOf(t, "C", entries, s.N, s.K),
			vectorOf(t, "Q", positives, s.K), vectorOf(t, "R", positives, s.N)}
	})
}

// oneLatent lists systems of one unit and one latent.
func oneLatent() iter.Seq[any] {
	return simplestFirst(func(x []float64) Latents {
		return Latents{A: inRows(x[:1], 1), C: inRows(x[1:2], 1), Q: x[2:3], R: x[3:]}
	}, []float64{0, 0.5, 0.25}, []float64{0, 1, 2}, []float64{1, 2}, []float64{1, 2})
}

// exactly returns the system in rationals; outside the hypotheses, stationary
// and Q, R_v ≻ 0, the error is ErrUndecided.
func (c Latents) exactly() (gaussian.ExactLDS, error) {
	l := gaussian.ExactLDS{A: rational(c.A), C: rational(c.C), Q: diagonal(c.Q), R: diagonal(c.R)}
	if !allPositive(c.Q) || !allPositive(c.R) || l.A.CharPoly().UnitDisc() != exact.Inside {
		return l, theorems.ErrUndecided
	}
	return l, nil
}

// firstOrder is what the first-order match of a stationary LDS says of later
// lags.
type firstOrder struct {
	system gaussian.ExactLDS
	j      *exact.Matrix // Λ_1 Λ_0⁻
}

func matched(l gaussian.ExactLDS) (firstOrder, error) {
	f := firstOrder{system: l}
	zero, one, err := f.lag(0)
	if err == nil {
		f.j = one.Mul(zero.GeneralizedInverse())
	}
	return f, err
}

// lag returns Λ_k and Λ_{k+1}.
func (f firstOrder) lag(k int) (this, next *exact.Matrix, err error) {
	if this, err = f.system.Autocovariance(k); err == nil {
		next, err = f.system.Autocovariance(k + 1)
	}
	return this, next, err
}

// keeps is a Violation unless Λ_{k+1} = J Λ_k.
func (f firstOrder) keeps(k int) error {
	this, next, err := f.lag(k)
	if err != nil {
		return err
	}
	if predicted := f.j.Mul(this); !predicted.Equal(next) {
		return theorems.Violatedf("Λ_1 = JΛ_0 leaves JΛ_%d = %s, and Λ_%d = %s, in rationals", k, inline(predicted), k+1, inline(next))
	}
	return nil
}

// firstLags writes V, Λ_0, Λ_1, Λ_2 and J, and what J makes of Λ_1.
func firstLags(c Latents) []string {
	l, err := c.exactly()
	if err != nil {
		return nil
	}
	f, err := matched(l)
	if err != nil {
		return nil
	}
	v, err := l.StateCovariance()
	if err != nil {
		return nil
	}
	zero, one, _ := f.lag(0)
	_, two, _ := f.lag(1)
	var out lines
	out.add("V = A V Aᵀ + Q: V = %s", inline(v))
	out.add("Λ_0 = C V Cᵀ + R_v = %s, Λ_1 = C A V Cᵀ = %s, Λ_2 = C A² V Cᵀ = %s", inline(zero), inline(one), inline(two))
	out.add("Λ_1 = JΛ_0: J = %s", inline(f.j))
	out.add("JΛ_1 = %s, but Λ_2 = %s", inline(f.j.Mul(one)), inline(two))
	return out
}
