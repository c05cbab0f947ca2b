package gate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rankproof/rankproof/internal/wire"
	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
)

// optionsFor starts children of a mode.
func optionsFor(t *testing.T, mode string) Options {
	t.Helper()
	t.Setenv(childMode, mode)
	self, err := os.Executable()
	require.NoError(t, err)
	return Options{Command: []string{self}, Children: 2, Depth: 4, Start: 20 * time.Second, Request: 20 * time.Second}
}

// settle fails if goroutines of this package are left when a test ends.
func settle(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		require.Eventually(t, func() bool {
			stacks := make([]byte, 1<<20)
			stacks = stacks[:runtime.Stack(stacks, true)]
			return !bytes.Contains(stacks, []byte("internal/gate.(*"))
		}, 10*time.Second, 10*time.Millisecond, "goroutines are left")
	})
}

func opened(t *testing.T, o Options) *Pool {
	t.Helper()
	p, err := New(context.Background(), o)
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return p
}

// askAll asks for n from 0, by several goroutines, and returns the errors.
func askAll(t *testing.T, p *Pool, n int) []error {
	t.Helper()
	errs := make([]error, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			var got struct{ N int }
			result, err := p.Call("linearize", params(i))
			if errs[i] = err; err == nil {
				err = json.Unmarshal(result, &got)
			}
			if err == nil && got.N != i {
				errs[i] = fmt.Errorf("%d for %d", got.N, i)
			}
		})
	}
	group.Wait()
	return errs
}

func params(n int) json.RawMessage { return fmt.Appendf(nil, `{"n":%d}`, n) }

// TestHostileChildren: each hostility costs one fault, of the request that
// provoked it, and the others are answered.
func TestHostileChildren(t *testing.T) {
	for name, want := range map[string]string{
		"crashes":            "crashed at linearize: exit status 3",
		"panics":             "crashed at linearize: exit status 2",
		"hangs":              "hung at linearize: no answer within 300ms",
		"ignores SIGTERM":    "hung at linearize: no answer within 300ms",
		"endless line":       "wrote a line without end at linearize: longer than 16 MiB",
		"half a line, crash": "wrote half a line at linearize: then exit status 1",
		"half a line, hangs": "hung at linearize: no answer within 300ms",
		"garbage":            "wrote no response at linearize: the line is no JSON",
		"debugging":          "wrote no response at linearize: the line is no JSON",
		"no UTF-8":           "wrote no response at linearize: the line is no UTF-8",
		"an array":           "wrote no response at linearize: the line is no JSON object",
		"empty line":         "wrote no response at linearize: the line is no JSON",
		"deep nesting":       "wrote no response at linearize: the line is no JSON",
		"wrong id":           "answered out of order at linearize: an id that is not that of the first request in line",
		"no id":              "answered out of order at linearize: no id",
		"text for an id":     "answered out of order at linearize: id is no number",
		"closes its output":  "closed its output at linearize: and went on",
		"grandchild":         "crashed at linearize: exit status 5",
		"noisy":              "crashed at linearize: exit status 6",
	} {
		t.Run(name, func(t *testing.T) {
			settle(t)
			o := optionsFor(t, "hostile:"+name)
			if strings.Contains(want, "300ms") {
				o.Request = 300 * time.Millisecond
			}
			p := opened(t, o)
			for n, err := range askAll(t, p, 20) {
				if n != 5 {
					require.NoError(t, err, n)
					continue
				}
				var f *Fault
				require.ErrorAs(t, err, &f)
				require.EqualError(t, f, want)
				require.True(t, f.Repeats)
				require.Len(t, f.Requests, 1)
				require.JSONEq(t, `{"n":5}`, string(f.Requests[0].Params))
				if name == "noisy" {
					require.True(t, strings.HasSuffix(f.Stderr, "the last words"))
					require.LessOrEqual(t, len(f.Stderr), longestTail)
				}
			}
			require.Empty(t, p.Unrepeated())
			require.NoError(t, p.Err())

			started := p.Started()
			_, err := p.Call("linearize", params(5))
			require.EqualError(t, err, want, "it is known, and not asked again")
			require.Equal(t, started, p.Started())
		})
	}
}

