package gate

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"time"

	"github.com/rankproof/rankproof/internal/wire"
)

const (
	// longestLine bounds a response.
	longestLine = 16 << 20
	// longestShown bounds what is shown of a line.
	longestShown = 200
	// exitGrace is how long a child may take to end when its output or its input
	// has ended, and its pipes to end when it has.
	exitGrace = time.Second
)

// event is a line that a child wrote or, where kind is not empty, its end.
type event struct {
	line   []byte
	kind   Kind
	detail string
}

// child is a process that speaks the wire.
type child struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *os.File
	stderr tail
	hello  wire.Hello

	events  chan event  // from the reader, the last of them an end
	writes  chan []byte // to the writer
	killed  chan struct{}
	exited  chan struct{} // closed when the process has ended
	drained chan struct{} // closed when its standard error has
}

// start starts a child and says hello.
func start(ctx context.Context, command []string, limit time.Duration, log *sharedLog) (*child, error) {
	c := &child{cmd: exec.Command(command[0], command[1:]...),
		events: make(chan event), writes: make(chan []byte),
		killed: make(chan struct{}), exited: make(chan struct{}), drained: make(chan struct{})}
	fail := func(shown, format string, args ...any) error {
		return &StartError{command, fmt.Sprintf(format, args...), shown, c.stderr.String()}
	}
	if err := c.spawn(log); err != nil {
		return nil, fail("", "cannot be started: %v", err)
	}
	asked := requestLine(wire.Request{ID: 1, Op: "hello", Params: json.RawMessage("{}")})
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case c.writes <- asked: // the writer is idle
	case <-ctx.Done():
	}
	select {
	case <-ctx.Done():
		c.kill()
		return nil, context.Cause(ctx)
	case <-timer.C:
		c.kill()
		return nil, fail("", "no answer to hello within %v", limit)
	case e := <-c.events:
		if e.kind == "" {
			err := c.greet(e.line)
			if err == nil {
				return c, nil
			}
			c.kill()
			return nil, fail(cut(e.line, longestShown), "%v", err)
		}
		c.kill()
		return nil, fail(cut(e.line, longestShown), "%s before it answered hello: %s", e.kind, e.detail)
	}
}

// spawn starts the process, with a goroutine for each of its streams.
func (c *child) spawn(log *sharedLog) error {
	var err error
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return err
	}
	var out, stderr *os.File // written by the child
	if c.out, out, err = os.Pipe(); err != nil {
		return err
	}
	defer out.Close()
	theirs, stderr, err := os.Pipe()
	if err != nil {
		c.out.Close()
		return err
	}
	defer stderr.Close()
	c.cmd.Stdout, c.cmd.Stderr = out, stderr
	inGroup(c.cmd)
	if err := c.cmd.Start(); err != nil {
		c.in.Close()
		c.out.Close()
		theirs.Close()
		return err
	}
	go c.write()
	go c.read()
	go func() {
		c.stderr.follow(theirs, log)
		close(c.drained)
	}()
	go func() {
		c.cmd.Wait() // how it ended is in its ProcessState
		killGroup(c.cmd)
		close(c.exited)
		// Somebody outside the group may still hold its streams.
		select {
		case <-c.drained:
		case <-time.After(exitGrace):
		}
		theirs.Close()
		select {
		case <-c.killed:
		case <-time.After(exitGrace):
		}
		c.out.Close()
	}()
	return nil
}

// write writes what it is given until the child is killed.
func (c *child) write() {
	for {
		select {
		case text := <-c.writes:
			if _, err := c.in.Write(text); err != nil {
				return // its output has ended too, or it will be found to hang
			}
		case <-c.killed:
			return
		}
	}
}

// read tells of every line, and of the end.
func (c *child) read() {
	r := bufio.NewReaderSize(c.out, 64<<10)
	for {
		line, err := wire.ReadLine(r, longestLine)
		e := event{line: line}
		if err != nil {
			e = c.end(line, err)
		}
		select {
		case c.events <- e:
		case <-c.killed:
			return
		}
		if err != nil {
			return
		}
	}
}

// end tells how the output ended.
func (c *child) end(partial []byte, err error) event {
	if errors.Is(err, wire.ErrLongLine) {
		return event{bytes.Clone(partial[:longestShown]), Flooded, fmt.Sprintf("longer than %d MiB", longestLine>>20)}
	}
	how := "and went on"
	select {
	case <-c.exited:
		how = "then " + c.cmd.ProcessState.String()
	case <-c.killed:
	case <-time.After(exitGrace):
	}
	switch {
	case len(partial) > 0:
		return event{partial, HalfLine, how}
	case how == "and went on":
		return event{nil, Closed, how}
	}
	return event{nil, Crashed, how[len("then "):]}
}

// greet reads the answer to hello.
func (c *child) greet(line []byte) error {
	var echoed wire.Request
	result, kind, detail, err := response(line, 1, "hello")
	switch {
	case json.Unmarshal(line, &echoed) == nil && echoed.Op != "":
		return errors.New("it answers hello with a request: does it echo its input?")
	case kind != "":
		return fmt.Errorf("%s to hello: %s", kind, detail)
	case err != nil:
		return fmt.Errorf("hello: %w", err)
	}
	if err := json.Unmarshal(result, &c.hello); err != nil {
		return fmt.Errorf("hello is malformed: %s", cut([]byte(err.Error()), longestShown))
	}
	c.hello.Name, c.hello.Version = cut([]byte(c.hello.Name), wire.LongestName), cut([]byte(c.hello.Version), wire.LongestName)
	if err := c.hello.Check(); err != nil {
		return errors.New(cut([]byte(err.Error()), longestShown))
	}
	return nil
}

// same reports whether two hellos are of one implementation.
func same(a, b wire.Hello) bool {
	return a.Name == b.Name && a.Version == b.Version && a.Precision == b.Precision && slices.Equal(a.Ops, b.Ops)
}

// kill ends the child and what it started at once.
func (c *child) kill() {
	select {
	case <-c.killed:
		return
	default:
	}
	close(c.killed)
	select {
	case <-c.exited: // and its group has been killed
	default:
		killGroup(c.cmd)
	}
	c.in.Close()
	c.wait(c.exited)
	c.wait(c.drained)
}

// stop ends a child that has nothing to do: its input ends, which it should heed.
func (c *child) stop() {
	c.in.Close()
	c.wait(c.exited)
	c.kill()
}

func (c *child) wait(done <-chan struct{}) {
	select {
	case <-done:
	case <-time.After(exitGrace / 2):
	}
}

// requestLine is a request as it is written, its params being JSON of one line.
func requestLine(r wire.Request) []byte {
	return fmt.Appendf(nil, "{\"id\":%d,\"op\":%s,\"params\":%s}\n", r.ID, quoted(r.Op), r.Params)
}

func quoted(text string) []byte {
	out, err := json.Marshal(text)
	if err != nil {
		panic(err) // no text is without a form
	}
	return out
}
