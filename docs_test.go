package rankproof_test

import (
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/rankproof/rankproof/internal/theoremdoc/markdown"
	"github.com/rankproof/rankproof/theorems/conjectures"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/stretchr/testify/require"
)

// document reads a text of the module, with the line ends of any platform.
func document(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

func TestTheoremsPageIsCurrent(t *testing.T) {
	if document(t, "THEOREMS.md") != string(markdown.Theorems(registry.All())) {
		t.Fatal("stale: run go generate .")
	}
}

func TestConjecturesPageIsCurrent(t *testing.T) {
	page, err := markdown.Conjectures(conjectures.All())
	require.NoError(t, err)
	if document(t, "CONJECTURES.md") != string(page) {
		t.Fatal("stale: run go generate .")
	}
}

var fence = regexp.MustCompile("(?ms)^```(\\w*)[^\n]*\n(.*?)^```$")

// blocks returns the fenced blocks of a language.
func blocks(text, language string) []string {
	var out []string
	for _, m := range fence.FindAllStringSubmatch(text, -1) {
		if m[1] == language {
			out = append(out, m[2])
		}
	}
	return out
}

// command is a line of a sh block.
type command struct {
	line string
	args []string
	exit int // the status that a trailing "# exit N" states, otherwise 0
}

var statedExit = regexp.MustCompile(`\bexit (\d+)`)

// commands splits the lines of a document's sh blocks into words.
func commands(t *testing.T, text string) []command {
	t.Helper()
	var out []command
	for _, block := range blocks(text, "sh") {
		for line := range strings.Lines(strings.ReplaceAll(block, "\\\n", " ")) {
			args, comment, err := words(line)
			require.NoError(t, err, "%s", line)
			if len(args) == 0 {
				continue
			}
			c := command{line: strings.TrimSpace(line), args: args}
			if m := statedExit.FindStringSubmatch(comment); m != nil {
				c.exit, err = strconv.Atoi(m[1])
				require.NoError(t, err)
			}
			out = append(out, c)
		}
	}
	return out
}

// words splits a line as a shell does, as far as documents need it: quotes,
// and a comment at the end. What only a shell can do is refused.
func words(line string) (args []string, comment string, err error) {
	var word strings.Builder
	open, quote := false, rune(0)
	for i, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, open = r, true
		case r == '#' && !open:
			return args, line[i+1:], nil
		case r == ' ' || r == '\t' || r == '\n':
			if open {
				args = append(args, word.String())
			}
			word.Reset()
			open = false
		case strings.ContainsRune("|<>&;$*?`\\(){}~", r):
			return nil, "", fmt.Errorf("%q would need a shell", r)
		default:
			word.WriteRune(r)
			open = true
		}
	}
	if quote != 0 {
		return nil, "", errors.New("unclosed quote")
	}
	if open {
		args = append(args, word.String())
	}
	return args, "", nil
}

func TestWords(t *testing.T) {
	args, comment, err := words(`verify run --only 'L1*' ""  x#y # exit 3`)
	require.NoError(t, err)
	require.Equal(t, []string{"verify", "run", "--only", "L1*", "", "x#y"}, args)
	require.Equal(t, " exit 3", comment)
	for _, refused := range []string{"a | b", "a > b", "echo $x", "ls *", "a 'b"} {
		_, _, err := words(refused)
		require.Error(t, err, refused)
	}
}

// known are the beginnings of lines that are not run here: because this test
// is in them, or because they change what is not the test's.
var known = [][]string{
	{"go", "test"}, {"go", "generate"}, {"go", "install"}, {"go", "get"}, {"git", "clone"}, {"cd"}, {"make"}, {".ci/run"},
}

func (c command) startsWith(words ...string) bool {
	return len(c.args) >= len(words) && strings.Join(c.args[:len(words)], " ") == strings.Join(words, " ")
}

// missing returns what the command refers to in the module and is not there.
// An argument is a file if it has an extension of one or begins with "./".
func (c command) missing() []string {
	var out []string
	for _, arg := range c.args[1:] {
		_, value, ok := strings.Cut(arg, "=")
		if !ok {
			value = arg
		}
		name, all := strings.CutSuffix(value, "/...")
		switch filepath.Ext(value) {
		case ".npz", ".json", ".go", ".md", ".txt":
		default:
			if !all && !strings.HasPrefix(value, "./") {
				continue
			}
		}
		if _, err := os.Stat(filepath.FromSlash(name)); err != nil {
			out = append(out, value)
		}
	}
	return out
}

