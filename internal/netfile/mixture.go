package netfile

import (
	"bufio"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"gonum.org/v1/gonum/mat"

	"github.com/rankproof/rankproof/model"
)

// Mixture is a Gaussian mixture of populations as a file has it: the law of
// the networks of family M.
type Mixture struct {
	*model.Mixture
	Summary string // how the file was read
}

// LoadMixture returns the mixture in a .json file. Another model is refused.
func LoadMixture(path string) (*Mixture, error) {
	m, err := LoadModel(path, nil)
	if err != nil {
		return nil, err
	}
	if m.Mixture == nil {
		return nil, problemf(path, "%s, want a mixture (nonlinearity, populations)", m.kind())
	}
	return m.Mixture, nil
}

var (
	mixtureKeys    = set("nonlinearity", "populations")
	populationKeys = set("weight", "mean", "cov")
)

// mixture reads {"nonlinearity", "populations"}.
func (d *document) mixture(v member) (*Mixture, error) {
	m, err := d.keyed(v, "", mixtureKeys, "nonlinearity", "populations")
	if err != nil {
		return nil, err
	}
	phi, err := d.phi(m["nonlinearity"])
	if err != nil {
		return nil, err
	}
	var populations []model.Population
	list := m["populations"]
	_, err = d.list(list.start, list.key, "an array of populations", func(i, at int) (int, error) {
		p := member{key: fmt.Sprintf("%s[%d]", list.key, i), start: at, end: d.end(at)}
		population, err := d.population(p, populations)
		populations = append(populations, population)
		return p.end, err
	})
	if err != nil {
		return nil, err
	}
	mixture, err := model.NewMixture(phi, populations)
	if err != nil {
		return nil, d.refused(list, err)
	}
	out := &Mixture{Mixture: mixture}
	out.Summary = fmt.Sprintf("%s: mixture; rank R = %d, %s; φ is %s", d.file, mixture.Rank(), counted(len(populations), "population"), phi.Name())
	return out, nil
}

// population reads one, whose mean is as long as that of the first of others.
func (d *document) population(v member, others []model.Population) (model.Population, error) {
	var p model.Population
	m, err := d.keyed(v, v.key+".", populationKeys, "weight", "mean", "cov")
	if err != nil {
		return p, err
	}
	if p.Weight, err = d.number(m["weight"]); err != nil {
		return p, err
	}
	if !(p.Weight >= 0) {
		return p, d.errorf(m["weight"].start, "%s is %v, want a share ≥ 0", m["weight"].key, p.Weight)
	}
	mean := m["mean"]
	if p.Mean, err = d.vector(mean); err != nil {
		return p, err
	}
	switch n := len(p.Mean); {
	case n < 3 || n%2 == 0:
		return p, d.errorf(mean.start, "%s has %d numbers, want 2R+1, of (m¹ … m^R, n¹ … n^R, I)", mean.key, n)
	case len(others) > 0 && n != len(others[0].Mean):
		return p, d.errorf(mean.start, "%s has %d numbers, want %d as that of the first population", mean.key, n, len(others[0].Mean))
	}
	cov, err := d.noise(m["cov"], len(p.Mean), mean.key)
	if err != nil {
		return p, err
	}
	p.Cov = symmetric(cov)
	return p, nil
}

// symmetric returns a covariance as a matrix.
func symmetric(s model.Noise) *mat.SymDense {
	dense := s.Dense()
	out := mat.NewSymDense(s.Dim(), nil)
	for i := range s.Dim() {
		for j := i; j < s.Dim(); j++ {
			out.SetSym(i, j, dense.At(i, j))
		}
	}
	return out
}

// phi reads the name of a nonlinearity.
func (d *document) phi(v member) (model.Nonlinearity, error) {
	name, err := d.str(v)
	if err != nil {
		return model.Nonlinearity{}, err
	}
	phi, err := model.NonlinearityByName(name)
	if err != nil {
		return phi, d.errorf(v.start, "nonlinearity %q is unknown, want one of %s", name, quotedList(nonlinearityNames()))
	}
	return phi, nil
}

// counted writes "1 population" or "3 populations".
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// WriteMixtureJSON writes the mixture of the wire protocol, every number in the
// fewest digits that give it back exactly. The last line is not ended.
func WriteMixtureJSON(w io.Writer, m *model.Mixture) error {
	out := &jsonWriter{w: bufio.NewWriterSize(w, 1<<16), indent: "  "}
	out.text("{")
	out.key("nonlinearity")
	out.text(fmt.Sprintf("%q", m.Nonlinearity().Name()))
	out.key("populations")
	out.text("[")
	for i := range m.Populations() {
		if i > 0 {
			out.text(", ")
		}
		p := m.Population(i)
		inner := &jsonWriter{w: out.w, indent: out.indent + "  "}
		out.text("{")
		inner.key("weight")
		inner.text(inner.formatted(p.Weight))
		inner.vector("mean", p.Mean)
		inner.matrix("cov", mat.DenseCopyOf(p.Cov))
		out.text("\n" + out.indent + "}")
	}
	out.text("]\n}")
	return out.w.Flush()
}

// SaveMixture writes a .json file that LoadMixture reads, complete or not at all.
func SaveMixture(path string, m *model.Mixture) error {
	if extension := strings.ToLower(filepath.Ext(path)); extension != ".json" {
		return problemf(path, "extension %q: want .json", extension)
	}
	return WriteFile(path, func(w io.Writer) error {
		if err := WriteMixtureJSON(w, m); err != nil {
			return err
		}
		_, err := io.WriteString(w, "\n")
		return err
	})
}

// WriteFile writes a file that appears under its name when it is complete:
// after an error what was there before is there still, and nothing else.
func WriteFile(path string, write func(io.Writer) error) error { return replaceFile(path, write) }