// TestWrongResponses cost no child: the line is in order, what is in it is not.
func TestWrongResponses(t *testing.T) {
	for name, want := range map[string]string{
		"NaN":          "malformed result of linearize: NaN in place of a number",
		"infinite":     "malformed result of linearize: -Infinity in place of a number",
		"null":         "malformed result of linearize: neither result nor error",
		"neither":      "malformed result of linearize: neither result nor error",
		"both":         "malformed result of linearize: a result and an error",
		"unknown kind": `malformed result of linearize: error is of no known kind: "ValueError"`,
		"long message": "internal: " + strings.Repeat("é", longestMessage/2) + "…",
	} {
		t.Run(name, func(t *testing.T) {
			settle(t)
			p := opened(t, optionsFor(t, "hostile:"+name))
			errs := askAll(t, p, 20)
			require.EqualError(t, errs[5], want)
			require.NoError(t, errors.Join(append(errs[:5], errs[6:]...)...))
			require.LessOrEqual(t, p.Started(), 2)
		})
	}
}

// TestFaultsOfNoRequest: a request that is answered when it is asked again is not
// to blame, and a child that goes on like that is given up.
func TestFaultsOfNoRequest(t *testing.T) {
	for mode, want := range map[string]struct {
		kind  Kind
		found string
	}{
		"hostile:dies after": {Died, "died between requests: exit status 4"},
		"hostile:many lines": {Unasked, ""},
		"fifth:crashes":      {Died, "died between requests: exit status 3"},
		"fifth:garbage":      {Garbage, "wrote no response at linearize: the line is no JSON"},
	} {
		t.Run(mode, func(t *testing.T) {
			settle(t)
			o := optionsFor(t, mode)
			o.Children = 1
			p := opened(t, o)
			require.NoError(t, errors.Join(askAll(t, p, 12)...))
			require.Eventually(t, func() bool { return len(p.Unrepeated()) > 0 }, 10*time.Second, time.Millisecond)
			f := p.Unrepeated()[0]
			require.False(t, f.Repeats)
			require.NotEmpty(t, f.Requests)
			if want.found != "" {
				require.EqualError(t, f, want.found)
				require.Equal(t, want.kind, f.Kind)
			}
		})
	}
	t.Run("always", func(t *testing.T) {
		settle(t)
		p := opened(t, optionsFor(t, "always:dies after"))
		askAll(t, p, 100)
		require.ErrorContains(t, p.Err(), "times a child ended for no request's sake")
		require.Less(t, p.Started(), 2*unrepeated+10)
		_, err := p.Call("linearize", params(1000))
		require.ErrorIs(t, err, theorems.ErrUndecided)
	})
	t.Run("out of order", func(t *testing.T) {
		settle(t)
		p := opened(t, optionsFor(t, "swaps"))
		errs := askAll(t, p, 200)
		for n, err := range errs {
			if err != nil {
				require.ErrorIs(t, err, theorems.ErrUndecided, n)
			}
		}
		require.Equal(t, Misnumbered, p.Unrepeated()[0].Kind)
	})
}

// TestAllowances: a child that answers nothing is soon asked nothing any more.
func TestAllowances(t *testing.T) {
	settle(t)
	p := opened(t, optionsFor(t, "always:crashes"))
	faults, refused := 0, 0
	for n := range 100 {
		_, err := p.Call([]string{"linearize", "modes"}[n%2], params(n))
		var f *Fault
		switch {
		case errors.As(err, &f):
			faults++
		case errors.Is(err, theorems.ErrNotImplemented):
			refused++
			require.ErrorContains(t, err, "no request was ever answered")
		default:
			require.NoError(t, err)
		}
	}
	require.Equal(t, ofSilent, faults)
	require.Equal(t, 100-ofSilent, refused)
	require.Less(t, p.Started(), 2*ofSilent+2)
}

// TestHangsAreFew: what a child that hangs costs does not grow with the instances.
func TestHangsAreFew(t *testing.T) {
	settle(t)
	o := optionsFor(t, "always:hangs")
	o.Request = 100 * time.Millisecond
	p := opened(t, o)
	start := time.Now()
	askAll(t, p, 500)
	require.Less(t, time.Since(start), 10*time.Second, "500 limits are 50 s")
}

