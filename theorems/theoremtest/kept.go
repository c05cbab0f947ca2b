package theoremtest

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rankproof/rankproof/theorems"
)

// Folder is where a package keeps counterexamples, the line of JSON that a
// failure prints, one a file whose name ends in .json. Each is judged again
// whenever its theorem or conjecture is, in a subtest of the file's name. One to
// a theorem that no test of the package runs is judged by none.
const Folder = "testdata/rankproof"

const keepIt = "to judge it again, keep its line of JSON in " + Folder + ", as a file whose name ends in .json"

// eachKept judges the counterexamples of the folder that are to a theorem.
func eachKept(t *testing.T, th theorems.Theorem, judge func(t *testing.T, c theorems.Check, instance any)) {
	t.Helper()
	files, err := os.ReadDir(filepath.FromSlash(Folder))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	for _, f := range files {
		name := filepath.Join(filepath.FromSlash(Folder), f.Name())
		if f.IsDir() || !strings.HasSuffix(f.Name(), ".json") {
			t.Fatalf("%s is no counterexample: no file whose name ends in .json", name)
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var to struct{ Theorem, Ref string }
		switch err := json.Unmarshal(text, &to); {
		case err != nil:
			t.Fatalf("%s is no counterexample: %v", name, err)
		case to.Theorem == "" && to.Ref == "":
			t.Fatalf("%s is no counterexample: it names no theorem", name)
		case to.Theorem != th.ID && (to.Theorem != "" || to.Ref != th.Ref):
			continue
		}
		t.Run(f.Name(), func(t *testing.T) {
			w, _, c, err := theorems.ParseCounterexample(text, []theorems.Theorem{th})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			judge(t, c, w.Instance())
		})
	}
}
