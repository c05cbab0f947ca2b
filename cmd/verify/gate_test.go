package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/internal/wire"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
)

// twins are mistakes in an implementation that a child serves.
var twins = map[string]func(s *theorems.Subject){
	"right": func(*theorems.Subject) {},
	"wrong": func(s *theorems.Subject) {
		l3, err := named("L3")
		if err == nil {
			*s = l3.Twins[0].Break(*s)
		}
	},
	"crashes": func(s *theorems.Subject) {
		right := s.Modes
		s.Modes = func(net *model.RNN, x []float64) (*model.Modes, error) {
			if len(x) > 2 {
				fmt.Fprintln(os.Stderr, "IndexError: 3")
				os.Exit(7)
			}
			return right(net, x)
		}
	},
	"hangs": func(s *theorems.Subject) { s.Modes = func(*model.RNN, []float64) (*model.Modes, error) { select {} } },
	"rarely": func(s *theorems.Subject) {
		right := s.Modes
		s.Modes = func(net *model.RNN, x []float64) (*model.Modes, error) {
			if len(x) > 1 {
				return nil, theorems.Missing("modes")
			}
			return right(net, x)
		}
	},
	"lacks": func(s *theorems.Subject) { s.Modes = nil },
	"declines": func(s *theorems.Subject) {
		s.Modes = func(*model.RNN, []float64) (*model.Modes, error) { return nil, theorems.Missing("modes") }
	},
	"dies":     func(*theorems.Subject) {}, // after ten requests
	"protocol": func(*theorems.Subject) {}, // of another version
}

// beTwin serves one.
func beTwin(name string) int {
	s := theorems.Model()
	twins[name](&s)
	h := wire.HelloOf(s)
	h.Name = name
	var in io.Reader = os.Stdin
	switch name {
	case "protocol":
		h.Protocol = 2
	case "declines":
		h.Ops = wire.Operations()
	case "dies":
		in = &firstLines{os.Stdin, 10}
	}
	if wire.Serve(in, os.Stdout, s, h) != nil {
		return 1
	}
	return 0
}

// firstLines ends after so many lines, whatever follows.
type firstLines struct {
	r    io.Reader
	left int
}

func (f *firstLines) Read(p []byte) (int, error) {
	if f.left <= 0 {
		os.Exit(4)
	}
	n, err := f.r.Read(p[:1])
	if n == 1 && p[0] == '\n' {
		f.left--
	}
	return n, err
}

// gated gates a twin.
func gated(t *testing.T, twin string, flags ...string) ran {
	t.Helper()
	t.Setenv(asVerify, "twin")
	return verify(append(append([]string{"gate"}, flags...), "--", os.Args[0], twin)...)
}

// TestGateOfServe is the round trip: our model through a pipe, by the two commands.
func TestGateOfServe(t *testing.T) {
	t.Setenv(asVerify, "1")
	got := verify("gate", "--checks", "20", "--only", "L*", "--", os.Args[0], "serve")
	require.Equal(t, statusHolds, got.status, "%s%s", got.out, got.err)
	require.Contains(t, got.out, "L3   linearization/right-eigenvectors")
	require.Contains(t, got.out, "gate: passed")
	require.Contains(t, got.out, "seed 1, ")
	require.NotContains(t, got.out, "could not be tried")
}

