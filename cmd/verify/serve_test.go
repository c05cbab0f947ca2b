package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestServeEndsWithItsInput(t *testing.T) {
	var out, err bytes.Buffer
	in := strings.NewReader(`{"id": 1, "op": "hello"}` + "\n" +
		`{"id": 2, "op": "to_activity", "params": {"network": {"W": [[1]], "nonlinearity": "relu"}, "x": [-2]}}` + "\n")
	require.Equal(t, statusHolds, execute(context.Background(), []string{"serve"}, streams{in: in, out: &out, err: &err}))
	require.Empty(t, err.String())
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 2)
	require.Contains(t, lines[0], `"protocol":1`)
	require.JSONEq(t, `{"id": 2, "result": {"r": [0]}}`, lines[1])
}

// TestServeCanBeInterrupted while it waits for a request.
func TestServeCanBeInterrupted(t *testing.T) {
	in, more := io.Pipe()
	defer more.Close()
	ctx, interrupt := context.WithCancel(context.Background())
	status := make(chan int)
	go func() { status <- execute(ctx, []string{"serve"}, streams{in: in, out: io.Discard, err: io.Discard}) }()
	interrupt()
	select {
	case s := <-status:
		require.Equal(t, statusUnknown, s)
	case <-time.After(time.Minute):
		t.Fatal("still waiting")
	}
}

func TestServeTakesNoArguments(t *testing.T) {
	var err bytes.Buffer
	require.Equal(t, statusBadInput, execute(context.Background(), []string{"serve", "now"}, streams{in: strings.NewReader(""), out: io.Discard, err: &err}))
	require.Contains(t, err.String(), "serve takes no arguments")
}
