package wire

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
)

// page returns docs/protocol.md.
func page(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/protocol.md")
	require.NoError(t, err)
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

// TestPageListsTheOperations: each has a row, with its params and the members of
// its result, and nothing else has.
func TestPageListsTheOperations(t *testing.T) {
	rows := map[string]string{}
	for line := range strings.Lines(page(t)) {
		if cells := strings.Split(line, " | "); strings.HasPrefix(line, "| `") && len(cells) == 3 {
			name, _, _ := strings.Cut(strings.TrimPrefix(cells[0], "| `"), "`")
			rows[name] = line
		}
	}
	var names []string
	for name := range rows {
		names = append(names, name)
	}
	require.ElementsMatch(t, Operations(), names)
	for _, phi := range model.Nonlinearities() {
		require.Contains(t, page(t), "`"+phi.Name()+"`")
	}
}

// TestPageIsTrue: the sessions on the page are what is answered.
func TestPageIsTrue(t *testing.T) {
	_, rest, found := strings.Cut(page(t), "```wire\n")
	require.True(t, found)
	session, _, _ := strings.Cut(rest, "```")
	v, answered := newServer(theorems.Model(), HelloOf(theorems.Model())), ""
	for line := range strings.Lines(session) {
		if request, asks := strings.CutPrefix(line, "> "); asks {
			answered = string(encoded(v.answer([]byte(request))))
			continue
		}
		require.JSONEq(t, strings.TrimPrefix(line, "< "), answered)
	}
	require.NotEmpty(t, answered)
	require.True(t, json.Valid([]byte(answered)))
}
