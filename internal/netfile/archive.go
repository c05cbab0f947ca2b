package netfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rankproof/rankproof/internal/npz"
	"github.com/rankproof/rankproof/model"
)

// source is an archive that is being read in a convention.
type source struct {
	file    string
	archive *npz.Archive
	c       *Convention
	used    map[string]bool // the arrays read so far
	said    []string        // the parts of the summary so far
	units   int             // N, once the connectivity has been read
	mixture *mixture        // nil without a basis
}

func loadArchive(path string, c *Convention) (*Network, error) {
	archive, err := npz.Open(path)
	if err != nil {
		return nil, fromArchive(path, err)
	}
	defer archive.Close()
	s := &source{file: path, archive: archive, c: c, used: map[string]bool{}}
	if c == nil {
		return nil, s.errorf("an archive does not say what its arrays mean: a convention is needed; the arrays are %s", s.have())
	}
	if problems := c.problems(); len(problems) > 0 {
		return nil, s.errorf("convention: %s", strings.Join(problems, "; "))
	}
	return s.network()
}

func (s *source) network() (*Network, error) {
	net := &Network{}
	var config model.RNNConfig
	for _, step := range []func(*model.RNNConfig) error{s.connectivity, s.dynamics, s.bias, s.input} {
		if err := step(&config); err != nil {
			return nil, err
		}
	}
	var err error
	if net.RNN, err = model.NewRNN(config); err != nil {
		return nil, fromModel(s.file, err)
	}
	if net.Form, err = model.FormByName(s.c.Form); err != nil {
		return nil, fromModel(s.file, err)
	}
	if s.c.Alpha != nil {
		net.Alpha = *s.c.Alpha
	}
	if s.c.BiasPlace == Inside && net.Form == model.Activation {
		net.ReadShift = net.RNN.Bias()
	}
	if s.mixture != nil {
		net.Labels = s.mixture.labels
	}
	if err := net.setInput(s.file, s.c.U); err != nil {
		return nil, err
	}
	net.Summary = fmt.Sprintf("%s: %s; %s%s", s.file, strings.Join(s.said, "; "), net.describe(s.c.U), s.unread())
	return net, nil
}

func (s *source) errorf(format string, args ...any) error { return problemf(s.file, format, args...) }

func (s *source) sayf(format string, args ...any) {
	s.said = append(s.said, fmt.Sprintf(format, args...))
}

// fromArchive makes a refusal of package npz one of this package; an error of
// the operating system stays what it is.
func fromArchive(file string, err error) error {
	var fault *npz.Error
	if errors.As(err, &fault) {
		return &Error{File: file, Cause: err}
	}
	return err
}

// have lists the arrays of the archive.
func (s *source) have() string {
	names := s.archive.Names()
	if len(names) == 0 {
		return "none at all"
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// unread lists the arrays that the convention does not mention: a forgotten
// bias or gain shows here.
func (s *source) unread() string {
	var names []string
	for _, name := range s.archive.Names() {
		if !s.used[name] {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "; every array was read"
	}
	slices.Sort(names)
	return "; arrays not read: " + strings.Join(names, ", ")
}

// array returns the array that a field of the convention names.
func (s *source) array(field, key string) (*npz.Array, error) {
	if !slices.Contains(s.archive.Names(), key) {
		return nil, s.errorf("%s: no array %q in the archive; it has %s", field, key, s.have())
	}
	a, err := s.archive.Array(key)
	if err != nil {
		return nil, fromArchive(s.file, err)
	}
	for _, d := range a.Shape {
		if d == 0 {
			return nil, s.errorf("%s: array %q is %s, want no dimension of 0", field, key, npz.ShapeString(a.Shape))
		}
	}
	s.used[key] = true
	return a, nil
}

// vector returns an array of want numbers in any one dimension, row or column.
func (s *source) vector(field, key string, want int, what string) ([]float64, error) {
	a, err := s.array(field, key)
	if err != nil {
		return nil, err
	}
	if len(a.Data) != want || !isVector(a.Shape) {
		return nil, s.errorf("%s: array %q is %s, want %d, one %s", field, key, npz.ShapeString(a.Shape), want, what)
	}
	return a.Data, nil
}

// isVector says whether at most one dimension is not 1.
func isVector(shape []int) bool {
	long := 0
	for _, d := range shape {
		if d != 1 {
			long++
		}
	}
	return long <= 1
}

// scalar returns an array of one number, of any shape.
func (s *source) scalar(field, key string) (float64, error) {
	a, err := s.array(field, key)
	if err != nil {
		return 0, err
	}
	if len(a.Data) != 1 {
		return 0, s.errorf("%s: array %q is %s, want one number", field, key, npz.ShapeString(a.Shape))
	}
	return a.Data[0], nil
}

// dynamics sets nonlinearity and time constants.
func (s *source) dynamics(config *model.RNNConfig) (err error) {
	if config.Nonlinearity, err = model.NonlinearityByName(s.c.Nonlinearity); err != nil {
		return fromModel(s.file, err)
	}
	switch tau := s.c.Tau; {
	case s.c.Alpha != nil:
		config.Tau = []float64{1} // so that dt is α
	case tau.Key != "":
		a, err := s.array("tau", tau.Key)
		if err != nil {
			return err
		}
		if n := len(a.Data); n != 1 && n != s.units || !isVector(a.Shape) {
			return s.errorf("tau: array %q is %s, want 1 number or %d, one a unit", tau.Key, npz.ShapeString(a.Shape), s.units)
		}
		for i, t := range a.Data {
			if !(t > 0) {
				return s.errorf("tau: array %q: entry %d is %v, want > 0", tau.Key, i, t)
			}
		}
		config.Tau = a.Data
		s.sayf("τ from %q (%s)", a.Name, npz.ShapeString(a.Shape))
	default:
		if n := len(tau.Values); n != 1 && n != s.units {
			return s.errorf("convention: tau: %d numbers, want 1 or %d, one a unit", n, s.units)
		}
		config.Tau = tau.Values
	}
	return nil
}

func (s *source) bias(config *model.RNNConfig) error {
	if !named(s.c.Bias) {
		s.sayf("b = 0")
		return nil
	}
	b, err := s.vector("bias", s.c.Bias, s.units, "a unit")
	if err != nil {
		return err
	}
	config.Bias = b
	place := "outside φ"
	switch {
	case s.c.BiasPlace == Inside && s.c.Form == model.Activation.String():
		place = "inside φ: read in y = x + b, where it is outside; the file's x is y − b"
	case s.c.BiasPlace == Inside:
		place = "inside φ"
	}
	s.sayf("b from %q (%d numbers), %s", s.c.Bias, len(b), place)
	return nil
}
