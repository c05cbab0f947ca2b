package netfile

import (
	"bufio"
	"io"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"

	"github.com/rankproof/rankproof/model"
)

// WriteJSON writes the object of the wire protocol, {"A", "C", "Q", "R"} or
// {"M", "N", "P"} or {"J", "P"}, with "initial" where there is one, every
// number in the fewest digits that give it back exactly. The lines are those
// of the rows, after the first one indented by indent; the last one is not
// ended. It needs memory for a copy of one matrix at a time.
func (l *Linear) WriteJSON(w io.Writer, indent string) error {
	out := &jsonWriter{w: bufio.NewWriterSize(w, 1<<16), indent: indent + "  "}
	out.text("{")
	var law model.Gaussian
	var initial bool
	if l.LDS != nil {
		k, n := l.LDS.Latents(), l.LDS.Units()
		out.matrix("A", l.LDS.A())
		out.matrix("C", l.LDS.C())
		out.noise("Q", l.LDS.Q(), true)
		out.noise("R", l.LDS.R(), k > 0 && n > 0) // without C nothing else tells N
		law, initial = l.LDS.Initial()
	} else {
		m, n, ok := l.RNN.Loadings()
		if ok {
			out.matrix("M", m)
			out.matrix("N", n)
		} else {
			out.matrix("J", l.RNN.J())
		}
		out.noise("P", l.RNN.P(), !ok || m != nil)
		law, initial = l.RNN.Initial()
	}
	if initial {
		out.key("initial")
		out.text("{")
		inner := &jsonWriter{w: out.w, indent: out.indent + "  "}
		inner.vector("mean", law.Mean)
		inner.noise("cov", law.Cov, true)
		out.text("\n" + out.indent + "}")
	}
	out.text("\n" + indent + "}")
	return out.w.Flush()
}

// jsonWriter writes the members of one object. Errors wait in the buffer for
// its Flush.
type jsonWriter struct {
	w      *bufio.Writer
	indent string
	began  bool
	number [32]byte
}

func (j *jsonWriter) text(s string) { j.w.WriteString(s) }

func (j *jsonWriter) key(name string) {
	if j.began {
		j.text(",")
	}
	j.began = true
	j.text("\n" + j.indent + strconv.Quote(name) + ": ")
}

func (j *jsonWriter) numbers(v []float64) {
	j.text("[")
	for i, x := range v {
		if i > 0 {
			j.text(", ")
		}
		j.w.Write(strconv.AppendFloat(j.number[:0], x, 'g', -1, 64))
	}
	j.text("]")
}

// formatted returns a number in the fewest digits that give it back.
func (j *jsonWriter) formatted(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

func (j *jsonWriter) vector(name string, v []float64) {
	j.key(name)
	j.numbers(v)
}

// matrix writes a row a line; nil is [].
func (j *jsonWriter) matrix(name string, m *mat.Dense) {
	j.key(name)
	if m == nil {
		j.text("[]")
		return
	}
	rows, _ := m.Dims()
	between := ",\n" + j.indent + strings.Repeat(" ", len(name)+5)
	j.text("[")
	for i := range rows {
		if i > 0 {
			j.text(between)
		}
		j.numbers(m.RawRowView(i))
	}
	j.text("]")
}

// noise writes a covariance as it is held; an isotropic one as one number
// where something else tells its size.
func (j *jsonWriter) noise(name string, s model.Noise, sized bool) {
	d, f, h, ok := s.Structure()
	switch {
	case s.Dim() == 0:
		j.key(name)
		j.text("[]")
	case !ok:
		j.matrix(name, mat.DenseCopyOf(s.Dense()))
	case s.Kind() == model.Isotropic && sized:
		j.key(name)
		j.text(`{"iso": ` + strconv.FormatFloat(d[0], 'g', -1, 64) + "}")
	default:
		j.key(name)
		j.text("{")
		inner := &jsonWriter{w: j.w, indent: j.indent + "  "}
		inner.vector("diag", d)
		if f != nil {
			inner.matrix("factor", f)
		}
		if h != nil {
			inner.matrix("minus", h)
		}
		j.text("\n" + j.indent + "}")
	}
}
