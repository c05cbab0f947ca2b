package netfile

import (
	"errors"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"github.com/rankproof/rankproof/internal/npz"
	"github.com/rankproof/rankproof/model"
)

// linearArchive is an archive of an lds or an rnn. Its arrays have fixed names
// and layouts, those of the equations, so that it needs no convention.
type linearArchive struct{ source }

// suffixes are those of the arrays that make up a covariance: itself (a
// number, a diagonal or dense), F and H.
var suffixes = []string{"", "_factor", "_minus"}

// arrayNames are the names that an archive may have, and no other.
func arrayNames(plain []string, covariances ...string) map[string]bool {
	out := set(append(plain, "mean")...)
	for _, name := range append(covariances, "cov") {
		for _, suffix := range suffixes {
			out[name+suffix] = true
		}
	}
	return out
}

var (
	ldsArrays = arrayNames([]string{"A", "C"}, "Q", "R")
	rnnArrays = arrayNames([]string{"M", "N", "J"}, "P")
)

// isLinear says whether some array is of an lds or an rnn, and of nothing else.
func (a *linearArchive) isLinear() bool {
	return slices.ContainsFunc([]string{"A", "C", "Q", "R", "J", "P"}, a.has)
}

func (a *linearArchive) has(name string) bool { return slices.Contains(a.archive.Names(), name) }

func (a *linearArchive) linear() (*Linear, error) {
	kind, known := "an rnn (M and N, or J; P)", rnnArrays
	isLDS := slices.ContainsFunc([]string{"A", "C", "Q", "R"}, a.has)
	if isLDS {
		kind, known = "an lds (A, C, Q, R)", ldsArrays
	}
	for _, name := range a.archive.Names() {
		if !known[name] {
			return nil, a.errorf("array %q is none of %s; of covariances there may be X, X_factor and X_minus, and mean and cov of the initial law", name, kind)
		}
	}
	out := &Linear{}
	var err error
	if isLDS {
		out.LDS, err = a.lds()
	} else {
		out.RNN, err = a.rnn()
	}
	if err != nil {
		return nil, err
	}
	out.Summary = out.describe(a.file)
	return out, nil
}

func (a *linearArchive) lds() (*model.LDS, error) {
	var config model.LDSConfig
	latents, cols, data, err := a.matrix("A")
	if err != nil {
		return nil, err
	}
	if latents != cols {
		return nil, a.errorf("array \"A\" is %d×%d, want square", latents, cols)
	}
	config.A = denseOrNil(latents, cols, data)
	units, cols, data, err := a.matrix("C")
	switch {
	case err != nil:
		return nil, err
	case cols != latents && units == latents:
		return nil, a.errorf("array \"C\" is %d×%d, latents×units: want units×%d, as in y = C x; save its transpose", units, cols, latents)
	case cols != latents:
		return nil, a.errorf("array \"C\" is %d×%d, want units×%d, a column for each latent of \"A\"", units, cols, latents)
	}
	config.C = denseOrNil(units, cols, data)
	if config.Q, err = a.noise("Q", latents, "A"); err != nil {
		return nil, err
	}
	if config.R, err = a.noise("R", units, "C"); err != nil {
		return nil, err
	}
	if config.Initial, err = a.initial(latents, "A"); err != nil {
		return nil, err
	}
	out, err := model.NewLDS(config)
	if err != nil {
		return nil, fromModel(a.file, err)
	}
	return out, nil
}

func (a *linearArchive) rnn() (*model.LinearRNN, error) {
	var config model.LinearRNNConfig
	var units int
	from := "M"
	if a.has("J") {
		from = "J"
		if a.has("M") || a.has("N") {
			return nil, a.errorf("both \"J\" and loadings are given, want J, or M and N")
		}
		rows, cols, data, err := a.matrix("J")
		if err != nil {
			return nil, err
		}
		if rows != cols || rows == 0 {
			return nil, a.errorf("array \"J\" is %d×%d, want square", rows, cols)
		}
		units, config.J = rows, mat.NewDense(rows, cols, data)
	} else {
		var loadings [2]*mat.Dense
		rank := 0
		for i, name := range []string{"M", "N"} {
			rows, cols, data, err := a.matrix(name)
			switch {
			case err != nil:
				return nil, err
			case rows < cols:
				return nil, a.errorf("array %q is %d×%d, rank×units: want units×rank, as in J = M Nᵀ; save its transpose", name, rows, cols)
			case i == 1 && (rows != units || cols != rank):
				return nil, a.errorf("array \"N\" is %d×%d and \"M\" is %d×%d, want one shape, units×rank", rows, cols, units, rank)
			}
			units, rank, loadings[i] = rows, cols, newDense(rows, cols, data)
		}
		if rank > 0 {
			config.M, config.N = loadings[0], loadings[1]
		}
	}
	var err error
	if config.P, err = a.noise("P", units, from); err != nil {
		return nil, err
	}
	if config.Initial, err = a.initial(units, from); err != nil {
		return nil, err
	}
	out, err := model.NewLinearRNN(config)
	if err != nil {
		return nil, fromModel(a.file, err)
	}
	return out, nil
}

