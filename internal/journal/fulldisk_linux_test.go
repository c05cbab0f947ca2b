package journal

import (
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestRealFullDisk: the error of a device that is always full.
func TestRealFullDisk(t *testing.T) {
	p := planOf(3, "a/one")
	j, err := open(t.TempDir(), p, func(string) (file, string, error) {
		f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		return f, "/dev/full", err
	}, time.Hour)
	require.NoError(t, err)
	err = j.Append(recordOf(p, "a/one", 0))
	require.EqualError(t, err, "/dev/full: cannot be written: no space left on device")
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.ErrorIs(t, j.Append(recordOf(p, "a/one", 1)), syscall.ENOSPC)
	require.False(t, j.Done("a/one", 0))
	require.ErrorIs(t, j.Close(), syscall.ENOSPC)
}
