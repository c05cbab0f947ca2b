package inspect

import (
	"fmt"
	"io"
	"strings"

	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/model"
)

// WriteText writes the report for a person.
func (r *LinearReport) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", strings.ReplaceAll(r.Model.Summary, "; ", "\n  "))
	matrix := "J"
	if r.Model.LDS != nil {
		matrix = "A"
	}
	switch {
	case r.Stable:
		fmt.Fprintf(&b, "stable: the spectral radius of %s is %.6g\n", matrix, r.Radius)
		if _, initial := r.Model.Initial(); initial {
			b.WriteString("judged is the stationary law, not the one that it starts from\n")
		}
	default:
		fmt.Fprintf(&b, "no stationary law: the spectral radius of %s is %.10g; what is said is of the process from its initial law\n", matrix, r.Radius)
	}
	switch {
	case r.Law != nil && r.Model.LDS != nil:
		r.writeLDS(&b)
	case r.Law != nil:
		r.writeRNN(&b)
	}
	if c := r.Initial; c != nil {
		fmt.Fprintf(&b, "\nfrom its initial law: an lds with K = rank [J, PJᵀ] = %d and independent noises (S6)\n", c.Dimension)
		report.Decisions(&b, c.Decisions)
	}
	if r.Statements != nil {
		b.WriteString("\nstatements at this model, worst error in units of its bound\n")
		writeStatements(&b, r.Statements)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeLDS tells what its stationary process is.
func (r *LinearReport) writeLDS(b *strings.Builder) {
	law := r.Law
	fmt.Fprintf(b, "\n%slost by an rnn, I(y_{t+1}; y_{t−1} | y_t): %s\n", report.Markov(*law.Markov), report.Nats(law.Nats, law.NatsRefused))
	fmt.Fprintf(b, "lost by an rnn against all of the past (S5): %s\n", law.Past)
	b.WriteString("\nlatents with independent noises: ")
	least := max(law.Pair, law.Hankel.Rank)
	switch have := r.Model.LDS.Latents(); {
	case law.Markov.Verdict == model.Markov:
		fmt.Fprintf(b, "%d are needed and enough (S7); the file has %d\n", law.Pair, have)
	case least == have:
		fmt.Fprintf(b, "%d, as the file has; no system of this law has fewer\n", have)
	default:
		fmt.Fprintf(b, "at least %d; the file has %d\n", least, have)
	}
	r.writeHankel(b)
	report.Decisions(b, []model.RankDecision{law.Hankel})
	fmt.Fprintf(b, "rank [Λ_1, Λ_1ᵀ] is %d, of the first-order match:\n", law.Pair)
	report.Decisions(b, law.Decisions)
}

func (r *LinearReport) writeRNN(b *strings.Builder) {
	b.WriteString("\nMarkov of order one, as every rnn: 0 nats a step are lost\n")
	fmt.Fprintf(b, "\nlatents with independent noises: %d are needed and enough (S6, S7); verify convert --to lds has them\n", r.Law.Pair)
	r.writeHankel(b)
	report.Decisions(b, r.Law.Decisions)
}

func (r *LinearReport) writeHankel(b *strings.Builder) {
	fmt.Fprintf(b, "latents with correlated noises: %d, the rank of the Hankel matrix of Λ_1, Λ_2, …\n\n", r.Law.Hankel.Rank)
}
