package convert

import (
	"fmt"
	"io"
	"strings"

	"github.com/rankproof/rankproof/internal/netfile"
	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/model"
)

// shownUnits is the largest N of a model that is printed below the report when
// nobody asked for a file.
const shownUnits = 12

// WriteText writes the report for a person; written is the file that the model
// went to, empty for none.
func (r *Report) WriteText(w io.Writer, written string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", strings.ReplaceAll(r.From.Summary, "; ", "\n  "))
	switch {
	case r.Steps != nil:
		r.writeSteps(&b)
	case r.To.LDS != nil:
		r.writeLDS(&b)
	default:
		r.writeRNN(&b)
	}
	if len(r.Decisions) > 0 {
		b.WriteString(report.DecisionsHeading)
	}
	report.Decisions(&b, r.Decisions)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	return r.writeModel(w, written)
}

func (r *Report) writeLDS(b *strings.Builder) {
	fmt.Fprintf(b, "lds, x' = A x + w, y = C x + v, with independent noises: K = %d\n", r.Dimension)
	if r.Truncated {
		b.WriteString("not exact: the tolerance cut singular values that are not rounding; what that loses is not computed\n\n")
		return
	}
	b.WriteString("exact: of one law with the network (S6); 0 nats a step are lost\n")
	if _, initial := r.From.Initial(); initial {
		b.WriteString("K = rank [J, PJᵀ]; the law of y_0 became one of x_1\n\n")
		return
	}
	b.WriteString("K = rank [Λ_1, Λ_1ᵀ], and no such system has fewer latents (S7)\n\n")
}

func (r *Report) writeRNN(b *strings.Builder) {
	fmt.Fprintf(b, "rnn, y' = M Nᵀ y + ε: the first-order match (S1), of rank %d\n", r.Dimension)
	switch exact, known := r.Exact(); {
	case r.Truncated:
		b.WriteString("not exact: the tolerance cut singular values that are not rounding; at this tolerance ")
	case !known:
		b.WriteString("exact or not is unknown: ")
	case exact:
		b.WriteString("exact: ")
	default:
		b.WriteString("not exact: ")
	}
	b.WriteString(report.Markov(*r.Markov))
	fmt.Fprintf(b, "lost, I(y_{t+1}; y_{t−1} | y_t): %s\n", report.Nats(r.Nats, r.NatsRefused))
	fmt.Fprintf(b, "lost against all of the past (S5): %s\n\n", r.Past)
}

func (r *Report) writeSteps(b *strings.Builder) {
	b.WriteString("rnn, a network a step (S1): y_{t+1} = mean_{t+1} + M_t N_tᵀ (y_t − mean_t) + ε_t, ε_t ~ N(0, P_t)\n")
	fmt.Fprintf(b, "each has the law of (y_t, y_{t+1}), t = 1 … %d; what is lost about longer stretches is not computed\n", len(r.Steps))
	b.WriteString("an rnn below is of what y_t has beside its mean, and its initial law is the law of that\n")
}

// writeModel prints a model that is small, or tells where it is.
func (r *Report) writeModel(w io.Writer, written string) error {
	var err error
	switch {
	case written != "":
		_, err = fmt.Fprintf(w, "\nwritten to %s\n", written)
	case r.From.Units() > shownUnits:
		_, err = fmt.Fprintf(w, "\n%d units: not printed here; --out FILE, .npz or .json, has them, and --json\n", r.From.Units())
	case r.Steps != nil:
		if _, err = io.WriteString(w, "\n"); err == nil {
			err = r.writeStepsJSON(w, "")
		}
		if err == nil {
			_, err = io.WriteString(w, "\n")
		}
	default:
		if _, err = io.WriteString(w, "\n"); err == nil {
			err = r.To.WriteJSON(w, "")
		}
		if err == nil {
			_, err = io.WriteString(w, "\n")
		}
	}
	return err
}

// network is one step as a network of its own, for what is left of y_t and
// y_{t+1} without their means; it starts from the law of the former.
func network(s model.StepMatch) (*netfile.Linear, error) {
	start := &model.Gaussian{Mean: make([]float64, len(s.Mean)), Cov: s.Cov}
	net, err := model.NewLinearRNN(model.LinearRNNConfig{M: s.M, N: s.N, P: s.P, Initial: start})
	return &netfile.Linear{RNN: net}, err
}
