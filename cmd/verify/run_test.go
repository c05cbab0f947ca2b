package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/stretchr/testify/require"
)

// document is the JSON of run, as other programs rely on it.
type document struct {
	Version  string `json:"version"`
	Seed     uint64 `json:"seed"`
	Theorems []struct {
		Ref             string  `json:"ref"`
		ID              string  `json:"id"`
		Verdict         string  `json:"verdict"`
		Instances       int     `json:"instances"`
		WorstMargin     float64 `json:"worst_margin"`
		Unknown         int     `json:"unknown"`
		Exact           int     `json:"exact"`
		CertificateBits float64 `json:"certificate_bits"`
		Twins           []struct {
			Name    string `json:"name"`
			Refuted bool   `json:"refuted"`
			After   int    `json:"after"`
		} `json:"twins"`
		Seconds float64 `json:"seconds"`

		Certificates json.RawMessage   `json:"certificates"`
		Failures     []json.RawMessage `json:"failures"`
		Reasons      []string          `json:"reasons"`
		NotTried     []string          `json:"not_tried"`
		Tags         map[string]int    `json:"tags"`
		Unvisited    []string          `json:"unvisited"`
	} `json:"theorems"`
	Corpus *struct {
		Instances int      `json:"instances"`
		Failed    []string `json:"failed"`
	} `json:"corpus"`
	Ledger *struct {
		Inequalities int      `json:"inequalities"`
		Instances    int      `json:"instances"`
		Failed       []string `json:"failed"`
		Slack        int      `json:"slack"`

		Stale   []map[string]string `json:"stale"`
		Missing []string            `json:"missing"`
	} `json:"ledger"`
	Checks      int             `json:"checks"`
	Interrupted bool            `json:"interrupted"`
	Environment json.RawMessage `json:"environment"`
}

// strictly decodes JSON without unknown keys.
func strictly(t *testing.T, text string, into any) {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	require.NoError(t, dec.Decode(into), text)
	require.False(t, dec.More())
}

func TestJSONOfRun(t *testing.T) {
	got := verify("run", "--only", "L1,L3", "--checks", "40", "--seed", "9", "--json")
	require.Zero(t, got.status, got.err)
	var d document
	strictly(t, got.out, &d)
	require.Equal(t, uint64(9), d.Seed)
	require.NotEmpty(t, d.Version)
	require.False(t, d.Interrupted)
	require.Len(t, d.Theorems, 2)
	for i, th := range d.Theorems {
		want := theorem(t, []string{"L1", "L3"}[i])
		require.Equal(t, want.Ref, th.Ref)
		require.Equal(t, want.ID, th.ID)
		require.Equal(t, "holds", th.Verdict)
		require.Equal(t, 40, th.Instances)
		require.GreaterOrEqual(t, th.Exact, 20)
		require.Len(t, th.Twins, len(want.Twins))
		for k, tw := range th.Twins {
			require.Equal(t, want.Twins[k].Name, tw.Name)
			require.True(t, tw.Refuted)
			require.Positive(t, tw.After)
		}
		require.Greater(t, th.WorstMargin, 0.0)
		require.LessOrEqual(t, th.WorstMargin, 1.0)
		require.Nil(t, th.Tags, "only with --stats")
		require.Empty(t, th.Failures)
	}
	require.Zero(t, d.Theorems[0].CertificateBits, "L1 has no certificate")
	require.Greater(t, d.Theorems[1].CertificateBits, 128.0)

	var raw struct{ Theorems []map[string]any }
	require.NoError(t, json.Unmarshal([]byte(got.out), &raw))
	for _, key := range []string{"ref", "id", "verdict", "instances", "worst_margin", "unknown", "exact", "certificate_bits", "twins", "seconds"} {
		require.Contains(t, raw.Theorems[0], key)
	}
}

func TestJSONWithStats(t *testing.T) {
	var d document
	strictly(t, verify("--only", "L3", "--checks", "4", "--stats", "--json").out, &d)
	require.NotEmpty(t, d.Theorems[0].Tags)
	require.NotEmpty(t, d.Theorems[0].Unvisited, "six instances do not visit thirteen edges")
}

func TestJSONOfList(t *testing.T) {
	got := verify("list", "--json")
	require.Zero(t, got.status)
	var list []struct {
		Ref, ID, Statement, Source string
		Evidence, Twins            []string
	}
	strictly(t, got.out, &list)
	all := registry.All()
	require.Len(t, list, len(all))
	for i, th := range all {
		require.Equal(t, th.Ref, list[i].Ref)
		require.Equal(t, th.ID, list[i].ID)
		require.Equal(t, th.Statement, list[i].Statement)
		require.Equal(t, th.Source, list[i].Source)
		require.Equal(t, th.Evidence(), list[i].Evidence)
		require.Len(t, list[i].Twins, len(th.Twins))
	}
}

// TestWorkersDoNotMatter compares all that is found, times apart.
func TestWorkersDoNotMatter(t *testing.T) {
	found := func(workers string) document {
		var d document
		strictly(t, verify("--only", "L2,L3,L10", "--checks", "60", "--workers", workers, "--stats", "--json").out, &d)
		for i := range d.Theorems {
			d.Theorems[i].Seconds = 0
		}
		return d
	}
	require.Equal(t, found("1"), found("3"))
}

