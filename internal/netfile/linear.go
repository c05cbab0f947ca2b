package netfile

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"github.com/rankproof/rankproof/model"
)

// Linear is a model of family S as a file has it: one of LDS and RNN.
type Linear struct {
	LDS     *model.LDS
	RNN     *model.LinearRNN
	Summary string // how the file was read
}

// Kind returns "lds" or "rnn", as the wire protocol calls them.
func (l *Linear) Kind() string {
	if l.LDS != nil {
		return "lds"
	}
	return "rnn"
}

// Units returns N.
func (l *Linear) Units() int {
	if l.LDS != nil {
		return l.LDS.Units()
	}
	return l.RNN.Units()
}

// SpectralRadius returns that of A or of J.
func (l *Linear) SpectralRadius() (float64, error) {
	if l.LDS != nil {
		return l.LDS.SpectralRadius()
	}
	return l.RNN.SpectralRadius()
}

// Initial returns the law that the model starts from, and false for a
// stationary one.
func (l *Linear) Initial() (model.Gaussian, bool) {
	if l.LDS != nil {
		return l.LDS.Initial()
	}
	return l.RNN.Initial()
}

// LoadLinear returns the LDS or the linear RNN in a .json or .npz file. A
// network with a nonlinearity, and a mixture, are refused.
func LoadLinear(path string) (*Linear, error) {
	m, err := LoadModel(path, nil)
	if err != nil {
		return nil, err
	}
	if m.Linear == nil {
		return nil, problemf(path, "%s, want an lds (A, C, Q, R) or an rnn (M and N, or J; P)", m.kind())
	}
	return m.Linear, nil
}

// describe says what was read.
func (l *Linear) describe(file string) string {
	if l.LDS != nil {
		k, n := l.LDS.Latents(), l.LDS.Units()
		start := "stationary"
		if law, ok := l.LDS.Initial(); ok {
			start = fmt.Sprintf("x_1 from the law given, its covariance %s", describeNoise(law.Cov))
		}
		return fmt.Sprintf("%s: lds; N = %d, K = %d; A (%d×%d), C (%d×%d); Q %s; R %s; %s",
			file, n, k, k, k, n, k, describeNoise(l.LDS.Q()), describeNoise(l.LDS.R()), start)
	}
	n := l.RNN.Units()
	connectivity := fmt.Sprintf("J given (%d×%d)", n, n)
	if m, _, ok := l.RNN.Loadings(); ok {
		rank := 0
		if m != nil {
			_, rank = m.Dims()
		}
		connectivity = fmt.Sprintf("J = M Nᵀ with M and N (%d×%d)", n, rank)
	}
	start := "stationary"
	if law, ok := l.RNN.Initial(); ok {
		start = fmt.Sprintf("y_0 from the law given, its covariance %s", describeNoise(law.Cov))
	}
	return fmt.Sprintf("%s: linear rnn; N = %d; %s; P %s; %s", file, n, connectivity, describeNoise(l.RNN.P()), start)
}

func describeNoise(s model.Noise) string {
	d, f, h, ok := s.Structure()
	switch {
	case s.Dim() == 0:
		return "empty"
	case !ok:
		return fmt.Sprintf("dense (%d×%d)", s.Dim(), s.Dim())
	case s.Kind() == model.Isotropic && d[0] == 0:
		return "zero"
	case s.Kind() == model.Isotropic:
		return fmt.Sprintf("isotropic (%v)", d[0])
	}
	text := "diagonal"
	for _, factor := range []struct {
		sign, name string
		columns    int
	}{{"+", "F Fᵀ", columns(f)}, {"−", "H Hᵀ", columns(h)}} {
		if factor.columns > 0 {
			text += fmt.Sprintf(" %s %s, %s (%d×%d)", factor.sign, factor.name, factor.name[:1], s.Dim(), factor.columns)
		}
	}
	return text
}

// columns returns how many a matrix has, 0 for none at all.
func columns(m *mat.Dense) int {
	if m == nil {
		return 0
	}
	_, c := m.Dims()
	return c
}
