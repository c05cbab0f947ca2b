package inspect

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// shownPopulations keeps a page readable; JSON has all of them.
const shownPopulations = 8

// WriteText writes the report for a person.
func (r *MixtureReport) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", strings.ReplaceAll(r.Source, "; ", "\n  "))
	r.write(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// write writes fixed points, certificate and cycles.
func (f *MeanField) write(b *strings.Builder) {
	fmt.Fprintf(b, "%s of the mean field", plural(len(f.Points), "fixed point"))
	isolated := false
	for _, p := range f.Points {
		isolated = isolated || p.Index != 0
	}
	switch {
	case f.Continuum:
		b.WriteString(" kept, of a continuum")
	case isolated:
		fmt.Fprintf(b, ", sum of indices %d", f.IndexSum)
	}
	if doubt := f.Doubt(); doubt == "" {
		b.WriteString(", as it must be for a bounded φ if none is missing (M11), a pair of opposite index apart\n")
	} else {
		fmt.Fprintf(b, "\nnot certified to be all: %s\n", doubt)
	}
	what := "in the box that traps every orbit (M6), and a sixteenth around it"
	if !f.Bounded {
		what = "in the box that --box gives"
	}
	fmt.Fprintf(b, "searched %s: |κ| ≤ %s\n", what, numbers(f.Box.Upper))
	for i, p := range f.Points {
		if (f.Continuum || f.Truncated) && i == shownOfContinuum {
			fmt.Fprintf(b, "\n… and %d more (--json has all)\n", len(f.Points)-i)
			break
		}
		p.write(b, i)
	}
	b.WriteString("\n")
	f.Cycles.write(b)
}

func (p CircuitPoint) write(b *strings.Builder, i int) {
	fmt.Fprintf(b, "\n%d  κ = %s   residual %.2g", i+1, numbers(p.Point), p.Residual)
	if math.IsInf(p.Radius, 0) {
		b.WriteString(", no exact one certified near")
	} else {
		fmt.Fprintf(b, ", an exact one within %.2g", p.Radius)
	}
	if p.Index == 0 {
		b.WriteString("   no index\n")
	} else {
		fmt.Fprintf(b, "   index %+d\n", p.Index)
	}
	fmt.Fprintf(b, "   %s   eigenvalues %s\n", p.Stability, complexes(p.Eigenvalues))
	fmt.Fprintf(b, "   found by %s\n", strings.Join(p.Means, ", "))
	if p.Refusal != "" {
		fmt.Fprintf(b, "   gains refused: %s\n", p.Refusal)
	}
	for k, g := range p.Gains {
		if k == shownPopulations {
			fmt.Fprintf(b, "   and %d more populations (--json has all)\n", len(p.Gains)-k)
			break
		}
		fmt.Fprintf(b, "   population %d: x ~ N(%.4g, %.4g), activity ⟨φ⟩ = %.6g, gain ⟨φ'⟩ = %.6g\n", k, g.Mu, g.Delta, g.Value, g.Slope)
	}
}

// write tells of the cycles.
func (c *Cycles) write(b *strings.Builder) {
	if c.Not != "" {
		fmt.Fprintf(b, "limit cycles not looked for: %s\n", c.Not)
		return
	}
	fmt.Fprintf(b, "%s, on %s; nothing tells if one was missed\n", plural(len(c.Found), "limit cycle"), plural(c.Starts, "orbit"))
	for i, l := range c.Found {
		stable := "unstable"
		if l.Stable {
			stable = "stable"
		}
		fmt.Fprintf(b, "\n%d  period %.8g τ   %s   Floquet exponents %s 1/τ\n", i+1, l.Period, stable, complexes(l.Exponents))
		fmt.Fprintf(b, "   amplitude %s   through κ = %s, back there to %.2g\n", numbers(l.Amplitude), numbers(l.Point), l.Residual)
	}
}

func plural(n int, what string) string {
	switch n {
	case 0:
		return "no " + what
	case 1:
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
