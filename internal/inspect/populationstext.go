package inspect

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/rankproof/rankproof/model"
)

// write tells of the mixture of a network's populations, and puts its fixed
// points beside the network's.
func (p *Populations) write(b *strings.Builder, network []Point) {
	if p.Refusal != "" {
		fmt.Fprintf(b, "\nno mixture of the labelled populations: %s\n", p.Refusal)
		return
	}
	fmt.Fprintf(b, "\nthe mixture with the moments of the labelled populations\n")
	for k := range p.Mixture.Populations() {
		if k == shownPopulations {
			fmt.Fprintf(b, "  and %d more populations (--json has all)\n", p.Mixture.Populations()-k)
			break
		}
		m := p.Mixture.Moments(k)
		fmt.Fprintf(b, "  population %d: weight %.4g, mean of m %s, of n %s, of I %.4g\n", k, m.Weight, numbers(m.MeanM), numbers(m.MeanN), m.MeanI)
		fmt.Fprintf(b, "    Σ_mm %s   Σ_nm %s\n", rows(m.CovMM), rows(m.CovNM))
	}
	b.WriteString("\n")
	t := tabwriter.NewWriter(b, 0, 0, 3, ' ', 0)
	fmt.Fprintln(t, "fixed points of the network\tof the mean field\tdistance")
	for _, pair := range p.Pairs {
		left, right, apart := "none", "none", ""
		if pair.Network >= 0 {
			q := network[pair.Network]
			left = fmt.Sprintf("%d  κ = %s, %s", pair.Network+1, numbers(q.Kappa), state(q.Stability.Flow, q.Index))
		}
		if pair.MeanField >= 0 {
			q := p.Points[pair.MeanField]
			right = fmt.Sprintf("%d  κ = %s, %s", pair.MeanField+1, numbers(q.Point), state(q.Stability, q.Index))
		}
		if pair.Network >= 0 && pair.MeanField >= 0 {
			apart = fmt.Sprintf("%.4g", pair.Distance)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", left, right, apart)
	}
	t.Flush()
	b.WriteString("\n")
	p.MeanField.write(b)
}

func state(s model.Stability, index int) string {
	if index == 0 {
		return s.String() + ", no index"
	}
	return fmt.Sprintf("%s, index %+d", s, index)
}

// rows writes a matrix on a line.
func rows(a [][]float64) string {
	var parts []string
	for _, row := range a {
		var numbers []string
		for _, x := range row {
			numbers = append(numbers, fmt.Sprintf("%.4g", x))
		}
		parts = append(parts, strings.Join(numbers, " "))
	}
	return "[" + strings.Join(parts, "; ") + "]"
}
