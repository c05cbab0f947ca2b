package wire

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/rankproof/rankproof/model"
	"gonum.org/v1/gonum/mat"
)

// Noise is a covariance: a dense matrix (an array), or an object
// {"iso"}, {"diag"}, {"diag","factor"}; diag + F Fᵀ, variances.
type Noise struct {
	Dense  [][]float64
	Iso    *float64
	Diag   []float64
	Factor [][]float64
}

type noiseObject struct {
	Iso    *float64    `json:"iso,omitempty"`
	Diag   *[]float64  `json:"diag,omitempty"`
	Factor [][]float64 `json:"factor,omitempty"`
}

// MarshalJSON writes the form that the covariance has.
func (n Noise) MarshalJSON() ([]byte, error) {
	switch {
	case n.Iso != nil:
		return json.Marshal(noiseObject{Iso: n.Iso})
	case n.Diag != nil:
		return json.Marshal(noiseObject{Diag: &n.Diag, Factor: n.Factor})
	}
	return json.Marshal(matrix(n.Dense))
}

// UnmarshalJSON reads any of the forms, and refuses what is two of them.
func (n *Noise) UnmarshalJSON(text []byte) error {
	if err := refuseNull(text, "covariance"); err != nil {
		return err
	}
	*n = Noise{}
	if text = bytes.TrimSpace(text); len(text) > 0 && text[0] == '[' {
		return json.Unmarshal(text, &n.Dense)
	}
	var o noiseObject
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil {
		return err
	}
	switch {
	case o.Iso != nil && o.Diag == nil && o.Factor == nil:
		n.Iso = o.Iso
	case o.Iso == nil && o.Diag != nil:
		n.Diag, n.Factor = append([]float64{}, *o.Diag...), o.Factor
	default:
		return errors.New(`covariance: want rows, {"iso"}, {"diag"}, or {"diag", "factor"}`)
	}
	return nil
}

// NoiseOf returns a covariance as an object, as it is held; one of which a part
// is taken away, as a dense matrix.
func NoiseOf(s model.Noise) Noise {
	d, f, h, ok := s.Structure()
	switch {
	case !ok || h != nil:
		return Noise{Dense: rowsOf(s.Dense())}
	case f != nil:
		return Noise{Diag: d, Factor: rowsOf(f)}
	case s.Kind() == model.Isotropic && len(d) > 0:
		return Noise{Iso: &d[0]}
	}
	return Noise{Diag: d}
}

// spelled is NoiseOf with as many variances as there are numbers, where nothing
// else tells how many there are.
func spelled(s model.Noise) Noise {
	n := NoiseOf(s)
	if n.Iso != nil {
		n = Noise{Diag: make([]float64, s.Dim())}
		for i := range n.Diag {
			n.Diag[i] = s.At(i, i)
		}
	}
	return n
}

// Model returns the covariance of n numbers that an object is of.
func (n Noise) Model(name string, units int) (model.Noise, error) {
	var out model.Noise
	var err error
	switch {
	case n.Iso != nil:
		out, err = model.IsotropicNoise(units, *n.Iso)
	case n.Diag != nil:
		factor, failure := denseOf("factor", n.Factor)
		if failure != nil {
			return out, failure
		}
		out, err = model.ReducedNoise(n.Diag, given(factor), nil)
	case len(matrix(n.Dense)) == 0:
		out = model.ZeroNoise(0)
	default:
		dense, failure := denseOf(name, n.Dense)
		if failure != nil {
			return out, failure
		}
		out, err = model.DenseNoise(dense)
	}
	if err == nil && out.Dim() != units {
		err = invalidf("covariance of %d numbers, want %d", out.Dim(), units)
	}
	if err != nil {
		return out, invalidf("%s: %v", name, err)
	}
	return out, nil
}

// Rows returns the covariance of n numbers expanded to n×n, whatever it is.
func (n Noise) Rows(name string, units int) ([][]float64, error) {
	if n.Dense != nil || n.Iso == nil && n.Diag == nil {
		if err := checkShape(name, n.Dense, units, units); err != nil {
			return nil, err
		}
		return n.Dense, nil
	}
	if n.Iso == nil && len(n.Diag) != units {
		return nil, invalidf("%s has %d variances, want %d", name, len(n.Diag), units)
	}
	if len(n.Factor) > 0 {
		if err := n.checkFactor(name, units); err != nil {
			return nil, err
		}
		if err := checkShape(name+".factor", n.Factor, units, len(n.Factor[0])); err != nil {
			return nil, err
		}
	}
	out := make([][]float64, units)
	for i := range out {
		out[i] = make([]float64, units)
		if n.Iso != nil {
			out[i][i] = *n.Iso
			continue
		}
		out[i][i] = n.Diag[i]
		if len(n.Factor) == 0 {
			continue
		}
		for j := range out[i] {
			for k, f := range n.Factor[i] {
				out[i][j] += f * n.Factor[j][k]
			}
		}
	}
	return out, nil
}