// TestGreetings: a child that does not start is an error that says why.
func TestGreetings(t *testing.T) {
	for name, want := range map[string]string{
		"noise before hello": `wrote no response to hello: the line is no JSON; it wrote "Welcome to numlib 3.1"`,
		"never says hello":   "no answer to hello within 300ms",
		"exits at once":      "crashed before it answered hello: exit status 1; its standard error ends in\n| no module named numpy",
		"protocol 2":         "it speaks protocol 2, and this is version 1",
		"float16":            `its precision is "float16", want "float64" or "float32"`,
		"no operations":      "it offers no operation",
		"text for protocol":  "hello is malformed: json: cannot unmarshal string",
		"hello is an error":  "hello: internal: no licence",
		"endless hello":      "wrote a line without end before it answered hello: longer than 16 MiB",
		"many operations":    "it offers 1002 operations, want at most 256",
		"echo":               "it answers hello with a request: does it echo its input?",
		"long operation":     "it offers an operation with a name of 1048576 bytes, want at most 100",
		"long number":        "hello is malformed: json: cannot unmarshal number 111",
		"wrong id":           "answered out of order to hello: an id that is not that of the first request in line",
	} {
		t.Run(name, func(t *testing.T) {
			settle(t)
			o := optionsFor(t, "greets:"+name)
			if strings.Contains(want, "300ms") {
				o.Start = 300 * time.Millisecond
			}
			_, err := New(context.Background(), o)
			var start *StartError
			require.ErrorAs(t, err, &start)
			require.ErrorContains(t, err, want)
			require.Less(t, len(err.Error()), 2000)
		})
	}
	t.Run("long name", func(t *testing.T) {
		settle(t)
		name := opened(t, optionsFor(t, "greets:long name")).Hello.Name
		require.True(t, strings.HasPrefix(name, "�:stop-commands::x �[31m� #�[error] é"), name)
		require.Less(t, len(name), 2*wire.LongestName)
	})
	t.Run("no such command", func(t *testing.T) {
		settle(t)
		_, err := New(context.Background(), Options{Command: []string{"no-such-command-anywhere"}, Children: 1, Depth: 1, Start: time.Second})
		require.ErrorContains(t, err, `["no-such-command-anywhere"]: cannot be started`)
	})
	t.Run("late", func(t *testing.T) {
		settle(t)
		p := opened(t, optionsFor(t, "late"))
		require.Equal(t, wire.Hello{Name: "hostile", Version: "1", Protocol: 1, Ops: []string{"linearize", "modes"}, Precision: "float64"}, p.Hello)
	})
}

// TestMemoryIsBounded however much a child writes.
func TestMemoryIsBounded(t *testing.T) {
	settle(t)
	p := opened(t, optionsFor(t, "hostile:endless line"))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := p.Call("linearize", params(5))
	require.ErrorContains(t, err, "without end")
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(8*longestLine))
}

// TestInterrupt: children end within a second, whatever they do.
func TestInterrupt(t *testing.T) {
	settle(t)
	o := optionsFor(t, "always:ignores SIGTERM")
	ctx, cancel := context.WithCancel(context.Background())
	p, err := New(ctx, o)
	require.NoError(t, err)
	errs := make(chan error, 1)
	go func() {
		_, err := p.Call("linearize", params(1))
		errs <- err
	}()
	cancel()
	start := time.Now()
	require.ErrorIs(t, <-errs, context.Canceled)
	p.Close()
	require.Less(t, time.Since(start), 5*time.Second) // a second on an idle machine
}

// TestLog: standard error goes to the log, up to a bound.
func TestLog(t *testing.T) {
	var text strings.Builder
	l := newLog(&text)
	l.left = 10
	l.write([]byte("twelve bytes"))
	l.write([]byte("more"))
	require.Equal(t, "twelve byt\nthe log ends here: it is longer than 64 MiB\n", text.String())
}

// TestTailIsText: what a child writes on standard error moves no cursor, and is no
// command to what runs the gate.
func TestTailIsText(t *testing.T) {
	var end tail
	end.follow(strings.NewReader("\x1b[31mred\n::stop-commands::x\r\n##[error]\ta\u202eb\xff\n"), newLog(nil))
	require.Equal(t, "�[31mred\n::stop-commands::x\n#�[error]\ta�b�", end.String())
	require.Equal(t, "  | �[31mred\n  | ::stop-commands::x\n  | #�[error]\ta�b�", Behind("  ", end.String()))
}
