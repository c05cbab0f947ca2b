package rankproof_test

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/rankproof/rankproof"

// room is a rule: what packages may import beyond the standard library. A
// pattern is a package, or everything at and below it if it ends in "/...";
// those of this module are written without its path.
type room struct {
	packages []string
	imports  []string
	tests    []string // test files may import these too, testify, and the package they test
}

var families = []string{"theorems/linearization", "theorems/conversion", "theorems/meanfield", "theorems/bridges"}

// rooms are the house. Every package is in the room of its most specific
// pattern, and a package in no room is in the wrong place. This table is the
// design, not a record of what was built: a build is not mended here.
var rooms = []room{
	{packages: []string{"."}, tests: []string{"internal/theoremdoc/markdown", "theorems/conjectures", "theorems/registry", "go.yaml.in/yaml/v3"}},
	{packages: []string{"model"},
		imports: []string{"gonum.org/v1/gonum/..."},
		tests:   []string{"oracles/...", "generators", "pgregory.net/rapid"}},

	// The independent truth shares nothing with what it judges.
	{packages: []string{"oracles/..."}, imports: []string{"oracles/..."}},

	{packages: []string{"generators"},
		imports: []string{"model", "gonum.org/v1/gonum/...", "pgregory.net/rapid"},
		tests:   []string{"oracles/..."}},
	{packages: []string{"theorems"},
		imports: []string{"generators", "model", "oracles/...", "gonum.org/v1/gonum/mat", "pgregory.net/rapid"},
		tests:   []string{"theorems/..."}},
	{packages: families,
		imports: []string{"theorems", "generators", "model", "oracles/...", "gonum.org/v1/gonum/mat", "pgregory.net/rapid"},
		tests:   []string{"theorems/registry", "theorems/theoremtest"}},
	// What is false has a list of its own, and is decided without model.
	{packages: []string{"theorems/conjectures"},
		imports: []string{"theorems", "oracles/...", "pgregory.net/rapid"},
		tests:   []string{"theorems/registry"}},
	{packages: []string{"theorems/registry"},
		imports: append([]string{"theorems"}, families...),
		tests:   []string{"model", "theorems/theoremtest"}},
	{packages: []string{"theorems/theoremtest"},
		imports: []string{"theorems"},
		tests:   []string{"generators", "model", "oracles/...", "theorems/...", "pgregory.net/rapid"}},

	{packages: []string{"internal/..."},
		imports: append([]string{"internal/...", "model", "theorems", "theorems/conjectures", "theorems/registry", "gonum.org/v1/gonum/mat", "golang.org/x/term", "github.com/schollz/progressbar/v3"}, families...),
		tests:   []string{"generators", "oracles/...", "theorems/...", "github.com/google/jsonschema-go/..."}},
	// Directed search takes its evolution strategy from a library that is kept by
	// others; nothing else of the module optimizes.
	{packages: []string{"internal/search"},
		imports: []string{"theorems", "gonum.org/v1/gonum/optimize/..."},
		tests:   []string{"generators", "theorems/...", "pgregory.net/rapid"}},
	// What vectors expect comes from the oracles, never from what they judge; of
	// the wire they take its version and the names of its errors.
	{packages: []string{"internal/vectors"},
		imports: []string{"internal/wire", "oracles/..."},
		tests:   []string{"internal/wire", "model", "oracles/...", "theorems", "theorems/registry", "github.com/google/jsonschema-go/..."}},
	// A report for other programs is written by the types of somebody who keeps them.
	{packages: []string{"internal/report"},
		imports: append([]string{"internal/...", "model", "theorems", "theorems/conjectures", "theorems/registry", "golang.org/x/term", "github.com/jstemmer/go-junit-report/v2/junit"}, families...),
		tests:   []string{"generators", "oracles/...", "theorems/...", "gonum.org/v1/gonum/mat"}},
	// Pictures are of numbers and names: whatever they show, and nothing else
	// depends on how they are drawn.
	{packages: []string{"internal/picture"}, imports: []string{"gonum.org/v1/plot/..."}},
	// A reader of archives knows bytes and arrays, no networks.
	{packages: []string{"internal/npz"}},
	{packages: []string{"internal/theoremdoc/..."},
		imports: []string{"internal/theoremdoc/...", "internal/report", "theorems", "theorems/conjectures", "theorems/registry"},
		tests:   []string{"oracles/certificate", "pgregory.net/rapid"}},
	{packages: []string{"cmd/verify"},
		imports: []string{"internal/...", "theorems", "theorems/conjectures", "theorems/registry", "github.com/spf13/..."},
		tests:   []string{"generators", "model"}},

	// Python's side of the gate, which a test runs.
	{packages: []string{"examples/python"}},
	// A module of its own, as somebody would write it: whatever is exported, and
	// no more.
	{packages: []string{"examples/conjecture"},
		imports: []string{"theorems", "generators", "oracles/...", "pgregory.net/rapid"},
		tests:   []string{"theorems/theoremtest"}},

	// What runs verify elsewhere is scripts and manifests, which tests run and
	// read. Those of Kubernetes are a module of their own: its types are no
	// dependency of this one.
	{packages: []string{"deploy/slurm"}},
	{packages: []string{"deploy/kubernetes"}, tests: []string{"k8s.io/api/...", "k8s.io/apimachinery/...", "sigs.k8s.io/yaml"}},
}

