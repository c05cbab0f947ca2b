package gate

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rankproof/rankproof/internal/wire"
	"github.com/rankproof/rankproof/theorems"
)

// The test binary is its own child: childMode, in its environment, names what it
// does in place of answering.
const (
	childMode = "RANKPROOF_TEST_CHILD"
	holdAt    = "RANKPROOF_TEST_HOLD" // an address to which a grandchild connects
)

func TestMain(m *testing.M) {
	if mode := os.Getenv(childMode); mode != "" {
		beChild(mode)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// hostile is what a child does when it comes to the request with "n": 5.
var hostile = map[string]func(c *childEnd, r wire.Request){
	"crashes":            func(*childEnd, wire.Request) { os.Exit(3) },
	"panics":             func(*childEnd, wire.Request) { panic("index out of range") },
	"hangs":              func(*childEnd, wire.Request) { select {} },
	"ignores SIGTERM":    func(*childEnd, wire.Request) { signal.Ignore(syscall.SIGTERM); select {} },
	"endless line":       func(c *childEnd, _ wire.Request) { c.flood(strings.Repeat("7", 1<<16)) },
	"half a line, crash": func(c *childEnd, r wire.Request) { c.say(`{"id": %d, "resu`, r.ID); os.Exit(1) },
	"half a line, hangs": func(c *childEnd, r wire.Request) { c.say(`{"id": %d, "resu`, r.ID); select {} },
	"garbage":            func(c *childEnd, _ wire.Request) { c.say("Traceback (most recent call last):\n") },
	"debugging":          func(c *childEnd, r wire.Request) { c.say("x = 7\n"); c.echo(r) },
	"no UTF-8":           func(c *childEnd, r wire.Request) { c.say("{\"id\": %d, \"result\": {\"n\": \"\xff\"}}\n", r.ID) },
	"an array":           func(c *childEnd, _ wire.Request) { c.say("[1, 2]\n") },
	"empty line":         func(c *childEnd, _ wire.Request) { c.say("\n") },
	"deep nesting":       func(c *childEnd, r wire.Request) { c.say("%s\n", strings.Repeat("[", 1<<20)) },
	"wrong id":           func(c *childEnd, r wire.Request) { r.ID += 7; c.echo(r) },
	"no id":              func(c *childEnd, r wire.Request) { c.say("{\"result\": {}}\n") },
	"text for an id":     func(c *childEnd, r wire.Request) { c.say("{\"id\": \"%d\", \"result\": {}}\n", r.ID) },
	"closes its output":  func(c *childEnd, _ wire.Request) { os.Stdout.Close(); select {} },
	"NaN":                func(c *childEnd, r wire.Request) { c.say("{\"id\": %d, \"result\": {\"n\": NaN}}\n", r.ID) },
	"infinite":           func(c *childEnd, r wire.Request) { c.say("{\"id\": %d, \"result\": {\"n\": [-Infinity]}}\n", r.ID) },
	"null":               func(c *childEnd, r wire.Request) { c.say("{\"id\": %d, \"result\": null}\n", r.ID) },
	"neither":            func(c *childEnd, r wire.Request) { c.say("{\"id\": %d}\n", r.ID) },
	"both": func(c *childEnd, r wire.Request) {
		c.say("{\"id\": %d, \"result\": {}, \"error\": {\"kind\": \"invalid\"}}\n", r.ID)
	},
	"unknown kind": func(c *childEnd, r wire.Request) {
		c.say("{\"id\": %d, \"error\": {\"kind\": \"ValueError\"}}\n", r.ID)
	},
	"long message": func(c *childEnd, r wire.Request) {
		c.say("{\"id\": %d, \"error\": {\"kind\": \"internal\", \"message\": \"%s\"}}\n", r.ID, strings.Repeat("é", 1<<20))
	},
	"huge numbers": func(c *childEnd, r wire.Request) { c.linearized(r, "[[1e400]]") },
	"wrong shape":  func(c *childEnd, r wire.Request) { c.linearized(r, "[[1, 2], [3]]") },
	"text":         func(c *childEnd, r wire.Request) { c.linearized(r, `"a matrix"`) },
	"nested": func(c *childEnd, r wire.Request) {
		c.linearized(r, strings.Repeat("[", 5000)+strings.Repeat("]", 5000))
	},
	"many lines": func(c *childEnd, r wire.Request) { c.echo(r); c.flood("7\n") },
	"dies after": func(c *childEnd, r wire.Request) { c.echo(r); c.out.Flush(); os.Exit(4) },
	"linearizes, dies": func(c *childEnd, r wire.Request) {
		ours := theorems.Model()
		if wire.Serve(bytes.NewReader(requestLine(r)), os.Stdout, ours, wire.HelloOf(ours)) == nil {
			os.Exit(4)
		}
	},
	"grandchild": func(c *childEnd, r wire.Request) {
		leave := exec.Command(os.Args[0])
		leave.Env = append(os.Environ(), childMode+"=holds")
		leave.Stdout = os.Stdout
		ready, err := leave.StderrPipe()
		if err != nil || leave.Start() != nil {
			os.Exit(9)
		}
		ready.Read(make([]byte, 1))
		os.Exit(5)
	},
	"noisy": func(c *childEnd, r wire.Request) {
		fmt.Fprint(os.Stderr, strings.Repeat("warning\n", 1<<15), "the last words")
		os.Exit(6)
	},
}

// childEnd is the child's side.
type childEnd struct {
	in   *bufio.Reader
	out  *bufio.Writer
	asks int
}

func (c *childEnd) say(format string, args ...any) {
	fmt.Fprintf(c.out, format, args...)
	c.out.Flush()
}

func (c *childEnd) flood(text string) {
	for {
		if _, err := c.out.WriteString(text); err != nil {
			os.Exit(0)
		}
	}
}

// echo answers with the params.
func (c *childEnd) echo(r wire.Request) { c.say("{\"id\": %d, \"result\": %s}\n", r.ID, r.Params) }

// linearized answers linearize with one matrix for all.
func (c *childEnd) linearized(r wire.Request, matrix string) {
	c.say(`{"id": %d, "result": {"activation": {"matrix": %s, "input": []}, "activity": {"matrix": %[2]s, "input": []}}}`+"\n", r.ID, matrix)
}

func (c *childEnd) next() wire.Request {
	line, err := c.in.ReadBytes('\n')
	if err != nil {
		os.Exit(0)
	}
	var r wire.Request
	if json.Unmarshal(line, &r) != nil {
		os.Exit(8)
	}
	return r
}

const properHello = `{"name": "hostile", "version": "1", "protocol": 1, "ops": ["linearize", "modes"], "precision": "float64"}`

// greetings are hellos that are none.
var greetings = map[string]func(c *childEnd, r wire.Request){
	"noise before hello": func(c *childEnd, r wire.Request) { c.say("Welcome to numlib 3.1\n") },
	"never says hello":   func(c *childEnd, r wire.Request) { select {} },
	"exits at once":      func(c *childEnd, r wire.Request) { fmt.Fprintln(os.Stderr, "no module named numpy"); os.Exit(1) },
	"protocol 2":         func(c *childEnd, r wire.Request) { c.hello(r, `"protocol": 1`, `"protocol": 2`) },
	"float16":            func(c *childEnd, r wire.Request) { c.hello(r, "float64", "float16") },
	"no operations":      func(c *childEnd, r wire.Request) { c.hello(r, `["linearize", "modes"]`, "[]") },
	"text for protocol":  func(c *childEnd, r wire.Request) { c.hello(r, `"protocol": 1`, `"protocol": "1"`) },
	"long name": func(c *childEnd, r wire.Request) {
		c.hello(r, `"hostile"`, `"::stop-commands::x\n\u001b[31m\u202e ##[error] `+strings.Repeat("é", 1<<20)+`"`)
	},
	"many operations": func(c *childEnd, r wire.Request) {
		c.hello(r, `"modes"`, strings.Repeat(`"modes", `, 1000)+`"modes"`)
	},
	"echo":           func(c *childEnd, r wire.Request) { c.say("%s", requestLine(r)) },
	"long operation": func(c *childEnd, r wire.Request) { c.hello(r, `"modes"`, `"`+strings.Repeat("m", 1<<20)+`"`) },
	"long number": func(c *childEnd, r wire.Request) {
		c.hello(r, `"protocol": 1`, `"protocol": `+strings.Repeat("1", 1<<20))
	},
	"hello is an error": func(c *childEnd, r wire.Request) {
		c.say("{\"id\": %d, \"error\": {\"kind\": \"internal\", \"message\": \"no licence\"}}\n", r.ID)
	},
	"endless hello": func(c *childEnd, r wire.Request) { c.flood("hello ") },
	"wrong id":      func(c *childEnd, r wire.Request) { r.ID = 9; c.hello(r, "", "") },
}

func (c *childEnd) hello(r wire.Request, old, by string) {
	c.say("{\"id\": %d, \"result\": %s}\n", r.ID, strings.Replace(properHello, old, by, 1))
}

func beChild(mode string) {
	c := &childEnd{in: bufio.NewReader(os.Stdin), out: bufio.NewWriter(os.Stdout)}
	kind, name, _ := strings.Cut(mode, ":")
	switch kind {
	case "holds": // its parent is gone, the pipes are not
		conn, err := net.Dial("tcp", os.Getenv(holdAt))
		fmt.Fprintln(os.Stderr, "ready")
		if err != nil {
			select {}
		}
		io.Copy(io.Discard, conn)
		return
	case "model":
		beModel(name)
		return
	case "greets":
		greetings[name](c, c.next())
		io.Copy(io.Discard, os.Stdin)
		return
	case "late":
		time.Sleep(100 * time.Millisecond) // of a start that is slow
	}
	c.hello(c.next(), "", "")
	var held *wire.Request
	for {
		r := c.next()
		c.asks++
		var params struct{ N int }
		if json.Unmarshal(r.Params, &params) != nil {
			os.Exit(8)
		}
		switch {
		case kind == "hostile" && params.N == 5:
			hostile[name](c, r)
		case kind == "always":
			hostile[name](c, r)
		case kind == "fifth" && c.asks == 5: // whatever it is asked
			hostile[name](c, r)
		case kind == "swaps" && held == nil && c.in.Buffered() > 0:
			held = &r
		default:
			c.echo(r)
			if held != nil {
				c.echo(*held)
				held = nil
			}
		}
	}
}

// beModel serves our own model, but for the instances that a name says.
func beModel(name string) {
	how, all := strings.CutSuffix(name, ",all")
	spoil, c, ours := hostile[how], &childEnd{in: bufio.NewReader(os.Stdin), out: bufio.NewWriter(os.Stdout)}, theorems.Model()
	for {
		r := c.next()
		if spoil != nil && r.Op == "linearize" && spoils(r.Params, all) {
			spoil(c, r)
			continue
		}
		if wire.Serve(bytes.NewReader(requestLine(r)), os.Stdout, ours, wire.HelloOf(ours)) != nil {
			os.Exit(8)
		}
	}
}

// spoils picks instances by what they are: networks of three units, or all.
func spoils(params json.RawMessage, all bool) bool {
	var p struct {
		X []float64 `json:"x"`
	}
	return json.Unmarshal(params, &p) == nil && (all || len(p.X) == 3)
}