// judged runs theorems about a subject, as text or as JSON.
func judged(t *testing.T, s theorems.Subject, asJSON bool, list ...theorems.Theorem) (status int, out string) {
	t.Helper()
	var text bytes.Buffer
	err := runner{streams: streams{out: &text}, json: asJSON}.run(context.Background(), s, effort(t, 60), list)
	var end *ended
	if errors.As(err, &end) {
		require.NoError(t, end.err)
		return end.status, text.String()
	}
	require.NoError(t, err)
	return statusHolds, text.String()
}

// TestRefutation runs L3 about a subject with one of its twins' mistakes, and
// replays the line of JSON that it prints.
func TestRefutation(t *testing.T) {
	l3 := theorem(t, "L3")
	subject := l3.Twins[0].Break(theorems.Model())
	subject.Name = "one vector for both forms"
	status, out := judged(t, subject, false, l3)
	require.Equal(t, statusRefuted, status)
	for _, want := range []string{"refuted", "\nL3 linearization/right-eigenvectors: refuted\n", `"modes" fails`, "error ", ", bound ", ", scale ",
		"exactly: what \"modes\" decides holds there exactly", "nonlinearity  ", "\"modes\" fails on ", "verify replay FILE", "\ngenerators.Point{Network:", "1 theorem: 0 hold, 1 refuted"} {
		require.Contains(t, out, want)
	}
	require.NotContains(t, out, "drawn as", "its ancestors were, and it was not")
	line := ""
	for l := range strings.Lines(out) {
		if strings.HasPrefix(l, "{") {
			line = l
		}
	}
	require.NotEmpty(t, line)
	got := verifyReading(line, "replay", "-")
	require.Zero(t, got.status, got.err)
	require.Contains(t, got.out, `L3 linearization/right-eigenvectors, "modes": holds for model`)
	require.Contains(t, got.out, "found for one vector for both forms as: refuted")

	status, out = judged(t, subject, true, l3)
	require.Equal(t, statusRefuted, status)
	var d document
	strictly(t, out, &d)
	require.Equal(t, "refuted", d.Theorems[0].Verdict)
	require.False(t, math.IsInf(d.Theorems[0].WorstMargin, 0))
	require.NotEmpty(t, d.Theorems[0].Failures)
	require.LessOrEqual(t, len(d.Theorems[0].Failures), 3, "one way to fail, in a few forms")
	for _, failure := range d.Theorems[0].Failures {
		require.Zero(t, verifyReading(string(failure), "replay", "-").status)
		require.Contains(t, string(failure), `"instances": `)
		require.Contains(t, string(failure), `what \"modes\" decides holds there exactly`)
	}
}

// TestSurvivingTwin: a mistake that nobody notices makes the whole evidence
// worthless.
func TestSurvivingTwin(t *testing.T) {
	l7 := theorem(t, "L7")
	l7.Twins = append(l7.Twins[:1:1], theorems.Twin{Name: "harmless", Mistake: "none at all", Break: func(s theorems.Subject) theorems.Subject { return s }})
	status, out := judged(t, theorems.Model(), false, l7)
	require.Equal(t, statusRefuted, status)
	require.Contains(t, out, "1/2 unknown")
	require.Contains(t, out, `false twin "harmless" (none at all) survived 100 instances`)
}

func TestRefutedCertificate(t *testing.T) {
	l2 := theorem(t, "L2")
	for _, tw := range l2.Twins {
		if tw.FalseIdentity != nil {
			l2.Certificates = append(l2.Certificates, *tw.FalseIdentity)
		}
	}
	status, out := judged(t, theorems.Model(), false, l2)
	require.Equal(t, statusRefuted, status)
	require.Contains(t, out, " false ")
	require.Contains(t, strings.Join(strings.Fields(out), " "), "is refuted: certificate: ")
}

// TestTooMuchUnknown explains the share, and is neither success nor failure.
func TestTooMuchUnknown(t *testing.T) {
	abstaining := theorem(t, "L2") // power sums abstain on graded rows
	abstaining.MaxUnknown = 0
	status, out := judged(t, theorems.Model(), false, abstaining)
	require.Equal(t, statusUnknown, status)
	require.Contains(t, strings.Join(strings.Fields(out), " "), "more than the 0 % allowed")
	status, out = judged(t, theorems.Model(), true, abstaining)
	require.Equal(t, statusUnknown, status)
	var d document
	strictly(t, out, &d)
	require.Equal(t, "unknown", d.Theorems[0].Verdict)
	require.Len(t, d.Theorems[0].Reasons, 1)
}

// TestMissingOperations: claims that could not be tried are named.
func TestMissingOperations(t *testing.T) {
	l3 := theorem(t, "L3")
	subject := theorems.Model()
	subject.Name = "half a library"
	subject.Modes, subject.CarryRight = nil, nil
	_, out := judged(t, subject, false, l3)
	require.Contains(t, strings.Join(strings.Fields(out), " "), `"modes: operation not implemented: Modes" was not tried: half a library lacks an operation that it needs`)
}

// TestUnwritten: a full disk is not what was asked for wrongly.
func TestUnwritten(t *testing.T) {
	for err, status := range map[error]int{syscall.ENOSPC: statusUnknown, syscall.EDQUOT: statusUnknown, os.ErrExist: statusBadInput} {
		var end *ended
		require.ErrorAs(t, unwritten(fmt.Errorf("plan.json: %w", &os.PathError{Op: "write", Path: "x", Err: err})), &end)
		require.Equal(t, status, end.status)
	}
}