// newDense is mat.NewDense, nil where there is nothing.
func newDense(rows, cols int, data []float64) *mat.Dense {
	if rows == 0 || cols == 0 {
		return nil
	}
	return mat.NewDense(rows, cols, data)
}

func denseOrNil(rows, cols int, data []float64) mat.Matrix {
	if m := newDense(rows, cols, data); m != nil {
		return m
	}
	return nil
}

// get returns an array, which may be empty.
func (a *linearArchive) get(name string) (*npz.Array, error) {
	if !a.has(name) {
		return nil, a.errorf("array %q is missing; the arrays are %s", name, a.have())
	}
	out, err := a.archive.Array(name)
	if err != nil {
		return nil, fromArchive(a.file, err)
	}
	return out, nil
}

// matrix returns an array of two dimensions; one of one dimension is a column.
func (a *linearArchive) matrix(name string) (rows, cols int, data []float64, err error) {
	array, err := a.get(name)
	if err != nil {
		return 0, 0, nil, err
	}
	switch len(array.Shape) {
	case 1:
		return array.Shape[0], 1, array.Data, nil
	case 2:
		return array.Shape[0], array.Shape[1], array.Data, nil
	}
	return 0, 0, nil, a.errorf("array %q is %s, want two dimensions", name, npz.ShapeString(array.Shape))
}

// noise returns the covariance of n numbers that an array and those with the
// suffixes make up: a number is one variance for all, a vector the variances,
// a matrix the covariance.
func (a *linearArchive) noise(name string, n int, of string) (model.Noise, error) {
	array, err := a.get(name)
	if err != nil {
		return model.Noise{}, err
	}
	for k, x := range array.Data {
		if len(array.Shape) < 2 && !(x >= 0) {
			return model.Noise{}, a.errorf("array %q: entry %d is %v, want a variance ≥ 0", name, k, x)
		}
	}
	var out model.Noise
	switch shape := npz.ShapeString(array.Shape); len(array.Shape) {
	case 0, 1:
		variances := array.Data
		if len(array.Shape) == 0 {
			variances = slices.Repeat(array.Data, n)
		}
		if len(variances) != n {
			return out, a.errorf("array %q is %s, want %d variances as %q has", name, shape, n, of)
		}
		out, err = a.reduced(name, variances)
	case 2:
		if array.Shape[0] != n || array.Shape[1] != n {
			return out, a.errorf("array %q is %s, want %d×%d as %q has", name, shape, n, n, of)
		}
		for _, suffix := range suffixes[1:] {
			if a.has(name + suffix) {
				return out, a.errorf("array %q is dense and %q is given, want the variances in %q then", name, name+suffix, name)
			}
		}
		if n == 0 {
			return model.ZeroNoise(0), nil
		}
		out, err = model.DenseNoise(mat.NewDense(n, n, array.Data))
	default:
		return out, a.errorf("array %q is %s, want a number, %d variances, or %d×%d", name, shape, n, n, n)
	}
	if err != nil {
		return out, a.named(name, err)
	}
	return out, nil
}

// reduced adds F and H to a diagonal.
func (a *linearArchive) reduced(name string, variances []float64) (model.Noise, error) {
	var factors [2]*mat.Dense
	for i, suffix := range suffixes[1:] {
		if !a.has(name + suffix) {
			continue
		}
		rows, cols, data, err := a.matrix(name + suffix)
		if err != nil {
			return model.Noise{}, err
		}
		if rows != len(variances) {
			return model.Noise{}, a.errorf("array %q is %d×%d, want %d rows, one for each entry of %q", name+suffix, rows, cols, len(variances), name)
		}
		factors[i] = newDense(rows, cols, data)
	}
	return model.ReducedNoise(variances, factors[0], factors[1])
}

// named puts file and array before what package model refused.
func (a *linearArchive) named(name string, err error) error {
	if ours := (*Error)(nil); errors.As(err, &ours) {
		return err
	}
	return a.errorf("array %q: %s", name, strings.TrimPrefix(err.Error(), model.ErrInvalid.Error()+": "))
}

// initial returns the law given by mean and cov, nil for none of them.
func (a *linearArchive) initial(n int, of string) (*model.Gaussian, error) {
	if !a.has("mean") && !slices.ContainsFunc(suffixes, func(s string) bool { return a.has("cov" + s) }) {
		return nil, nil
	}
	mean, err := a.get("mean")
	if err != nil {
		return nil, err
	}
	if len(mean.Shape) != 1 || len(mean.Data) != n {
		return nil, a.errorf("array \"mean\" is %s, want %d numbers as %q has", npz.ShapeString(mean.Shape), n, of)
	}
	cov, err := a.noise("cov", n, of)
	if err != nil {
		return nil, err
	}
	return &model.Gaussian{Mean: mean.Data, Cov: cov}, nil
}
