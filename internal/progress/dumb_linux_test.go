package progress_test

import (
	"os"
	"testing"

	"github.com/rankproof/rankproof/internal/progress"
	"github.com/stretchr/testify/require"
)

// TestDumbTerminal: what moves the cursor is for terminals that have one to move.
func TestDumbTerminal(t *testing.T) {
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	require.NoError(t, err)
	defer terminal.Close()
	t.Setenv("TERM", "xterm")
	require.True(t, progress.OnTerminal(terminal))
	t.Setenv("TERM", "dumb")
	require.False(t, progress.OnTerminal(terminal))
	file, err := os.Create(t.TempDir() + "/file")
	require.NoError(t, err)
	defer file.Close()
	t.Setenv("TERM", "xterm")
	require.False(t, progress.OnTerminal(file))
}
