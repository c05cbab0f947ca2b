package registry_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/stretchr/testify/require"
)

// TestGoLiterals compiles an instance of every type, as failures print it, in a
// file that imports the package of the type, and no more than math besides.
func TestGoLiterals(t *testing.T) {
	var source strings.Builder
	imports, seen := []string{"math"}, map[reflect.Type]bool{}
	for _, th := range registry.All() {
		for _, c := range slices.Concat(th.Claims, th.Exact) {
			instance := c.Draw(12)
			kind := reflect.TypeOf(instance)
			if seen[kind] {
				continue
			}
			seen[kind] = true
			if !slices.Contains(imports, kind.PkgPath()) {
				imports = append(imports, kind.PkgPath())
			}
			w, err := theorems.NewCounterexample(th, theorems.Model(), theorems.Failure{Check: c.Name, Case: instance})
			require.NoError(t, err)
			text, err := w.JSON()
			require.NoError(t, err)
			again, _, _, err := theorems.ParseCounterexample([]byte(text), registry.All())
			require.NoError(t, err)
			require.Equal(t, w.GoLiteral(), again.GoLiteral(), "JSON and Go tell the same")
			fmt.Fprintf(&source, "var _ = %s\n", w.GoLiteral())
		}
	}
	require.Greater(t, len(seen), 20)
	head := "package pasted\n\nvar _ = math.Pi\n"
	for _, p := range slices.Backward(imports) {
		head = strings.Replace(head, "\n\n", fmt.Sprintf("\n\nimport %q\n", p), 1)
	}
	compiles(t, head+source.String(), imports)
}

// TestGoLiteralOfNegativeZero: -0 is 0 as a constant.
func TestGoLiteralOfNegativeZero(t *testing.T) {
	th := registry.All()[0]
	instance, err := th.Claims[0].Decode(json.RawMessage(`{"nonlinearity":"tanh","W":[[-0]],"tau":[1],"x":[-0]}`))
	require.NoError(t, err)
	w, err := theorems.NewCounterexample(th, theorems.Model(), theorems.Failure{Check: th.Claims[0].Name, Case: instance})
	require.NoError(t, err)
	require.Equal(t, `generators.Point{Network: generators.Network{Nonlinearity: "tanh", W: [][]float64{{math.Copysign(0, -1)}}, Tau: []float64{1}}, X: []float64{math.Copysign(0, -1)}}`, w.GoLiteral())
}

// compiles checks the types of a file against what the go command has compiled.
func compiles(t *testing.T, source string, imports []string) {
	t.Helper()
	list, err := exec.Command("go", append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}"}, imports...)...).Output()
	require.NoError(t, err)
	compiled := map[string]string{}
	for line := range strings.Lines(string(list)) {
		name, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		compiled[name] = file
	}
	files := token.NewFileSet()
	f, err := parser.ParseFile(files, "pasted.go", source, 0)
	require.NoError(t, err, "%s", source)
	config := types.Config{Importer: importer.ForCompiler(files, "gc", func(name string) (io.ReadCloser, error) {
		return os.Open(compiled[path.Clean(name)])
	})}
	_, err = config.Check("pasted", files, []*ast.File{f}, nil)
	require.NoError(t, err, "%s", source)
}
