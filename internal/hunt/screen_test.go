package hunt_test

import (
	"strings"
	"testing"
	"time"

	"github.com/rankproof/rankproof/internal/hunt"
	"github.com/stretchr/testify/require"
)

// terminal is what a screen needs of one: lines, a cursor that moves up, and
// wiping from the cursor on.
func terminal(text string) []string {
	var lines []string
	at := 0
	for text != "" {
		switch {
		case strings.HasPrefix(text, "\x1b[K"):
			text = text[3:]
		case strings.HasPrefix(text, "\x1b[J"):
			lines, text = lines[:min(at, len(lines))], text[3:]
		case strings.HasPrefix(text, "\x1b["):
			up, rest, _ := strings.Cut(text[2:], "A")
			n := 0
			for _, d := range up {
				n = 10*n + int(d-'0')
			}
			at, text = at-n, rest
		case text[0] == '\r':
			text = text[1:]
		default:
			line, rest, _ := strings.Cut(text, "\n")
			line, _, _ = strings.Cut(line, "\x1b") // [K: wiped to its end
			if at < len(lines) {
				lines[at] = line
			} else {
				lines = append(lines, line)
			}
			at, text = at+1, rest
		}
	}
	return lines
}

// TestScreen draws in place, no wider or higher than the terminal, and leaves
// nothing behind.
func TestScreen(t *testing.T) {
	var out strings.Builder
	s := hunt.NewScreen(&out, func() (int, int) { return 50, 6 })
	status := hunt.Status{Elapsed: time.Second, Instances: 12, Canary: "caught"}
	for _, ref := range []string{"L1", "L2", "L3", "L4", "L5"} {
		status.Rows = append(status.Rows, hunt.Row{Ref: ref, Instances: 100, Unknown: 1, Margin: 0.5})
	}
	s.Show(status)
	status.Instances = 13
	s.Show(status)
	lines := terminal(out.String())
	require.Len(t, lines, 5)
	require.Contains(t, lines[0], "13 instances")
	require.Contains(t, lines[2], "L1             100       0.5    1.00%")
	require.Equal(t, "… and 3 more", lines[4])
	for _, line := range lines {
		require.Less(t, len([]rune(line)), 50)
	}
	s.Clear()
	require.Empty(t, terminal(out.String()))
	(*hunt.Screen)(nil).Clear()
}