const testify = "github.com/stretchr/testify/..."

// reserved are the packages of the standard library that few may import: the
// packages listed, and tests where it says so.
var reserved = map[string]struct {
	packages []string
	tests    bool
}{
	"testing/...": {packages: []string{"theorems/theoremtest"}, tests: true}, // its flags would be the command's
	"math/rand":   {},                                                        // math/rand/v2, seeded
	"C":           {},                                                        // six platforms, cross-built
}

func matches(pattern, pkg string) bool {
	if below, ok := strings.CutSuffix(pattern, "/..."); ok {
		return pkg == below || strings.HasPrefix(pkg, below+"/")
	}
	return pkg == pattern
}

func matchesAny(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, pkg) })
}

// roomOf returns the room with the longest path that a package is at or below.
func roomOf(pkg string) (room room, ok bool) {
	longest := -1
	for _, r := range rooms {
		for _, p := range r.packages {
			if n := len(strings.TrimSuffix(p, "/...")); matches(p, pkg) && n > longest {
				room, longest = r, n
			}
		}
	}
	return room, longest >= 0
}

// mayImport reports whether a file of a package, "." or below, may import a path.
func mayImport(pkg, imported string, test bool) bool {
	for pattern, r := range reserved {
		if matches(pattern, imported) {
			return test && r.tests || matchesAny(r.packages, pkg)
		}
	}
	first, _, _ := strings.Cut(imported, "/")
	if !strings.Contains(first, ".") {
		return true // the standard library
	}
	if imported == module {
		imported = "."
	}
	imported = strings.TrimPrefix(imported, module+"/")
	r, _ := roomOf(pkg)
	return matchesAny(r.imports, imported) ||
		test && (matchesAny(r.tests, imported) || matches(testify, imported) || imported == pkg)
}

// TestRules holds the rules to what they are for.
func TestRules(t *testing.T) {
	const inside = module + "/"
	for _, c := range []struct {
		pkg, imported string
		test, want    bool
	}{
		{"oracles/exact", "math/big", false, true},
		{"oracles/exact", inside + "oracles/gfp", false, true},
		{"oracles/exact", inside + "model", false, false},
		{"oracles/exact", inside + "model", true, false},
		{"oracles/exact", inside + "oraclesque", false, false},
		{"oracles/exact", "gonum.org/v1/gonum/mat", true, false},
		{"oracles/exact", "github.com/stretchr/testify/require", true, true},
		{"oracles/exact", "github.com/stretchr/testify/require", false, false},
		{"model", inside + "oracles/exact", false, false},
		{"model", inside + "oracles/exact", true, true},
		{"model", "pgregory.net/rapid", false, false},
		{"theorems/linearization", inside + "theorems/registry", false, false},
		{"theorems/conjectures", inside + "model", false, false},
		{"internal/npz", inside + "model", false, false},
		{"internal/picture", "gonum.org/v1/plot/vg/vgsvg", false, true},
		{"internal/picture", inside + "model", false, false},
		{"internal/fitting", "gonum.org/v1/plot", false, false},
		{"internal/fitting", inside + "internal/picture", false, true},
		{"internal/hunt", inside + "theorems/theoremtest", false, false},
		{"cmd/verify", "testing", false, false},
		{"cmd/verify", "testing", true, true},
		{"theorems/theoremtest", "testing", false, true},
		{"model", "math/rand", true, false},
		{"model", "math/rand/v2", false, true},
		{".", inside + "model", false, false},
		{"examples/conjecture", inside + "internal/report", true, false},
		{"examples/conjecture", inside + "oracles/exact", false, true},
	} {
		require.Equal(t, c.want, mayImport(c.pkg, c.imported, c.test), "%+v", c)
	}
	for _, misplaced := range []string{"oracle", "util", "theorems/extra", "cmd/other"} {
		_, ok := roomOf(misplaced)
		require.False(t, ok, misplaced)
	}
}

