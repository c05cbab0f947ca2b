package generators

import (
	"github.com/rankproof/rankproof/model"
	"pgregory.net/rapid"
)

// Leaky is a network with a leak, y_{t+1} = (a·I + M Nᵀ) y_t + ε_t with
// 0 < a < 1, P ≻ 0 and N > 2R, stationary (S13).
type Leaky struct {
	Recurrent
	Leak float64 `json:"a" shrink:"positive" numbers:"few"`
}

// LeakyRecurrents draws networks with a leak. The spectral radius of a·I + M Nᵀ
// is below 1, as NᵀM = S − a·I for a stable S; that of M Nᵀ need not be.
func LeakyRecurrents(o RecurrentOptions) *rapid.Generator[Leaky] {
	o.UnitsPerRank, o.PositiveP, o.MinRank = 2, true, max(o.MinRank, 1)
	return rapid.Custom(func(t *rapid.T) Leaky {
		rng := noise(t)
		rank := between(rng, o.MinRank, min(max(o.MaxRank, 1), (o.MaxUnits-1)/2))
		units := between(rng, 2*rank+1, o.MaxUnits)
		l := Leaky{Leak: float64(1+rng.IntN(7)) / 8}
		l.Form = forms[rng.IntN(len(forms))]
		s, tags := drawDynamics(rng, rank, dynamics{exact: o.Exact, modest: o.modest(), overlap: true})
		for i := range s {
			s[i][i] -= l.Leak
		}
		for _, tag := range tags {
			if tag != "defective" && tag != slow { // S is, not J
				l.tag(tag)
			}
		}
		parts := withOverlap(rng, units, s, false, true)
		l.M, l.N = parts.m, parts.n
		l.drawNoise(rng, o, parts)
		l.finish(rng, o)
		if spectrumHas(l.Overlap(), -l.Leak) {
			l.tag("−a in the spectrum of J")
		}
		return l
	})
}

// spectrumHas reports whether x is an eigenvalue of a square matrix.
func spectrumHas(a [][]float64, x float64) bool {
	b := zeros(len(a), len(a))
	for i := range a {
		copy(b[i], a[i])
		b[i][i] -= x
	}
	return scaledToIntegers(b).rank() < len(b)
}

// LinearRNN returns the network as model has it, given by a·I + M Nᵀ: with the
// leak its rank is no longer R.
func (l Leaky) LinearRNN() (*model.LinearRNN, error) {
	if err := CheckShape(l); err != nil {
		return nil, err
	}
	return l.recurrence(l.Dynamics())
}

// Dynamics returns a·I + M Nᵀ (N×N).
func (l Leaky) Dynamics() [][]float64 {
	j := l.J()
	for i := range j {
		j[i][i] += l.Leak
	}
	return j
}

// Admissible reports whether 0 < a < 1 and the network with its leak has a law
// and more than 2R units.
func (l Leaky) Admissible() bool {
	s := l.Overlap()
	for i := range s {
		s[i][i] += l.Leak
	}
	return l.Leak > 0 && l.Leak < 1 && l.Units() > 2*l.Rank() && (l.HasInitial() || contracts(s))
}
