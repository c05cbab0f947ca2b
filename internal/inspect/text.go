package inspect

import (
	"fmt"
	"io"
	"math"
	"math/cmplx"
	"sort"
	"strings"

	"github.com/rankproof/rankproof/theorems"
)

// shownModes and shownUnits keep a page readable; JSON has all of them.
const (
	shownModes = 6
	shownUnits = 5
	// of a continuum a few points are enough
	shownOfContinuum = 4
)

// WriteText writes the report for a person.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", strings.ReplaceAll(r.Source, "; ", "\n  "))
	r.writeSearch(&b)
	for i, p := range r.Points {
		if r.Truncated && i == shownOfContinuum {
			fmt.Fprintf(&b, "\n… and %d more (--json has all)\n", len(r.Points)-i)
			break
		}
		r.writePoint(&b, i, p)
	}
	if r.Cycles != nil {
		b.WriteString("\n")
		if !r.DtAssumed {
			b.WriteString("in continuous time, not of the Euler map: ")
		}
		r.Cycles.write(&b)
	}
	if r.Populations != nil {
		r.Populations.write(&b, r.Points)
	}
	b.WriteString("\nstatements at these points, worst error in units of its bound\n")
	writeStatements(&b, r.Statements)
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Report) writeSearch(b *strings.Builder) {
	noun := "fixed points"
	if len(r.Points) == 1 {
		noun = "fixed point"
	}
	fmt.Fprintf(b, "%d %s", len(r.Points), noun)
	isolated := false
	for _, p := range r.Points {
		isolated = isolated || p.Index != 0
	}
	if isolated {
		fmt.Fprintf(b, ", sum of indices %d", r.IndexSum)
	}
	switch {
	case !isolated && !r.Truncated && len(r.Points) > 0:
		b.WriteString(", none of them certified to be isolated\n")
	case r.Truncated:
		b.WriteString("; the search was cut off: a continuum, or many\n")
	case r.Complete:
		b.WriteString(", as it must be for a bounded nonlinearity if none is missing\n")
	case r.Bounded && r.IndexSum == 1:
		b.WriteString("; some of them are not certified to be isolated\n")
	case r.Bounded:
		b.WriteString("; it must be 1 for a bounded nonlinearity: one is missing, or degenerate (try more --starts)\n")
	default:
		b.WriteString(" (the nonlinearity is unbounded: no sum to compare with)\n")
	}
	assumed := ""
	if r.DtAssumed {
		assumed = ", assumed: the file gives none (--alpha sets it)"
	}
	fmt.Fprintf(b, "Euler map with dt = %.4g%s\n", r.Dt, assumed)
}

func (r *Report) writePoint(b *strings.Builder, i int, p Point) {
	fmt.Fprintf(b, "\n%d  ", i+1)
	if p.Kappa != nil {
		fmt.Fprintf(b, "κ = %s", numbers(p.Kappa))
	} else {
		fmt.Fprintf(b, "x = %s", numbers(p.own()))
	}
	fmt.Fprintf(b, "   residual %.2g", p.Residual)
	if math.IsInf(p.Radius, 0) {
		b.WriteString(", not certified (degenerate, or at a kink)")
	} else {
		fmt.Fprintf(b, ", an exact one within %.2g", p.Radius)
	}
	switch p.Index {
	case 0:
		b.WriteString("   no index\n")
	default:
		fmt.Fprintf(b, "   index %+d\n", p.Index)
	}
	if p.Spectrum == nil {
		fmt.Fprintf(b, "   stability undecided: %s\n", p.Refusal)
		return
	}
	what := "τM_x"
	if _, scalar := r.Network.ScalarTau(); !scalar {
		what = "M_x"
	}
	values := p.Eigenvalues(r.Network)[:len(p.Spectrum.Values)]
	fmt.Fprintf(b, "   eigenvalues of %s  %s", what, complexes(values))
	for _, t := range p.Spectrum.Trivial {
		tau, scalar := r.Network.ScalarTau()
		if !scalar {
			tau = 1
		}
		fmt.Fprintf(b, "  and %.6g (%d times)", t.Value*tau, t.Count)
	}
	fmt.Fprintf(b, "\n   flow %s (max Re λ = %.6g)   Euler map %s (max |1+dt·λ| = %.6g)\n",
		p.Stability.Flow, p.Stability.Abscissa, p.Stability.Map, p.Stability.Radius)
	if p.Modes == nil {
		fmt.Fprintf(b, "   modes refused: %s\n", p.Refusal)
		return
	}
	r.writeModes(b, p)
}

