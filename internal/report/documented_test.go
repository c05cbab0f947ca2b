package report_test

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/rankproof/rankproof/internal/report"
	"github.com/stretchr/testify/require"
)

// TestRefutationKeysAreDocumented: the page lists the keys of verify refute
// --json, all of them and no other.
func TestRefutationKeysAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/hunting.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n## Conjectures\n")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")
	var documented []string
	for line := range strings.Lines(section) {
		if cells := strings.Split(line, "|"); len(cells) > 2 {
			for _, key := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cells[1], -1) {
				documented = append(documented, key[1])
			}
		}
	}
	var keys []string
	for _, of := range []reflect.Type{reflect.TypeFor[report.RefutationsDocument](), reflect.TypeFor[report.ConjectureDocument]()} {
		for i := range of.NumField() {
			key, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			keys = append(keys, key)
		}
	}
	require.ElementsMatch(t, keys, documented)
}
