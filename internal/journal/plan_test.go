package journal

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPlanSurvivesAFile(t *testing.T) {
	p := planOf(12, "a/ρ<1", "b/two")
	path := filepath.Join(t.TempDir(), PlanFile)
	require.NoError(t, p.WriteFile(path))
	require.NoError(t, p.WriteFile(path), "the same again")
	q, err := ReadPlan(path)
	require.NoError(t, err)
	require.Equal(t, p, q)
	require.Equal(t, p.Digest(), q.Digest())

	// How it is laid out is no part of it.
	text, err := encodeJSON(p)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, text, 0o600))
	require.NoError(t, p.WriteFile(path))
	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, left, 1, "nothing stays beside it")
}

// TestDigestOfAPlan: it is of every field.
func TestDigestOfAPlan(t *testing.T) {
	p := planOf(12, "a/one", "b/two")
	require.Regexp(t, "^[0-9a-f]{32}$", p.Digest())
	seen := map[string]int{p.Digest(): -1}
	for i, change := range []func(*Plan){
		func(p *Plan) { p.Format++ },
		func(p *Plan) { p.Seed-- },
		func(p *Plan) { p.BlockSize++ },
		func(p *Plan) { p.Blocks = 0 },
		func(p *Plan) { p.Starts = DigestOf([]byte("x")) },
		func(p *Plan) { p.Environment += " GOAMD64=v3" },
		func(p *Plan) { p.Build += "+dirty" },
		func(p *Plan) { p.Theorems[0].ID += "x" },
		func(p *Plan) { p.Theorems[0].Ref += "x" },
		func(p *Plan) { p.Theorems[0].Version = DigestOf([]byte("x")) },
		func(p *Plan) { p.Theorems[0], p.Theorems[1] = p.Theorems[1], p.Theorems[0] },
		func(p *Plan) { p.Theorems = p.Theorems[:1] },
	} {
		q := planOf(12, "a/one", "b/two")
		change(&q)
		_, there := seen[q.Digest()]
		require.False(t, there, "change %d", i)
		seen[q.Digest()] = i
	}
}

func TestPlansAreNotOverwritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), PlanFile)
	p, q := planOf(12, "a/one"), planOf(12, "a/one")
	q.Seed = 5
	require.NoError(t, p.WriteFile(path))
	err := q.WriteFile(path)
	require.ErrorContains(t, err, path+": holds another plan")
	require.ErrorContains(t, err, "seed 18446744073709551615 there, 5 here")
	there, err := ReadPlan(path)
	require.NoError(t, err)
	require.Equal(t, p, there)

	require.NoError(t, os.WriteFile(path, []byte("notes of mine"), 0o600))
	require.ErrorContains(t, p.WriteFile(path), path+": not a plan")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "notes of mine", string(text))
	require.ErrorContains(t, p.WriteFile(filepath.Join(path, "below")), path)
	require.ErrorContains(t, Plan{}.WriteFile(path), "format is 0")
}

// TestOneOfManyPlansIsWritten: whoever comes first, all others find that plan or
// are told of it.
func TestOneOfManyPlansIsWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), PlanFile)
	var group sync.WaitGroup
	var written atomic.Int32
	for seed := range 8 {
		group.Go(func() {
			p := planOf(1, "a/one")
			p.Seed = uint64(seed / 2)
			if p.WriteFile(path) == nil {
				written.Add(1)
			}
		})
	}
	group.Wait()
	require.Equal(t, int32(2), written.Load(), "two have the same")
}

func TestPlansThatAreNone(t *testing.T) {
	good, err := encodeJSON(planOf(3, "a/one", "b/two"))
	require.NoError(t, err)
	digest := DigestOf(nil)
	for _, c := range []struct{ old, new, want string }{
		{`"format":1`, `"format":2`, "format is 2, and this program knows 1"},
		{`"seed":`, `"root":1,"seed":`, `unknown field "root"`},
		{`"block_size":8`, `"block_size":0`, "block_size is 0"},
		{`"blocks":3`, `"blocks":-1`, "blocks is -1"},
		{`"blocks":3`, `"blocks":1e99`, "blocks"},
		{`"blocks":3`, `"blocks":2000000000`, "blocks is 2000000000"},
		{`"starts":"` + digest, `"starts":"` + digest[:20] + "X", `starts is "` + digest[:20] + `X`},
		{`"starts":"` + digest, `"starts":"`, `starts is "", no digest`},
		{DigestOf([]byte("a/one")), strings.ToUpper(DigestOf([]byte("a/one"))), "theorem a/one has version"},
		{DigestOf([]byte("a/one")), strings.Repeat("0", 66), "theorem a/one has version"},
		{`"id":"a/one"`, `"id":""`, `theorem 0 has id ""`},
		{`"ref":"Rb"`, `"ref":""`, `theorem 1 has id "b/two" and ref ""`},
		{`"id":"b/two"`, `"id":"a/one"`, "theorem a/one is there twice"},
		{string(good), "", "not a plan: empty"},
		{string(good), string(good[:len(good)-1]), "not a plan: unexpected EOF"},
		{string(good), string(good) + "{}", "something follows"},
		{string(good), "[]", "not a plan"},
		{string(good), "\x00\xff", "not a plan"},
		{string(good), `{"format":1,"block_size":1,"starts":"` + digest + `"}`, "theorems is empty"},
	} {
		path := filepath.Join(t.TempDir(), "p.json")
		require.Contains(t, string(good), c.old)
		require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(good), c.old, c.new, 1)), 0o600))
		_, err := ReadPlan(path)
		require.ErrorContains(t, err, path+": ")
		require.ErrorContains(t, err, c.want)
	}
	folder := t.TempDir()
	_, err = ReadPlan(folder)
	require.ErrorContains(t, err, folder)
	_, err = ReadPlan(filepath.Join(folder, "no.json"))
	require.ErrorContains(t, err, "no.json")
}

func TestFindPlan(t *testing.T) {
	p, q := planOf(2, "a/one"), planOf(3, "a/one")
	with := func(p Plan) string {
		dir := t.TempDir()
		require.NoError(t, p.WriteFile(filepath.Join(dir, PlanFile)))
		return dir
	}
	empty := t.TempDir()
	a, b, other := with(p), with(p), with(q)
	for _, dirs := range [][]string{{a}, {empty, a}, {a, b, empty}} {
		got, err := FindPlan("", dirs...)
		require.NoError(t, err)
		require.Equal(t, p, got)
	}
	got, err := FindPlan(filepath.Join(a, PlanFile), empty)
	require.NoError(t, err)
	require.Equal(t, p, got)
	for want, from := range map[string][]string{
		filepath.Join(other, PlanFile) + ": holds another plan": {"", a, other},
		"blocks 2 there, 3 here":                                {filepath.Join(other, PlanFile), a},
		"there is no plan.json in " + empty:                     {"", empty},
		"nowhere":                                               {"", a, filepath.Join(empty, "nowhere")},
		"no.json":                                               {"no.json", a},
	} {
		_, err := FindPlan(from[0], from[1:]...)
		require.ErrorContains(t, err, want)
	}
}
