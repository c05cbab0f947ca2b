package rankproof_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// pages returns the documents below docs.
func pages(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join("docs", "*.md"))
	require.NoError(t, err)
	require.NotEmpty(t, found)
	for i := range found {
		found[i] = filepath.ToSlash(found[i])
	}
	return found
}

// TestPages runs the sh and python blocks of each page of docs in their order,
// in a folder with a copy of examples, where they may leave what they make.
// Without a python3 that has numpy, which nothing else here needs, the python
// blocks are only named in the log; RANKPROOF_PYTHON=require makes that a failure.
func TestPages(t *testing.T) {
	verify := built(t, "./cmd/verify")
	python, lacks := numpy()
	if os.Getenv("RANKPROOF_PYTHON") == "require" {
		require.Empty(t, lacks)
	}
	for _, page := range pages(t) {
		t.Run(page, func(t *testing.T) {
			folder := t.TempDir()
			require.NoError(t, os.CopyFS(filepath.Join(folder, "examples"), os.DirFS("examples")))
			run := func(exit int, program string, args ...string) {
				c := exec.Command(program, args...)
				c.Dir = folder
				requireExit(t, exit, c)
			}
			ran := 0
			for i, block := range fence.FindAllStringSubmatch(document(t, page), -1) {
				switch {
				case block[1] == "python" && lacks != "":
					t.Logf("block %d is not run: %s", i+1, lacks)
				case block[1] == "python":
					run(0, python, "-c", block[2])
				}
				for _, c := range commands(t, block[0]) {
					if !c.startsWith("go", "run", "./cmd/verify") {
						requireKnown(t, c)
						continue
					}
					ran++
					run(c.exit, verify, cheap(c.args[3:])...)
				}
			}
			require.NotZero(t, ran, "%s has no line that starts with go run ./cmd/verify", page)
		})
	}
}

// TestPagePrograms runs the Go blocks of each page of docs that has some, in
// their order as one program, with an end at the first error.
func TestPagePrograms(t *testing.T) {
	ran := 0
	for _, page := range pages(t) {
		program := strings.Join(blocks(document(t, page), "go"), "\n")
		if program == "" {
			continue
		}
		ran++
		t.Run(page, func(t *testing.T) {
			program = assigned.ReplaceAllString(program, "$0\nif err != nil { log.Fatal(err) }")
			requireExit(t, 0, exec.Command(built(t, written(t, "main.go", programOf(program)))))
		})
	}
	require.NotZero(t, ran)
}

// assigned is a line that may set err, and is the whole of a statement.
var assigned = regexp.MustCompile(`(?m)^\w+, err :?= .*$`)

// programOf puts statements into a program that imports what they name.
func programOf(statements string) string {
	var imports strings.Builder
	for _, path := range []string{"errors", "fmt", "log", "math", "math/rand/v2", module + "/model", "gonum.org/v1/gonum/mat"} {
		name := filepath.Base(strings.TrimSuffix(path, "/v2"))
		if strings.Contains(statements, name+".") {
			fmt.Fprintf(&imports, "import %q\n", path)
		}
	}
	return fmt.Sprintf("package main\n\n%s\nfunc main() {\n%s}\n", &imports, statements)
}

// numpy returns a Python that has it, or why there is none.
func numpy() (python, lacks string) {
	lacks = "there is no python3"
	for _, name := range []string{"python3", "/usr/bin/python3", "python"} {
		if path, err := exec.LookPath(name); err == nil {
			lacks = name + " has no numpy"
			if exec.Command(path, "-c", "import numpy").Run() == nil {
				return path, ""
			}
		}
	}
	return "", lacks
}
