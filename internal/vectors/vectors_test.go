package vectors_test

import (
	"cmp"
	"encoding/json"
	"flag"
	"go/parser"
	"go/token"
	"maps"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/rankproof/rankproof/internal/vectors"
	"github.com/rankproof/rankproof/internal/wire"
	"github.com/stretchr/testify/require"
)

// ofSeedOne are the files that most tests read.
var ofSeedOne = sync.OnceValue(func() []vectors.File {
	files, err := vectors.Generate(1)
	if err != nil {
		panic(err)
	}
	return files
})

// textsOfSeedOne are those files as they are written.
var textsOfSeedOne = sync.OnceValues(func() (map[string]string, error) { return texts(ofSeedOne()) })

func texts(files []vectors.File) (map[string]string, error) {
	out := map[string]string{}
	for _, f := range files {
		text, err := f.Text()
		if err != nil {
			return nil, err
		}
		out[f.Operation] = string(text)
	}
	return out, nil
}

// TestMain trades memory, of which little is used, for a third of the time.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	os.Exit(m.Run())
}

// TestSameOnAnyNumberOfProcessors generates every fourth operation once more, or
// all with a RANKPROOF_EFFORT of four and more.
func TestSameOnAnyNumberOfProcessors(t *testing.T) {
	many, err := textsOfSeedOne()
	require.NoError(t, err)
	effort, err := strconv.Atoi(cmp.Or(os.Getenv("RANKPROOF_EFFORT"), "1"))
	require.NoError(t, err)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for i, f := range ofSeedOne() {
		if i%4 >= effort {
			continue
		}
		files, err := vectors.Generate(1, f.Operation)
		require.NoError(t, err)
		one, err := texts(files)
		require.NoError(t, err)
		require.Equal(t, map[string]string{f.Operation: many[f.Operation]}, one)
	}
}

// TestCountsAndFlags: a thousand cases, thirty flags, each with a description and
// a case; a case that is not normal says why.
func TestCountsAndFlags(t *testing.T) {
	all := vectors.Flags()
	count, used := 0, map[string]int{}
	operations := []string{}
	for _, f := range ofSeedOne() {
		operations = append(operations, f.Operation)
		require.Equal(t, len(f.Tests), f.NumberOfTests)
		require.Contains(t, wire.Operations(), f.Operation)
		count += len(f.Tests)
		seen := map[string]bool{}
		for i, c := range f.Tests {
			require.Equal(t, i+1, c.ID)
			require.NotEmpty(t, c.Flags)
			for _, flag := range c.Flags {
				require.NotEmpty(t, all[flag], "%s, test %d: flag %s", f.Operation, c.ID, flag)
				require.True(t, flag != "normal" || len(c.Flags) == 1)
				used[flag]++
				seen[flag] = true
			}
		}
		require.ElementsMatch(t, slices.Collect(maps.Keys(seen)), slices.Collect(maps.Keys(f.Notes)), "notes of %s", f.Operation)
	}
	for flag := range all {
		require.Positive(t, used[flag], "flag %s is not used", flag)
	}
	require.GreaterOrEqual(t, count, 1000)
	require.GreaterOrEqual(t, len(used), 30)
	// Every operation of protocol 1's table has vectors.
	for _, op := range []string{"linearize", "modes", "fixed_points", "rnn_from_lds", "lds_from_rnn", "autocovariance", "log_likelihood", "markov_gap", "field", "simulate", "fit", "truncate"} {
		require.Contains(t, operations, op)
	}
}

func resolved(t *testing.T, text []byte) *jsonschema.Resolved {
	var schema jsonschema.Schema
	require.NoError(t, json.Unmarshal(text, &schema))
	r, err := schema.Resolve(nil)
	require.NoError(t, err)
	return r
}

func TestFilesKeepTheSchema(t *testing.T) {
	documented, err := os.ReadFile(filepath.Join("..", "..", "docs", "vectors.schema.json"))
	require.NoError(t, err)
	require.Equal(t, string(documented), string(vectors.Schema), "docs/vectors.schema.json is schema.json")
	schema := resolved(t, vectors.Schema)
	written, err := textsOfSeedOne()
	require.NoError(t, err)
	for op, text := range written {
		var v any
		require.NoError(t, json.Unmarshal([]byte(text), &v))
		require.NoError(t, schema.Validate(v), op)
	}
	// A schema that lets everything pass would say nothing.
	for what, change := range map[string]func(f map[string]any, test map[string]any){
		"no count":             func(f, _ map[string]any) { delete(f, "numberOfTests") },
		"another protocol":     func(f, _ map[string]any) { f["protocol"] = 2.0 },
		"a member more":        func(_, test map[string]any) { test["comments"] = "" },
		"no flags":             func(_, test map[string]any) { test["flags"] = []any{} },
		"valid with errors":    func(_, test map[string]any) { test["errors"] = []any{"invalid"} },
		"an unknown result":    func(_, test map[string]any) { test["result"] = "fine" },
		"a negative tolerance": func(_, test map[string]any) { first(test)["tolerance"] = -1.0 },
		"an unknown compare":   func(_, test map[string]any) { first(test)["compare"] = "roughly" },
		"null for a number":    func(_, test map[string]any) { first(test)["value"] = []any{nil} },
		"no tolerance":         func(_, test map[string]any) { delete(first(test), "tolerance") },
	} {
		var v map[string]any
		require.NoError(t, json.Unmarshal([]byte(written["linearize"]), &v))
		change(v, v["tests"].([]any)[0].(map[string]any))
		require.Error(t, schema.Validate(v), what)
	}
}