// TestReadmeCommands runs what README tells its reader to run. A run of the
// theorems is cut short with flags: go run ./cmd/verify in full is CI's.
// (The tests of the layout read every file of the module, so go test's cache
// is stale whenever what is built here is.)
func TestReadmeCommands(t *testing.T) {
	list := commands(t, document(t, "README.md"))
	require.NotEmpty(t, list, "README.md has no line in any block fenced by ```sh: nothing was tested")
	verify := built(t, "./cmd/verify")
	ran, folder := 0, withExamples(t)
	for _, c := range list {
		require.Empty(t, c.missing(), "README.md refers to files that do not exist: %s", c.line)
		if !c.startsWith("go", "run", "./cmd/verify") {
			requireKnown(t, c)
			continue
		}
		ran++
		t.Run(c.line, func(t *testing.T) {
			program := exec.Command(verify, cheap(c.args[3:])...)
			program.Dir = folder
			requireExit(t, c.exit, program)
		})
	}
	require.NotZero(t, ran, "README.md has no line that starts with go run ./cmd/verify")
	for i, network := range blocks(document(t, "README.md"), "json") {
		t.Run(fmt.Sprintf("network %d", i+1), func(t *testing.T) {
			requireExit(t, 0, exec.Command(verify, "check", written(t, "network.json", network)))
		})
	}
}

// withExamples returns a folder with a copy of examples, where what is run may
// leave what it makes.
func withExamples(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	require.NoError(t, os.CopyFS(filepath.Join(folder, "examples"), os.DirFS("examples")))
	return folder
}

// programs are those that built has compiled, by package.
var programs = map[string]string{}

// ending is that of the name of a program.
var ending = map[bool]string{true: ".exe"}[runtime.GOOS == "windows"]

// built compiles a package of the module to a program, once.
func built(t *testing.T, pkg string) string {
	t.Helper()
	if program, known := programs[pkg]; known {
		return program
	}
	folder, err := os.MkdirTemp(programsFolder, "")
	require.NoError(t, err)
	program := filepath.Join(folder, "program") + ending
	said, err := exec.Command("go", "build", "-o", program, pkg).CombinedOutput()
	require.NoError(t, err, "go build %s: %s", pkg, said)
	programs[pkg] = program
	return program
}

// programsFolder is there as long as the tests of this package.
var programsFolder string

// TestMain keeps programsFolder, and lets the compiler trade memory for a third of its
// time.
func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if os.Getenv("GOGC") == "" {
			os.Setenv("GOGC", "800")
		}
		if programsFolder, err = os.MkdirTemp("", "rankproof"); err != nil {
			log.Fatal(err)
		}
		defer os.RemoveAll(programsFolder)
		return m.Run()
	}())
}

