package vectors

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/rankproof/rankproof/internal/wire"
)

// GeneratorVersion changes when cases, values or tolerances do.
const GeneratorVersion = "1"

// File holds the cases of one operation.
type File struct {
	Operation        string            `json:"operation"`
	Schema           string            `json:"schema"`
	Protocol         int               `json:"protocol"`
	GeneratorVersion string            `json:"generatorVersion"`
	Seed             uint64            `json:"seed"`
	NumberOfTests    int               `json:"numberOfTests"`
	Notes            map[string]string `json:"notes"` // flag → what it says
	Tests            []Test            `json:"tests"`
}

// What a case asks for.
const (
	Valid      = "valid"      // a result that keeps the tolerances
	Invalid    = "invalid"    // an error of one of the kinds
	Acceptable = "acceptable" // either
)

// Test is one case.
type Test struct {
	ID       int      `json:"tcId"` // from 1, in its file
	Comment  string   `json:"comment"`
	Flags    []string `json:"flags"`
	Params   any      `json:"params"` // of the wire
	Result   string   `json:"result"`
	Errors   []string `json:"errors,omitempty"`   // kinds of error that are right
	Expected []Check  `json:"expected,omitempty"` // of a result
}

// Kinds of comparison: docs/vectors.md says what each does.
const (
	Entries         = "entries"
	Equal           = "equal"
	Spectrum        = "spectrum"
	Eigenvectors    = "eigenvectors"
	Carried         = "carried"
	Covariance      = "covariance"
	Transition      = "transition"
	Autocovariances = "autocovariances"
	Moments         = "moments"
	Points          = "points"
	Distance        = "distance"
	FieldOf         = "field"
)

// Check is what is expected of one member of a result.
type Check struct {
	Member    string `json:"member"` // names and indices joined by dots; "" is the result
	Compare   string `json:"compare"`
	Value     any    `json:"value,omitempty"`
	Tolerance any    `json:"tolerance,omitempty"` // a number, or one for each number of value
	With      any    `json:"with,omitempty"`      // what else the comparison needs
}

type object = map[string]any

// cases collects the tests of an operation.
type cases struct{ tests []Test }

func (c *cases) add(t Test) {
	t.ID = len(c.tests) + 1
	slices.Sort(t.Flags)
	t.Flags = slices.Compact(t.Flags)
	if len(t.Flags) == 0 {
		t.Flags = []string{"normal"}
	}
	c.tests = append(c.tests, t)
}

// valid adds a case, without the checks that would say nothing on it; with none
// left there is no case.
func (c *cases) valid(comment string, flags []string, params object, expected ...Check) {
	expected = slices.DeleteFunc(expected, Check.isVacuous)
	if len(expected) == 0 {
		return
	}
	c.add(Test{Comment: comment, Flags: slices.Clone(flags), Params: params, Result: Valid, Expected: expected})
}

func (c *cases) invalid(comment string, flags []string, params object, kinds ...string) {
	c.add(Test{Comment: comment, Flags: slices.Clone(flags), Params: params, Result: Invalid, Errors: kinds})
}

func (c *cases) acceptable(comment string, flags []string, params object, kinds []string, expected ...Check) {
	c.add(Test{Comment: comment, Flags: slices.Clone(flags), Params: params, Result: Acceptable, Errors: kinds, Expected: expected})
}

// operation is a list of cases.
type operation struct {
	name  string
	cases func(c *cases, seed uint64)
}

// Generate returns the files of all operations, or of those named, in their order:
// the same for a seed, on however many processors and beside whatever others.
func Generate(seed uint64, only ...string) ([]File, error) {
	list := operations()
	for _, name := range only {
		if !slices.ContainsFunc(list, func(op operation) bool { return op.name == name }) {
			return nil, fmt.Errorf("no vectors of %q", name)
		}
	}
	if len(only) > 0 {
		list = slices.DeleteFunc(list, func(op operation) bool { return !slices.Contains(only, op.name) })
	}
	files := make([]File, len(list))
	var wait sync.WaitGroup
	for i, op := range list {
		wait.Go(func() { files[i] = op.file(seed) })
	}
	wait.Wait()
	return files, nil
}

func (op operation) file(seed uint64) File {
	var c cases
	op.cases(&c, seed)
	f := File{Operation: op.name, Schema: SchemaName, Protocol: wire.Version, GeneratorVersion: GeneratorVersion, Seed: seed, NumberOfTests: len(c.tests), Notes: map[string]string{}, Tests: c.tests}
	for _, t := range c.tests {
		for _, flag := range t.Flags {
			f.Notes[flag] = flags[flag]
		}
	}
	return f
}

// Flags returns what every flag says.
func Flags() map[string]string { return maps.Clone(flags) }

// Text returns the file as JSON, a test a line.
func (f File) Text() ([]byte, error) {
	tests := f.Tests
	f.Tests = nil
	head, err := json.MarshalIndent(f, "", " ")
	if err != nil {
		return nil, err
	}
	head, ok := bytes.CutSuffix(head, []byte("null\n}"))
	if !ok {
		return nil, fmt.Errorf("header of %s does not end in its tests", f.Operation)
	}
	out := bytes.NewBuffer(head)
	out.WriteString("[")
	for i, t := range tests {
		line, err := json.Marshal(t)
		if err != nil {
			return nil, fmt.Errorf("%s, test %d (%s): %w", f.Operation, t.ID, t.Comment, err)
		}
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString("\n  ")
		out.Write(line)
	}
	out.WriteString("\n ]\n}\n")
	return out.Bytes(), nil
}