// TestGateFinds a mistake, and says on what, where it is saved, and how it is met
// again.
func TestGateFinds(t *testing.T) {
	dir := t.TempDir()
	got := gated(t, "wrong", "--only", "L3", "--checks", "60", "--save", filepath.Join(dir, "findings"), "--junit", filepath.Join(dir, "gate.xml"))
	require.Equal(t, statusRefuted, got.status, "%s%s", got.out, got.err)
	require.Contains(t, got.out, "finding L3/modes/")
	require.Contains(t, got.out, "verify replay "+filepath.Join(dir, "findings"))
	require.Contains(t, got.out, "gate: failed\n")

	files, err := filepath.Glob(filepath.Join(dir, "findings", "L3-modes-*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	t.Setenv(asVerify, "twin")
	require.Equal(t, statusRefuted, verify("replay", files[0], "--", os.Args[0], "wrong").status)
	require.Equal(t, statusHolds, verify("replay", files[0], "--", os.Args[0], "right").status)
	require.Equal(t, statusUnknown, verify("replay", files[0], "--", os.Args[0], "lacks").status, "not tried is no pass")
	require.Equal(t, statusHolds, verify("replay", files[0]).status, "without a command it is our model that is judged")

	text, err := os.ReadFile(filepath.Join(dir, "gate.xml"))
	require.NoError(t, err)
	var suites struct {
		Failures int `xml:"failures,attr"`
		Suites   []struct {
			Name string `xml:"name,attr"`
		} `xml:"testsuite"`
	}
	require.NoError(t, xml.Unmarshal(text, &suites))
	require.Positive(t, suites.Failures)
	require.Equal(t, "L3 linearization/right-eigenvectors", suites.Suites[0].Name)
}

// TestGateJSON is strict JSON, and its findings are what replay reads.
func TestGateJSON(t *testing.T) {
	got := gated(t, "wrong", "--only", "L3", "--checks", "60", "--json")
	require.Equal(t, statusRefuted, got.status, got.err)
	var d report.GateDocument
	strictly(t, got.out, &d)
	require.Equal(t, report.GateFails, d.Verdict)
	require.NotEmpty(t, d.Findings)
	require.Equal(t, "L3", d.Findings[0].Ref)
	require.NotEmpty(t, d.Findings[0].Requests)
	one, err := json.Marshal(d.Findings[0])
	require.NoError(t, err)
	require.Equal(t, statusRefuted, verifyReading(string(one), "replay", "-", "--", os.Args[0], "wrong").status)
}

// TestKnownFailures do not fail the gate, and fail it when they pass.
func TestKnownFailures(t *testing.T) {
	got := gated(t, "wrong", "--only", "L3", "--checks", "60", "--json")
	var d report.GateDocument
	strictly(t, got.out, &d)
	var known []map[string]string
	for _, f := range d.Findings {
		known = append(known, map[string]string{"id": f.FindingID, "reason": "issue 12"})
	}
	text, err := json.Marshal(known)
	require.NoError(t, err)
	list := filepath.Join(t.TempDir(), "known.json")
	require.NoError(t, os.WriteFile(list, text, 0o600))

	got = gated(t, "wrong", "--only", "L3", "--checks", "60", "--known", list)
	require.Equal(t, statusHolds, got.status, "%s%s", got.out, got.err)
	require.Contains(t, got.out, "known failures, which fail")
	require.Contains(t, got.out, "issue 12")

	got = gated(t, "right", "--only", "L3", "--checks", "60", "--known", list)
	require.Equal(t, statusRefuted, got.status, got.out)
	require.Contains(t, got.out, "do not fail any more")

	got = gated(t, "right", "--only", "L4", "--checks", "60", "--known", list)
	require.Equal(t, statusHolds, got.status, got.out)
	require.Contains(t, got.out, "known failures that were not tried")

	require.NoError(t, os.WriteFile(list, []byte(`[{"id": "L3/moods/x", "reason": "r"}]`), 0o600))
	got = gated(t, "right", "--known", list)
	require.Equal(t, statusBadInput, got.status)
	require.Contains(t, got.err, `entry 1, "L3/moods/x"`)
}

// TestWhatIsMissing is listed, never a pass, and a failure where it is required.
func TestWhatIsMissing(t *testing.T) {
	got := gated(t, "lacks", "--only", "L3,L5", "--checks", "60")
	require.Contains(t, got.out, "not implemented\n  modes\n")
	require.Contains(t, got.out, "could not be tried, for want of\n  modes: L3, L5\n")
	require.Regexp(t, `L3 .* in part `, got.out)
	require.Regexp(t, `L5 .* not tried `, got.out)

	for _, required := range []string{"modes", "L3", "L*"} {
		got = gated(t, "lacks", "--only", "L3", "--checks", "60", "--require", required)
		require.Equal(t, statusRefuted, got.status, got.out)
		require.Contains(t, got.out, "required, and not tried\n")
	}
	got = gated(t, "declines", "--only", "L3", "--checks", "60", "--require", "L3")
	require.Equal(t, statusRefuted, got.status, "offered and always declined is not tried:\n%s", got.out)
	got = gated(t, "rarely", "--only", "L3", "--checks", "60", "--require", "L3")
	require.Equal(t, statusRefuted, got.status, "a child does not choose what it is judged on:\n%s", got.out)
	require.Regexp(t, `L3: claim "modes" was judged on \d+ of \d+ instances`, got.out)
	got = gated(t, "right", "--only", "L3", "--checks", "60", "--require", "L3,modes")
	require.Equal(t, statusHolds, got.status, got.out)
	got = gated(t, "right", "--require", "mode")
	require.Equal(t, statusBadInput, got.status)
	require.Contains(t, got.err, `"mode" is no operation`)
}

// TestGateOfAFew: a claim that was judged on fewer than half of its instances does
// not make its theorem hold, and all that is written says on how many it was.
func TestGateOfAFew(t *testing.T) {
	file := filepath.Join(t.TempDir(), "gate.xml")
	got := gated(t, "rarely", "--only", "L3", "--checks", "60", "--json", "--junit", file)
	var d report.GateDocument
	strictly(t, got.out, &d)
	require.Equal(t, report.GatePartly, d.Theorems[0].Verdict)
	claim := d.Theorems[0].Claims[0]
	require.Positive(t, claim.Judged)
	require.Less(t, claim.Judged, claim.Untried)
	share := fmt.Sprintf("judged on %d of %d instances", claim.Judged, claim.Judged+claim.Untried)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(text), `<skipped message="`+share+`" type="in part">`)

	got = gated(t, "rarely", "--only", "L3", "--checks", "60")
	require.Contains(t, got.out, "judged on fewer than half of their instances\n  L3, \"modes\": "+share+"\n")
	require.Contains(t, got.out, "1 hold in part")
}

// TestGateOfCrashes: the child's end is a finding with the request, its standard
// error and an exit status.
func TestGateOfCrashes(t *testing.T) {
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	got := gated(t, "crashes", "--only", "L3", "--checks", "60", "--save", dir, "--log", log)
	require.Equal(t, statusRefuted, got.status, got.err)
	for _, want := range []string{"finding L3/modes/crashed at modes exit status\n", "crashed at modes: exit status 7", "IndexError: 3", `it was asked {"op": "modes", "params": {`} {
		require.Contains(t, got.out, want)
	}
	text, err := os.ReadFile(log)
	require.NoError(t, err)
	require.Contains(t, string(text), "IndexError: 3")
	files, err := filepath.Glob(filepath.Join(dir, "L3-modes-crashed*.json"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	require.Equal(t, statusRefuted, verify("replay", files[0], "--", os.Args[0], "crashes").status)

	got = gated(t, "dies", "--only", "L3", "--checks", "20", "--save", dir, "--workers", "1")
	require.Equal(t, statusRefuted, got.status, got.err)
	require.Contains(t, got.out, "finding gate/died between requests")
	file := filepath.Join(dir, "gate-died-between-requests.json")
	require.FileExists(t, file)
	again := verify("replay", file, "--", os.Args[0], "dies")
	require.Equal(t, statusRefuted, again.status, "%s%s", again.out, again.err)
	require.Equal(t, statusHolds, verify("replay", file, "--", os.Args[0], "right").status)
	require.Equal(t, statusBadInput, verify("replay", file).status, "it is about the child")
}

// TestGateDoesNotDependOnWorkers, whatever the child does.
func TestGateDoesNotDependOnWorkers(t *testing.T) {
	for _, twin := range []string{"right", "wrong", "crashes"} {
		var first report.GateDocument
		for i, size := range [][]string{{"1", "1"}, {"3", "4"}} {
			got := gated(t, twin, "--only", "L3,L9", "--checks", "20", "--json", "--workers", size[0], "--depth", size[1])
			var d report.GateDocument
			strictly(t, got.out, &d)
			d.Seconds, d.Children = 0, 0
			for i := range d.Theorems {
				d.Theorems[i].Seconds = 0
			}
			if i == 0 {
				first = d
				continue
			}
			require.Equal(t, first, d, twin)
		}
	}
}

// TestGateDoesNotStart is bad input.
func TestGateDoesNotStart(t *testing.T) {
	got := gated(t, "protocol")
	require.Equal(t, statusBadInput, got.status)
	require.Contains(t, got.err, "it speaks protocol 2, and this is version 1")
	for args, want := range map[string]string{
		"gate":                                   "gate needs a command",
		"gate --only L3":                         "gate needs a command",
		"gate --depth 0 -- x":                    "--depth is 0",
		"gate --request-timeout 0s -- x":         "--request-timeout is 0s",
		"gate --only L99 -- x":                   `no theorem is called "L99"`,
		"gate --known no-such-file -- x":         "no-such-file",
		"gate -- no-such-command-anywhere":       "cannot be started",
		"gate no-such-command-anywhere --only 7": "cannot be started", // its flags are its own
		"replay x.json --":                       "needs a command after --",
	} {
		got := verify(strings.Fields(args)...)
		require.Equal(t, statusBadInput, got.status, args)
		require.Contains(t, got.err, want, args)
	}
}

// TestGateOpensItsFilesFirst: what cannot be written is known before the child is
// started, and what cannot be at the end withholds nothing else.
func TestGateOpensItsFilesFirst(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for flag, path := range map[string]string{"--junit": filepath.Join(dir, "none", "gate.xml"), "--save": filepath.Join(file, "findings"), "--log": dir} {
		got := verify("gate", flag, path, "--", "no-such-command-anywhere")
		require.Equal(t, statusBadInput, got.status, flag)
		require.Contains(t, got.err, flag+": ")
	}
	got := verify("gate", "--save", filepath.Join(dir, "a", "b"), "--junit", file, "--", "no-such-command-anywhere")
	require.Contains(t, got.err, "cannot be started")
	require.DirExists(t, filepath.Join(dir, "a", "b"))

	saved := filepath.Join(dir, "findings")
	t.Setenv(asVerify, "twin")
	var out, errs bytes.Buffer
	gone := &notified{Writer: &out, on: "ref  theorem", do: func() { require.NoError(t, os.RemoveAll(saved)); require.NoError(t, os.WriteFile(saved, nil, 0o600)) }}
	status := execute(context.Background(), []string{"gate", "--only", "L3", "--checks", "60", "--save", saved, "--junit", file, "--", os.Args[0], "wrong"}, streams{out: gone, err: &errs})
	require.Equal(t, statusRefuted, status)
	require.Contains(t, out.String(), "gate: failed\n")
	require.Contains(t, errs.String(), "results cannot be written: ")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(text), "</testsuites>")
}

// TestAnnotations are told where GitHub runs this.
func TestAnnotations(t *testing.T) {
	t.Setenv("GITHUB_ACTIONS", "true")
	got := gated(t, "crashes", "--only", "L3", "--checks", "20")
	require.Contains(t, got.err, "::error title=rankproof L3/modes/crashed at modes exit status::linearization/right-eigenvectors")
	got = gated(t, "protocol")
	require.Contains(t, got.err, "::error title=rankproof gate::")
	t.Setenv("GITHUB_ACTIONS", "")
	require.Empty(t, gated(t, "crashes", "--only", "L3", "--checks", "20").err)
}

// TestGateIsInterrupted: what was found until then is told within a second, and no
// child is left.
func TestGateIsInterrupted(t *testing.T) {
	t.Setenv(asVerify, "twin")
	ctx, cancel := context.WithCancel(context.Background())
	var out bytes.Buffer
	hanging := &notified{Writer: &out, on: "\nref  theorem", do: cancel}
	start := time.Now()
	status := execute(ctx, []string{"gate", "--only", "L3", "--", os.Args[0], "hangs"}, streams{out: hanging, err: io.Discard})
	require.Equal(t, statusUnknown, status, out.String())
	require.Less(t, time.Since(start), 8*time.Second) // of a request's thirty
	require.Contains(t, out.String(), "interrupted")
	require.Regexp(t, `L3 .* unknown `, out.String())

	got := gated(t, "hangs", "--only", "L3", "--timeout", "1s")
	require.Equal(t, statusUnknown, got.status, got.out)
	require.Contains(t, got.out, "the time of --timeout is up")
	require.Regexp(t, `L3 .* unknown `, got.out, "its row is there")
	require.Contains(t, got.out, "while modes was not answered")
}

// notified does something when a text is written.
type notified struct {
	io.Writer
	on string
	do func()
}

func (n *notified) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte(strings.TrimPrefix(n.on, "\n"))) {
		n.do()
	}
	return n.Writer.Write(p)
}
