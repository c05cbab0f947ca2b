package wire

import (
	"bufio"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestReadLine at every length about the longest, and about that of the buffer.
func TestReadLine(t *testing.T) {
	const most, buffered = 40, 16
	for n := range 2 * most {
		for _, end := range []string{"\n", "\r\n"} {
			want := strings.Repeat("x", n)
			r := bufio.NewReaderSize(strings.NewReader(want+end+"next\n"), buffered)
			line, err := ReadLine(r, most)
			if n+len(end)-1 > most {
				require.ErrorIs(t, err, ErrLongLine, n)
				require.Equal(t, want[:min(n, most)], strings.TrimSuffix(string(line), "\r"), n)
				require.NoError(t, skipLine(r), n)
			} else {
				require.NoError(t, err, n)
				require.Equal(t, want, string(line), n)
			}
			line, err = ReadLine(r, most)
			require.NoError(t, err, n)
			require.Equal(t, "next", string(line), n)
			line, err = ReadLine(r, most)
			require.ErrorIs(t, err, io.EOF, n)
			require.Empty(t, line)
		}
	}
	line, err := ReadLine(bufio.NewReaderSize(strings.NewReader("half"), buffered), most)
	require.ErrorIs(t, err, io.EOF)
	require.Equal(t, "half", string(line))
	_, err = ReadLine(bufio.NewReaderSize(strings.NewReader(strings.Repeat("x", 2*most)), buffered), most)
	require.ErrorIs(t, err, ErrLongLine, "without an end")
}
