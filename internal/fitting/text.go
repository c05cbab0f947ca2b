package fitting

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
)

// WriteText writes the report for a person.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	p := r.Problem
	if p.Read != "" {
		fmt.Fprintf(&b, "%s\n", p.Read)
	}
	fmt.Fprintf(&b, "%s: rank R = %d, φ is %s, ridge β = %g, seed %d\n", p.Name, p.Rank(), r.Nonlinearity.Name(), r.Ridge, r.Seed)
	fmt.Fprintf(&b, "fitted %s\n\n", p.where())

	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	seen, unseen := p.kinds()
	fmt.Fprintf(t, "P\tnumbers\terror %s\t%s\t\n", seen, unseen)
	for _, c := range r.Curve {
		fmt.Fprintf(t, "%d\t%d\t%.4g\t%.4g\t\n", c.Populations, c.Coefficients, c.Seen, c.Unseen)
	}
	t.Flush()
	fmt.Fprintf(&b, "error: rms of ‖F − T‖, in 1/τ, where rms ‖T‖ is %.4g\n\n", r.Errors.Target)

	r.writeErrors(&b)
	r.writeTrajectories(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// where says at which points the field is known.
func (p *Problem) where() string {
	if p.Field == nil {
		return "at four of five rows, drawn with the seed; the error is also that at the fifth"
	}
	var ranges []string
	for i := range p.Rank() {
		ranges = append(ranges, fmt.Sprintf("[%g, %g]", p.Region.Lower[i], p.Region.Upper[i]))
	}
	return fmt.Sprintf("on a grid of %s points of %s", strings.Join(repeat(strconv.Itoa(p.PerEdge), p.Rank()), "×"), strings.Join(ranges, "×"))
}

func repeat(s string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = s
	}
	return out
}

// kinds names the points of the fit and the others.
func (p *Problem) kinds() (seen, unseen string) {
	if p.Field == nil {
		return "at rows fitted", "at rows held out"
	}
	return "on the grid", "off the grid"
}

func (r *Report) writeErrors(b *strings.Builder) {
	e := r.Errors
	fmt.Fprintf(b, "P = %d, realized by N = %d units (exact sizes, minimal completion%s); rms at %d points:\n",
		r.Populations, r.Units, map[bool]string{true: ", moments matched"}[r.Match], e.Points)
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "  fit\t‖F − T‖\t%.4g\n", e.Fit)
	sampling := fmt.Sprintf("expected of drawn loadings (M3): %.4g", e.Expected)
	if r.Units%r.Populations != 0 {
		sampling += ", beside what sizes rounded to whole units do"
	}
	fmt.Fprintf(t, "  sampling\t‖F_N − F‖\t%.4g\t%s\n", e.Sampling, sampling)
	fmt.Fprintf(t, "  together\t‖F_N − T‖\t%.4g\troot of the sum of squares (M15): %.4g\n", e.Together, math.Hypot(e.Fit, e.Sampling))
	t.Flush()
	b.WriteString("\n")
}

func (r *Report) writeTrajectories(b *strings.Builder) {
	reference := r.Trajectories[0]
	periods := reference.Period > 0
	fmt.Fprintf(b, "from κ = %s, for %g τ; distances to the %s:\n", vector(r.Start), r.Time, reference.Name)
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	header := "  \t"
	if periods {
		header += "period (τ)\t\t"
	}
	fmt.Fprintln(t, header+"largest at one time\tof the curves\tat the end")
	for k, tr := range r.Trajectories {
		fmt.Fprintf(t, "  %s\t", tr.Name)
		switch {
		case !periods:
		case tr.Period == 0:
			fmt.Fprint(t, "none found\t\t")
		case k == 0:
			fmt.Fprintf(t, "%.5g\t\t", tr.Period)
		default:
			fmt.Fprintf(t, "%.5g\t%+.2f %%\t", tr.Period, 100*(tr.Period/reference.Period-1))
		}
		if k == 0 {
			fmt.Fprint(t, "\t\t")
		} else {
			fmt.Fprintf(t, "%.4g\t%.4g\t", tr.Apart, tr.Aside)
		}
		fmt.Fprintf(t, "%s\n", vector(tr.States[len(tr.States)-1]))
	}
	t.Flush()
	text := b.String() // tabwriter fills cells that are empty at the end of a line
	b.Reset()
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
}

func vector(v []float64) string {
	var parts []string
	for _, x := range v {
		parts = append(parts, fmt.Sprintf("%.4g", x))
	}
	return "(" + strings.Join(parts, ", ") + ")"
}
