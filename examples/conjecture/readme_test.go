package conjecture

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	block = regexp.MustCompile("(?ms)^```(\\w+) ?([^\n]*)\n(.*?)^```$")
	link  = regexp.MustCompile(`\]\(([^)#:]+)\)`)
	exit  = regexp.MustCompile(`exit (\d+)`)
)

// TestReadme does what README.md says, in a module of its own: files are
// written, commands run with the status that they state, and the lines of a text
// block must be in what the command before it printed.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme := strings.ReplaceAll(string(text), "\r\n", "\n")
	clone, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	folder, said, ran := t.TempDir(), "", 0
	for _, b := range block.FindAllStringSubmatch(readme, -1) {
		language, name, body := b[1], b[2], b[3]
		switch {
		case name != "":
			file := filepath.Join(folder, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
				t.Fatal(err)
			}
		case language == "sh":
			for line := range strings.Lines(body) {
				command, comment, _ := strings.Cut(line, "#")
				want := "0"
				if m := exit.FindStringSubmatch(comment); m != nil {
					want = m[1]
				}
				args := strings.Fields(strings.NewReplacer("'", "", "=../rankproof", "="+clone).Replace(command))
				c := exec.Command(args[0], args[1:]...)
				c.Dir = folder
				c.Env = append(os.Environ(), "RANKPROOF_SEED=", "RANKPROOF_EFFORT=", "GOWORK=off")
				out, err := c.CombinedOutput()
				ran++
				said = string(out)
				if state := c.ProcessState; state == nil || state.String() != "exit status "+want {
					t.Fatalf("%s: %v, want exit status %s\n%s", line, err, want, said)
				}
			}
		case language == "text":
			for line := range strings.Lines(body) {
				if line = strings.TrimSpace(line); !strings.Contains(said, line) {
					t.Errorf("README.md says that this is printed: %s\nbut that was:\n%s", line, said)
				}
			}
		default:
			t.Errorf("a block of %s that is neither written to a file nor run: %.60s", language, body)
		}
	}
	if ran == 0 {
		t.Error("README.md has no commands")
	}
	for _, m := range link.FindAllStringSubmatch(block.ReplaceAllString(readme, ""), -1) {
		if _, err := os.Stat(filepath.FromSlash(m[1])); err != nil {
			t.Error(err)
		}
	}
}
