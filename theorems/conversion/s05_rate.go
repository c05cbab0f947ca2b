package conversion

import (
	"math"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// judgeRate: one latent, so that one power rules, ρ = A − KC itself.
func judgeRate(f *theorems.Finding, t *system, s theorems.Subject) error {
	if s.MarkovLoss == nil || s.SteadyState == nil {
		return theorems.Missing("MarkovLoss, SteadyState")
	}
	steady, err := s.SteadyState(t.lds)
	if err != nil {
		return err
	}
	l, err := newLatent(t.LatentSystem)
	if err != nil {
		return err
	}
	rho, err := l.scalarRadius()
	if err != nil {
		return err
	}
	epsilon, kappa := t.gapError(l)
	n := float64(t.Units())
	f.Expect("|ρ(A − KC) − |a|/(1 + hΣ)|", math.Abs(steady.ClosedLoopRadius-rho), operations(t.Units()+1)*t.u*kappa*(1+t.law.Amplification()), 1)
	remembers := rho > 0 && !l.c.IsZero()
	var logs []float64
	relative := 0.0
	for p := 2; p <= 5; p++ {
		loss, err := s.MarkovLoss(t.lds, p)
		if err != nil {
			return err
		}
		if !remembers {
			f.Expect("loss where A = 0, or nothing is seen", math.Abs(loss), n*epsilon*epsilon, 1)
			continue
		}
		logs = append(logs, math.Log(loss))
		relative = n * 2 * epsilon * math.Sqrt(2/t.law.OrderLoss(p, pastSteps))
	}
	if !remembers {
		return nil
	}
	last, before := logs[3]-logs[2], logs[2]-logs[1]
	bound := 2*math.Abs(last-before)*rho*rho/(1-rho*rho) + 2*relative + operations(t.Units())*t.u*math.Abs(last)
	f.Expect("|slope of ln(loss) in p − 2 ln ρ(A − KC)|", math.Abs(last-2*math.Log(rho)), bound, 1)
	return nil
}

// scalarRadius returns ρ(A − KC) of a system with one latent and R_v ≻ 0: with
// h = CᵀR_v⁻¹C, Σ = a²Σ/(1 + hΣ) + q is a quadratic equation, and A − KC =
// a/(1 + hΣ).
func (l *latent) scalarRadius() (float64, error) {
	inverse, err := l.r.Inverse()
	if err != nil {
		return 0, err
	}
	number := func(m *exact.Matrix) float64 { return m.Float64()[0][0] }
	a, q, h := number(l.a), number(l.q), number(l.c.T().Mul(inverse).Mul(l.c))
	b := 1 - a*a - h*q
	root := math.Sqrt(b*b + 4*h*q)
	sigma := 2 * q / (b + root)
	if b < 0 {
		sigma = (root - b) / (2 * h)
	}
	return math.Abs(a) / (1 + h*sigma), nil
}
