package rankproof_test

import (
	"bytes"
	"encoding/json"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// added is the file around the Go block of CONTRIBUTING.md, and the test that
// judges it and refutes its twins.
const added = `package linearization

import (
	"cmp"
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/theorems"
)

`

const addedTest = `package linearization_test

import (
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/linearization"
	"github.com/rankproof/rankproof/theorems/theoremtest"
)

func TestAdded(t *testing.T) {
	if err := theorems.Validate([]theorems.Theorem{linearization.OwnDecay()}); err != nil {
		t.Fatal(err)
	}
	theoremtest.Run(t, theorems.Model(), linearization.OwnDecay())
	theoremtest.Teeth(t, theorems.Model(), linearization.OwnDecay())
}
`

// TestContributingAddsATheorem does what CONTRIBUTING.md says, in an overlay:
// its theorem is compiled into its family, judged and broken.
func TestContributingAddsATheorem(t *testing.T) {
	text := document(t, "CONTRIBUTING.md")
	_, section, _ := strings.Cut(text, "## Adding a theorem\n")
	section, _, _ = strings.Cut(section, "\n## ")
	require.Less(t, strings.Count(strings.TrimSpace(section), "\n")+3, 40, "lines, the heading included, to add a theorem")
	code := blocks(section, "go")
	require.Len(t, code, 1)
	formatted, err := format.Source([]byte(added + code[0]))
	require.NoError(t, err)
	require.Equal(t, string(formatted), added+code[0], "not as gofmt has it")

	root, err := os.Getwd()
	require.NoError(t, err)
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for name, text := range map[string]string{"l14_own_decay.go": added + code[0], "l14_own_decay_test.go": addedTest} {
		overlay.Replace[filepath.Join(root, "theorems", "linearization", name)] = written(t, name, text)
	}
	list, err := json.Marshal(overlay)
	require.NoError(t, err)
	said, err := exec.Command("go", "test", "-v", "-vet=off", "-overlay", written(t, "overlay.json", string(list)), "-run", "^TestAdded$", "./theorems/linearization").CombinedOutput()
	require.NoError(t, err, "%s", said)
	require.True(t, bytes.Contains(said, []byte("--- PASS: TestAdded/linearization/own-decay")), "nothing was judged: %s", said)
	t.Logf("%s", said)
}