// files returns the text files of the module by their slash-separated names,
// and what is in them.
func files(t *testing.T) map[string][]byte {
	t.Helper()
	out, err := readFiles()
	require.NoError(t, err)
	return out
}

var readFiles = sync.OnceValues(func() (map[string][]byte, error) {
	out := map[string][]byte{}
	return out, filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.Name() == ".git" || d.Name() == ".work":
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case !d.Type().IsRegular():
			return nil
		}
		text, err := os.ReadFile(name)
		if err == nil && !bytes.Contains(text, []byte{0}) {
			out[filepath.ToSlash(name)] = text
		}
		return err
	})
})

// source is a Go file outside testdata.
type source struct {
	pkg  string // its folder
	test bool
	ast  *ast.File
	text []byte
}

func sources(t *testing.T) map[string]source {
	t.Helper()
	out, err := parsedFiles()
	require.NoError(t, err)
	return out
}

var parsedFiles = sync.OnceValues(func() (map[string]source, error) {
	all, err := readFiles()
	out := map[string]source{}
	for name, text := range all {
		if path.Ext(name) != ".go" || strings.Contains("/"+name, "/testdata/") {
			continue
		}
		f, parsed := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments|parser.SkipObjectResolution)
		err = errors.Join(err, parsed)
		out[name] = source{path.Dir(name), strings.HasSuffix(name, "_test.go"), f, text}
	}
	return out, err
})

// TestImports holds every file, whatever platform it is built for, to the
// rule of its room.
func TestImports(t *testing.T) {
	seen, all := map[string]bool{}, sources(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		src := all[name]
		seen[src.pkg] = true
		if _, ok := roomOf(src.pkg); !ok {
			t.Errorf("%s: package %s is in no room of the house", name, src.pkg)
		}
		for _, spec := range src.ast.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			require.NoError(t, err)
			if !mayImport(src.pkg, imported, src.test) {
				t.Errorf("%s: package %s may not import %s", name, src.pkg, imported)
			}
		}
	}
	for _, pkg := range []string{".", "model", "generators", "oracles/exact", "theorems", "theorems/registry"} {
		require.True(t, seen[pkg], "package %s was not looked at", pkg)
	}
}

// TestFilesAreShort: 400 lines are as much as a reader holds.
func TestFilesAreShort(t *testing.T) {
	const most = 400
	for name, src := range sources(t) {
		if lines := bytes.Count(src.text, []byte("\n")); lines > most && !ast.IsGenerated(src.ast) {
			t.Errorf("%s has %d lines, more than %d", name, lines, most)
		}
	}
}

// TestComparisonsAreNotBlind: testify's comparisons with a tolerance pass on
// NaN. Residual.Verdict is the one that does not.
func TestComparisonsAreNotBlind(t *testing.T) {
	for name, src := range sources(t) {
		ast.Inspect(src.ast, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && (strings.HasPrefix(id.Name, "InDelta") || strings.HasPrefix(id.Name, "InEpsilon")) {
				t.Errorf("%s: %s passes on NaN", name, id.Name)
			}
			return true
		})
	}
}

// TestNoPathsOfOneMachine: a clone is somewhere else.
func TestNoPathsOfOneMachine(t *testing.T) {
	machine := []byte("/" + "work/")
	for name, text := range files(t) {
		if i := bytes.Index(text, machine); i >= 0 {
			t.Errorf("%s, line %d: a path of one machine", name, 1+bytes.Count(text[:i], []byte("\n")))
		}
	}
}