// written puts a text into a file of its own.
func written(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

// requireExit runs a command, and shows what it printed where its status is
// another.
func requireExit(t *testing.T, want int, c *exec.Cmd) {
	t.Helper()
	said, err := c.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	require.Equal(t, want, c.ProcessState.ExitCode(), "%s", said)
}

// around makes a program of README's Go blocks, each a function with what it
// takes for granted, and an end at the first error.
const around = `package main

import (
	"log"
	"math/rand/v2"

	"github.com/rankproof/rankproof/model"
	"gonum.org/v1/gonum/mat"
)

func network() {
	const units = 3
	m, n := mat.NewDense(units, 1, []float64{1, -1, 2}), mat.NewDense(units, 1, []float64{3, -2, 1})
%s	log.Print(modes.Eigenvalues)
}

func system() {
	a, c := mat.NewDense(1, 1, []float64{0.5}), mat.NewDense(2, 1, []float64{1, 2})
	q, err := model.IsotropicNoise(1, 1)
	if err != nil { log.Fatal(err) }
	r, err := model.DiagonalNoise([]float64{1, 2})
	if err != nil { log.Fatal(err) }
	y, missing := [][]float64{{1, 0}, {0, 1}}, [][]bool{{false, false}, {true, false}}
%s	log.Print(nats, back.Dimension, loglik)
}

func mixtures() {
	cov := mat.NewSymDense(5, nil) // Σ_mm = 1, Σ_nm = [[1.6, −0.8], [0.8, 1.6]]
	for i := range 2 {
		cov.SetSym(i, i, 1)
		cov.SetSym(2+i, 2+i, 3.2)
		cov.SetSym(i, 2+i, 1.6)
	}
	cov.SetSym(2, 1, -0.8)
	cov.SetSym(3, 0, 0.8)
	populations := []model.Population{{Weight: 1, Mean: make([]float64, 5), Cov: cov}}
	rng, start, kappa := rand.New(rand.NewPCG(1, 2)), []float64{1, 0}, []float64{0.5, 0}
	box := model.Box{Lower: []float64{-1, -1}, Upper: []float64{1, 1}}
	features, err := model.DrawFeatures(rng, 2, 5, model.DefaultFeatureScales(box))
	if err != nil { log.Fatal(err) }
	x, err := model.GridPoints(box, 5)
	if err != nil { log.Fatal(err) }
	dx, err := model.FieldValues(model.VanDerPol(1), x)
	if err != nil { log.Fatal(err) }
%s	log.Print(len(points.Points), cycle.Period, network.Units(), variance, fit.RMS)
}

func main() { network(); system(); mixtures() }
`

// TestReadmeProgram runs README's Go blocks.
func TestReadmeProgram(t *testing.T) {
	var checked []any
	for _, code := range blocks(document(t, "README.md"), "go") {
		checked = append(checked, regexp.MustCompile(`(?m)^\w+, err := .*$`).ReplaceAllString(code, "$0\nif err != nil { log.Fatal(err) }"))
	}
	require.Len(t, checked, 3)
	requireExit(t, 0, exec.Command(built(t, written(t, "main.go", fmt.Sprintf(around, checked...)))))
}

func requireKnown(t *testing.T, c command) {
	t.Helper()
	for _, k := range known {
		if c.startsWith(k...) {
			return
		}
	}
	t.Errorf("nothing tests this line: %s", c.line)
}

// cheap cuts a run of the theorems short: few instances, of one theorem
// unless others were asked for; vectors to one operation; a fit to few
// populations and units; and a hunt, or the plan of one, to half of its
// instances, four blocks of a theorem, in which a canary is caught in every way, and
// to theorems of which an instance costs little.
func cheap(args []string) []string {
	out := append([]string(nil), args...)
	for i, arg := range out {
		if arg == "--until-instances" && i+1 < len(out) && out[i+1] == "4000" {
			out[i+1] = "2000"
		}
		if arg == "--only" && i+1 < len(out) && (out[0] == "hunt" || out[0] == "plan") {
			out[i+1] = strings.ReplaceAll(out[i+1], "L6", "M1")
		}
	}
	if len(out) > 0 && out[0] == "fit" {
		return append(out, "--populations", "5", "--units", "500")
	}
	if len(out) > 0 && out[0] == "vectors" {
		return append(out, "--only", "linearize")
	}
	if len(out) > 0 && !strings.HasPrefix(out[0], "-") && out[0] != "run" {
		return out
	}
	for _, flag := range [][]string{{"--checks", "20"}, {"--only", "L1"}} {
		given := false
		for _, arg := range args {
			given = given || arg == flag[0] || strings.HasPrefix(arg, flag[0]+"=")
		}
		if !given {
			out = append(out, flag...)
		}
	}
	return out
}

var link = regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)

// TestDocumentsReferToWhatExists follows links, and looks at commands that are
// not run.
func TestDocumentsReferToWhatExists(t *testing.T) {
	for _, name := range append(pages(t), "README.md", "CONTRIBUTING.md", "CHANGELOG.md") {
		text := document(t, name)
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			_, err := os.Stat(filepath.FromSlash(path.Join(path.Dir(name), m[1])))
			require.NoError(t, err, "%s: link to %s", name, m[1])
		}
		for _, c := range commands(t, text) {
			if path.Dir(name) == "." { // what a page of docs makes is not there
				require.Empty(t, c.missing(), "%s: %s", name, c.line)
			}
			if !c.startsWith("go", "run", "./cmd/verify") {
				requireKnown(t, c)
			}
		}
	}
}