func first(test map[string]any) map[string]any {
	return test["expected"].([]any)[0].(map[string]any)
}

// TestParamsKeepTheProtocol: what is valid is a request that the wire's schema
// knows.
func TestParamsKeepTheProtocol(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "protocol.schema.json"))
	require.NoError(t, err)
	schema := resolved(t, text)
	for _, f := range written(t) {
		for _, c := range f.Tests {
			if c.Result == vectors.Invalid {
				continue
			}
			line, err := json.Marshal(wire.Request{ID: 1, Op: f.Operation, Params: c.Params})
			require.NoError(t, err)
			var v any
			require.NoError(t, json.Unmarshal(line, &v))
			require.NoError(t, schema.Validate(v), "%s, test %d (%s): %s", f.Operation, c.TcID, c.Comment, c.Params)
		}
	}
}

// TestTolerancesSaySomething: nothing is allowed that is as large as what is
// compared. Eigenvalues of defective matrices have the widest.
func TestTolerancesSaySomething(t *testing.T) {
	for _, f := range written(t) {
		for _, c := range f.Tests {
			for _, e := range c.Expected {
				most, size := 1e-3, math.Max(largest(e.Value), largest(e.With))
				switch e.Compare {
				case vectors.Equal:
					continue
				case vectors.Spectrum:
					most = 0.05
					size++
				case vectors.Eigenvectors, vectors.Points, vectors.FieldOf, vectors.Carried:
					size = math.Max(1, size)
				}
				if size == 0 {
					size = 1
				}
				if off := largest(e.Tolerance); off > most*size {
					t.Errorf("%s, test %d (%s), %s: a tolerance of %v for %v", f.Operation, c.TcID, c.Comment, e.Member, off, size)
				}
			}
		}
	}
}

func largest(v any) float64 {
	most := 0.0
	switch v := v.(type) {
	case float64:
		return math.Abs(v)
	case []any:
		for _, x := range v {
			most = math.Max(most, largest(x))
		}
	case map[string]any:
		for _, x := range v {
			most = math.Max(most, largest(x))
		}
	}
	return most
}

var update = flag.Bool("update", false, "write the table of flags into docs/vectors.md")

// TestPage holds the table of flags in docs/vectors.md to what flags say.
func TestPage(t *testing.T) {
	page := filepath.Join("..", "..", "docs", "vectors.md")
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	head, rest, ok := strings.Cut(string(text), "-update -->\n")
	require.True(t, ok)
	old, tail, ok := strings.Cut(rest, "<!-- end -->")
	require.True(t, ok)
	table := "\n| flag | says |\n|---|---|\n"
	all := vectors.Flags()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		table += "| `" + name + "` | " + strings.ReplaceAll(all[name], "|", "\\|") + " |\n"
	}
	table += "\n"
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(head+"-update -->\n"+table+"<!-- end -->"+tail), 0o666))
		return
	}
	require.Equal(t, table, old, "stale: go test ./internal/vectors -run TestPage -update")
}

// TestNothingComesFromModel: what the package imports is the oracles, and the
// names of the wire.
func TestNothingComesFromModel(t *testing.T) {
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	seen := 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		require.NoError(t, err)
		for _, spec := range file.Imports {
			path := strings.Trim(spec.Path.Value, `"`)
			inside, ours := strings.CutPrefix(path, "github.com/rankproof/rankproof/")
			require.True(t, ours || !strings.Contains(path, "."), "%s imports %s", name, path)
			if ours {
				require.True(t, strings.HasPrefix(inside, "oracles/") || inside == "internal/wire", "%s imports %s", name, path)
				seen++
			}
		}
		// Of the wire it takes the version and the kinds of errors, no function.
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, use := range strings.Split(string(text), "wire.")[1:] {
			end := strings.IndexFunc(use, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') })
			if strings.HasPrefix(use[end:], "(") {
				t.Errorf("%s calls wire.%s", name, use[:end])
			}
		}
	}
	require.Positive(t, seen)
}

func TestWrite(t *testing.T) {
	files := ofSeedOne()[:2]
	dir := filepath.Join(t.TempDir(), "below", "vectors")
	require.NoError(t, vectors.Write(dir, files))
	require.NoError(t, vectors.Write(dir, files[1:]), "in the place of vectors")
	require.ElementsMatch(t, []string{files[1].Operation + ".json", "schema.json"}, namesIn(t, dir))
	require.Equal(t, []string{"vectors"}, namesIn(t, filepath.Dir(dir)), "nothing is left beside")

	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(dir, link))
	require.NoError(t, vectors.Write(link, files))
	require.Len(t, namesIn(t, dir), 3, "through a link")
	t.Chdir(t.TempDir())
	require.NoError(t, vectors.Write(".", files), "an empty folder that one is in")

	for name, text := range map[string]string{"notes.txt": "mine", "linearize.json": `{"mine": true}`, "other.json": `{"operation": "linearize", "generatorVersion": "1"}`} {
		foreign := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(foreign, name), []byte(text), 0o666))
		err := vectors.Write(foreign, files)
		require.ErrorIs(t, err, vectors.ErrForeign)
		require.ErrorContains(t, err, name)
		require.Equal(t, []string{name}, namesIn(t, foreign))
	}
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o666))
	require.Error(t, vectors.Write(file, files))
}

func namesIn(t *testing.T, dir string) []string {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
