//go:build linux

package slurm_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// shards are those of a hunt here, unless it says so.
const shards = 8

// hunt is one in a directory of its own, submitted by submit.sh.
type hunt struct {
	*testing.T
	*cluster
	dir string
}

// submission is what submit.sh prints: the ids of two jobs.
type submission struct{ array, merge string }

// submit calls submit.sh for so many shards, or for some of them.
func (h hunt) submit(shards int, indices ...string) (s submission) {
	h.Helper()
	cmd := h.command("./submit.sh", append([]string{h.dir}, indices...)...)
	cmd.Env = append(cmd.Env, fmt.Sprintf("SHARDS=%d", shards), "TIME=30")
	if _, err := os.Stat(filepath.Join(h.dir, "plan.json")); err != nil {
		cmd.Env = append(cmd.Env, "VERIFY="+program, "INSTANCES="+strconv.Itoa(instances), "SEED=5", "ONLY="+only)
	}
	said := h.must(h.T, cmd)
	for line := range strings.Lines(said) {
		fmt.Sscanf(line, "hunt %s", &s.array)
		fmt.Sscanf(line, "merge %s", &s.merge)
	}
	require.True(h, s.array != "" && s.merge != "", said)
	return s
}

// merged waits for the merge and returns its exit status.
func (h hunt) merged(s submission) (status int) {
	h.Helper()
	until(h.T, "the merge has ended", seldom, func() bool {
		switch job := h.job(s.merge); job["JobState"] {
		case "COMPLETED", "FAILED":
			_, err := fmt.Sscanf(job["ExitCode"], "%d:0", &status)
			require.NoError(h, err, job["ExitCode"])
			return true
		case "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY", "BOOT_FAIL":
			h.Fatalf("the merge ended as %s", job["JobState"])
		}
		return false
	})
	return status
}

// job returns what Slurm tells of a job, or of a task of an array.
func (h hunt) job(id string) map[string]string {
	out := map[string]string{}
	for _, field := range strings.Fields(h.try("scontrol", "show", "job", "--oneliner", id)) {
		if name, value, ok := strings.Cut(field, "="); ok {
			out[name] = value
		}
	}
	return out
}

// worker is a verify hunt that runs in a task.
type worker struct {
	id      int
	shard   string // its index
	node    string
	lines   int // that it has recorded
	script  int // the process of its job script
	stepper int // and of Slurm that runs the script
}

// workers returns those of this hunt that have recorded something.
func (h hunt) workers() []worker {
	var out []worker
	for _, p := range below(os.Getpid()) {
		args := argumentsOf(p.id)
		if p.dead || len(args) < 2 || args[0] != filepath.Join(h.dir, "verify") || args[1] != "hunt" {
			continue
		}
		w := worker{id: p.id, shard: variableOf(p.id, "SLURM_ARRAY_TASK_ID"), node: variableOf(p.id, "SLURMD_NODENAME")}
		for _, file := range openBelow(p.id, filepath.Join(h.dir, "records")) {
			w.lines += lines(file)
		}
		var ok1, ok2 bool
		w.script, ok1 = parentOf(w.id)
		w.stepper, ok2 = parentOf(w.script)
		if ok1 && ok2 && w.lines > 0 {
			out = append(out, w)
		}
	}
	return out
}

// stopped stops a worker in the middle of its shard, so that what follows does
// not depend on how fast it is.
func (h hunt) stopped() (w worker) {
	h.Helper()
	until(h.T, "a worker is in the middle of its shard", often, func() bool {
		for _, w = range h.workers() {
			syscall.Kill(w.id, syscall.SIGSTOP)
			for _, now := range h.workers() { // it may have gone on until it stopped, or ended
				if now.id == w.id && 2*now.lines < h.whole()/shards {
					return true
				}
			}
			syscall.Kill(w.id, syscall.SIGCONT)
		}
		return false
	})
	h.Logf("shard %s stopped on %s after %d records", w.shard, w.node, w.lines)
	return w
}

// log returns what the tasks of a shard have printed.
func (h hunt) log(s submission, shard string) string {
	text, err := os.ReadFile(filepath.Join(h.dir, "log", "hunt-"+s.array+"_"+shard+".txt"))
	require.NoError(h, err)
	return string(text)
}

// showLogs shows what all jobs have printed, if the case has failed.
func (h hunt) showLogs() {
	if !h.Failed() {
		return
	}
	files, _ := filepath.Glob(filepath.Join(h.dir, "log", "*"))
	for _, file := range files {
		h.Logf("%s:\n%s", file, tail(file, 2000))
	}
}

// records returns the number of lines in all files of records.
func (h hunt) records() (n int) {
	for _, file := range h.recordFiles() {
		n += lines(file)
	}
	return n
}

func (h hunt) recordFiles() []string {
	files, err := filepath.Glob(filepath.Join(h.dir, "records", "*.jsonl"))
	require.NoError(h, err)
	return files
}

func lines(file string) int {
	text, _ := os.ReadFile(file)
	return bytes.Count(text, []byte("\n"))
}

// whole is the number of records of the unsharded run.
func (h hunt) whole() int { return unsharded.records }

// requireWhole requires that a merge says what that of the unsharded run says.
func (h hunt) requireWhole(s submission) {
	h.Helper()
	status := h.merged(s)
	text, err := os.ReadFile(filepath.Join(h.dir, "merged.json"))
	require.NoError(h, err)
	require.Equal(h, unsharded.status, status, "%s", text)
	require.JSONEq(h, unsharded.account, account(h.T, text))
}

// account is what verify merge --json prints without times, and without what
// it tells of files, of which a hunt may have any number.
func account(t *testing.T, text []byte) string {
	t.Helper()
	var value map[string]any
	require.NoError(t, json.Unmarshal(text, &value), "%s", text)
	for _, name := range []string{"files", "records", "duplicates", "damaged", "damaged_lines"} {
		delete(value, name)
	}
	require.Contains(t, value, "counts")
	withoutSeconds(value)
	out, err := json.Marshal(value)
	require.NoError(t, err)
	return string(out)
}

func withoutSeconds(value any) {
	switch v := value.(type) {
	case map[string]any:
		delete(v, "seconds")
		for _, x := range v {
			withoutSeconds(x)
		}
	case []any:
		for _, x := range v {
			withoutSeconds(x)
		}
	}
}
