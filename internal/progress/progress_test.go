package progress_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"github.com/rankproof/rankproof/internal/progress"
	"github.com/stretchr/testify/require"
)

func TestLine(t *testing.T) {
	var terminal bytes.Buffer
	l := progress.New(&terminal, 100)
	l.Start("L3")
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 20 {
				l.Add(1)
			}
		})
	}
	group.Wait()
	l.Clear()
	text := terminal.String()
	require.Contains(t, text, "L3 ")
	require.NotContains(t, text, "\n")
	require.True(t, strings.HasSuffix(text, " \r"), "wiped")
	l.Add(20)
	require.True(t, strings.HasSuffix(terminal.String(), " \r"), "wiped at the end")
	l.Add(1) // more than was promised is no harm
}

func TestNoLine(t *testing.T) {
	var l *progress.Line
	l.Start("L3")
	l.Add(1)
	l.Clear()
}
