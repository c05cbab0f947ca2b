package netfile

import (
	"fmt"
	"strings"

	"gonum.org/v1/gonum/mat"

	"github.com/rankproof/rankproof/model"
)

// unknown is the size of a covariance that no other key tells.
const unknown = -1

var noiseKeys = set("iso", "diag", "factor", "minus")

// noise reads a covariance of n numbers, as many as the key of has, in one of
// the forms of the wire protocol: rows, {"iso"}, or {"diag"} with "factor" F
// and "minus" H, diag + F Fᵀ − H Hᵀ.
func (d *document) noise(v member, n int, of string) (model.Noise, error) {
	if d.text[v.start] == '[' {
		return d.denseNoise(v, n, of)
	}
	if d.text[v.start] != '{' {
		return model.Noise{}, d.errorf(v.start, `%s is %s, want rows, {"iso"}, {"diag"}, or {"diag", "factor"}`, v.key, d.kind(v.start))
	}
	m, err := d.keyed(v, v.key+".", noiseKeys)
	if err != nil {
		return model.Noise{}, err
	}
	iso, isotropic := m["iso"]
	diag, diagonal := m["diag"]
	switch {
	case isotropic && len(m) > 1:
		return model.Noise{}, d.errorf(iso.start, "%s is given beside other keys, want it alone", iso.key)
	case isotropic:
		return d.isotropic(v, iso, n, of)
	case !diagonal:
		return model.Noise{}, d.errorf(v.start, `%s has neither "iso" nor "diag"`, v.key)
	}
	variances, err := d.variances(diag)
	if err != nil {
		return model.Noise{}, err
	}
	if n != unknown && len(variances) != n {
		return model.Noise{}, d.errorf(diag.start, "%s has %d numbers, want %d as %s has", diag.key, len(variances), n, of)
	}
	factor, err := d.factor(m, "factor", diag, len(variances))
	if err != nil {
		return model.Noise{}, err
	}
	minus, err := d.factor(m, "minus", diag, len(variances))
	if err != nil {
		return model.Noise{}, err
	}
	out, err := model.ReducedNoise(variances, factor, minus)
	return out, d.refused(v, err)
}

func (d *document) denseNoise(v member, n int, of string) (model.Noise, error) {
	if first := d.text[d.space(v.start+1)]; first == '-' || '0' <= first && first <= '9' {
		return model.Noise{}, d.errorf(v.start, `%s is an array of numbers, want rows, or {"diag"} for variances`, v.key)
	}
	rows, cols, data, err := d.matrix(v)
	switch {
	case err != nil:
		return model.Noise{}, err
	case rows != cols:
		return model.Noise{}, d.errorf(v.start, "%s is %d×%d, want square", v.key, rows, cols)
	case n != unknown && rows != n:
		return model.Noise{}, d.errorf(v.start, "%s is %d×%d, want %d×%d as %s has", v.key, rows, cols, n, n, of)
	case rows == 0:
		return model.ZeroNoise(0), nil
	}
	out, err := model.DenseNoise(mat.NewDense(rows, cols, data))
	return out, d.refused(v, err)
}

func (d *document) isotropic(v, iso member, n int, of string) (model.Noise, error) {
	variance, err := d.number(iso)
	if err != nil {
		return model.Noise{}, err
	}
	if n == unknown {
		return model.Noise{}, d.errorf(v.start, `%s is isotropic and %s is empty: nothing tells the number of units; write {"diag": […]}`, v.key, of)
	}
	if !(variance >= 0) {
		return model.Noise{}, d.errorf(iso.start, "%s is %v, want a variance ≥ 0", iso.key, variance)
	}
	out, err := model.IsotropicNoise(n, variance)
	return out, d.refused(v, err)
}

// variances reads an array of numbers that are not negative.
func (d *document) variances(v member) ([]float64, error) {
	out := []float64{}
	_, err := d.list(v.start, v.key, "an array of variances", func(i, at int) (int, error) {
		name := func() string { return fmt.Sprintf("%s[%d]", v.key, i) }
		x, end, err := d.numberAt(at, name)
		if err == nil && !(x >= 0) {
			err = d.errorf(at, "%s is %v, want a variance ≥ 0", name(), x)
		}
		out = append(out, x)
		return end, err
	})
	return out, err
}

// factor reads a matrix with a row for each entry of diag; nil if it is absent
// or [].
func (d *document) factor(m map[string]member, key string, diag member, rows int) (*mat.Dense, error) {
	v, ok := m[key]
	if !ok {
		return nil, nil
	}
	have, cols, data, err := d.matrix(v)
	if err != nil || have == 0 {
		return nil, err
	}
	if have != rows {
		return nil, d.errorf(v.start, "%s is %d×%d, want %d rows, one for each entry of %s", v.key, have, cols, rows, diag.key)
	}
	return mat.NewDense(have, cols, data), nil
}

// refused is refusal for a covariance, which package model does not know by
// its name.
func (d *document) refused(v member, err error) error {
	if err == nil {
		return nil
	}
	return d.errorf(v.start, "%s: %s", v.key, strings.TrimPrefix(err.Error(), model.ErrInvalid.Error()+": "))
}