func (r *Report) writeModes(b *strings.Builder, p Point) {
	for k, lambda := range p.Modes.Eigenvalues {
		if k == shownModes {
			fmt.Fprintf(b, "   and %d more modes (--json --vectors has all)\n", len(p.Modes.Eigenvalues)-k)
			return
		}
		lx, lr := p.Modes.Activation.Left[k], p.Modes.Activity.Left[k]
		fmt.Fprintf(b, "   mode λ = %s   selection vectors: ‖l_x‖ = %.4g, ‖l_r‖ = %.4g, angle between them %.3g°\n",
			number(lambda), length(lx), length(lr), angle(lx, lr))
		fmt.Fprintf(b, "      largest in activation form: %s\n      largest in activity form:   %s\n", leading(lx), leading(lr))
		if in := r.Network.Input(); in != nil {
			gains := make([]complex128, r.Network.Inputs())
			for q := range gains {
				for i := range lx {
					gains[q] += lx[i] * complex(in.At(i, q)/r.Network.Tau(i), 0)
				}
			}
			fmt.Fprintf(b, "      gain of each input, in either form: %s\n", complexes(gains))
		}
	}
}

func writeStatements(b *strings.Builder, list []Statement) {
	for _, s := range list {
		if s.NotApplicable != "" {
			fmt.Fprintf(b, "%-4s %-34s not applicable: %s\n", s.Ref, s.ID, s.NotApplicable)
			continue
		}
		detail := s.Finding.Reason
		if detail == "" && s.Finding.Verdict == theorems.Unknown {
			detail = "ill-conditioned: the bound exceeds what it bounds, " + s.Finding.Worst.What
		}
		if detail == "" {
			detail = fmt.Sprintf("%.2g  %s", s.Finding.Worst.Margin(), s.Finding.Worst.What)
		}
		fmt.Fprintf(b, "%-4s %-34s %-8s %s\n", s.Ref, s.ID, s.Finding.Verdict, detail)
	}
}

func numbers(v []float64) string {
	z := make([]complex128, len(v))
	for i, x := range v {
		z[i] = complex(x, 0)
	}
	return complexes(z)
}

func complexes(v []complex128) string {
	var parts []string
	for i, z := range v {
		if i == 2*shownModes {
			parts = append(parts, fmt.Sprintf("… (%d in all)", len(v)))
			break
		}
		parts = append(parts, number(z))
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

func number(z complex128) string {
	if imag(z) == 0 {
		return fmt.Sprintf("%.6g", real(z))
	}
	return fmt.Sprintf("%.6g%+.6gi", real(z), imag(z))
}

func length(v []complex128) float64 {
	sum := 0.0
	for _, z := range v {
		sum = math.Hypot(sum, cmplx.Abs(z))
	}
	return sum
}

// angle returns the angle in degrees between the lines that two complex
// vectors span.
func angle(a, b []complex128) float64 {
	var dot complex128
	for i := range a {
		dot += cmplx.Conj(a[i]) * b[i]
	}
	return math.Acos(min(1, cmplx.Abs(dot)/(length(a)*length(b)))) * 180 / math.Pi
}

// leading lists the units of largest weight.
func leading(v []complex128) string {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return cmplx.Abs(v[order[i]]) > cmplx.Abs(v[order[j]]) })
	var parts []string
	for _, i := range order[:min(shownUnits, len(order))] {
		parts = append(parts, fmt.Sprintf("unit %d %s", i, short(v[i])))
	}
	return strings.Join(parts, ", ")
}

func short(z complex128) string {
	if imag(z) == 0 {
		return fmt.Sprintf("%.3g", real(z))
	}
	return fmt.Sprintf("%.3g%+.3gi", real(z), imag(z))
}