// Initial is the law of x_1 of an LDS, or of y_0 of a linear RNN.
type Initial struct {
	Mean []float64 `json:"mean"`
	Cov  Noise     `json:"cov"`
}

func initialOf(law model.Gaussian, given bool) *Initial {
	if !given {
		return nil
	}
	return &Initial{append([]float64{}, law.Mean...), NoiseOf(law.Cov)}
}

// Model returns the law of n numbers.
func (i *Initial) Model(n int) (*model.Gaussian, error) {
	if i == nil {
		return nil, nil
	}
	cov, err := i.Cov.Model("initial.cov", n)
	if err != nil {
		return nil, err
	}
	return &model.Gaussian{Mean: i.Mean, Cov: cov}, nil
}

// LDS is a latent linear dynamical system, stationary without Initial.
type LDS struct {
	A       [][]float64 `json:"A"` // K×K
	C       [][]float64 `json:"C"` // N×K
	Q       Noise       `json:"Q"` // K×K
	R       Noise       `json:"R"` // N×N
	Initial *Initial    `json:"initial,omitempty"`
}

// LDSOf returns an LDS as an object.
func LDSOf(l *model.LDS) LDS {
	out := LDS{A: rowsOf(l.A()), C: rowsOf(l.C()), Q: NoiseOf(l.Q()), R: NoiseOf(l.R()), Initial: initialOf(l.Initial())}
	if l.Latents() == 0 {
		out.R = spelled(l.R())
	}
	return out
}

// Units returns N: the rows of C or, without latents, the variances of R.
func (l LDS) Units() int {
	return max(len(l.C), len(l.R.Dense), len(l.R.Diag))
}

// Model returns the LDS that an object is of.
func (l LDS) Model() (*model.LDS, error) {
	a, err := denseOf("A", l.A)
	if err != nil {
		return nil, err
	}
	c, err := denseOf("C", l.C)
	if err != nil {
		return nil, err
	}
	config := model.LDSConfig{A: given(a), C: given(c)}
	if config.Q, err = l.Q.Model("Q", len(l.A)); err != nil {
		return nil, err
	}
	if config.R, err = l.R.Model("R", l.Units()); err != nil {
		return nil, err
	}
	if config.Initial, err = l.Initial.Model(len(l.A)); err != nil {
		return nil, err
	}
	return model.NewLDS(config)
}

// LinearRNN is {"M","N","P"} or {"J","P"}, J = M Nᵀ.
type LinearRNN struct {
	J       *[][]float64 `json:"J,omitempty"`
	M       *[][]float64 `json:"M,omitempty"`
	N       *[][]float64 `json:"N,omitempty"`
	P       Noise        `json:"P"`
	Initial *Initial     `json:"initial,omitempty"`
}

// LinearRNNOf returns a linear network as an object.
func LinearRNNOf(net *model.LinearRNN) LinearRNN {
	out := LinearRNN{P: NoiseOf(net.P()), Initial: initialOf(net.Initial())}
	m, n, ok := net.Loadings()
	if !ok {
		j := rowsOf(net.J())
		out.J = &j
		return out
	}
	left, right := rowsOf(m), rowsOf(n)
	out.M, out.N = &left, &right
	if len(left) == 0 {
		out.P = spelled(net.P())
	}
	return out
}

// Units returns N: the rows of J or M or, of rank 0, the variances of P.
func (net LinearRNN) Units() int {
	units := max(len(net.P.Dense), len(net.P.Diag))
	for _, m := range []*[][]float64{net.J, net.M} {
		if m != nil {
			units = max(units, len(*m))
		}
	}
	return units
}

// Model returns the linear network that an object is of.
func (net LinearRNN) Model() (*model.LinearRNN, error) {
	var config model.LinearRNNConfig
	switch {
	case net.J != nil && (net.M != nil || net.N != nil):
		return nil, invalidf("both J and loadings are given, want J, or M and N")
	case net.J == nil && (net.M == nil || net.N == nil):
		return nil, invalidf("neither J nor both of M and N are given")
	}
	for _, m := range []struct {
		name string
		rows *[][]float64
		to   *mat.Matrix
	}{{"J", net.J, &config.J}, {"M", net.M, &config.M}, {"N", net.N, &config.N}} {
		if m.rows == nil {
			continue
		}
		dense, err := denseOf(m.name, *m.rows)
		if err != nil {
			return nil, err
		}
		*m.to = given(dense)
	}
	var err error
	if config.P, err = net.P.Model("P", net.Units()); err != nil {
		return nil, err
	}
	if config.Initial, err = net.Initial.Model(net.Units()); err != nil {
		return nil, err
	}
	return model.NewLinearRNN(config)
}

// symmetricOf returns a symmetric matrix, nil for nil. Model's own check of a
// covariance allows rounding, and so does this.
func symmetricOf(m *mat.Dense) (mat.Symmetric, error) {
	if m == nil {
		return nil, errors.New("no entries")
	}
	n, err := model.DenseNoise(m)
	if err != nil {
		return nil, err
	}
	return n.Dense(), nil
}
