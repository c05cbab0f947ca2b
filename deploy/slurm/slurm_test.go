//go:build linux

// Package slurm_test runs the scripts of this folder on a real Slurm.
package slurm_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// The hunt of every case: 18 short blocks a shard, a third of them the canary's.
const (
	instances = 24000
	only      = "M1,L12"
)

var (
	// program is the verify that is tested.
	program string
	// unsharded is what one process makes of the plan.
	unsharded struct {
		records int
		account string
		status  int // of verify merge
	}
)

// TestSlurm: whatever happens to tasks and nodes, the merge of eight shards is
// that of the unsharded run.
func TestSlurm(t *testing.T) {
	if os.Getenv("RANKPROOF_SLURM") != "require" {
		t.Skip("NOT TESTED: deploy/slurm on a real Slurm, which takes minutes; RANKPROOF_SLURM=require does it")
	}
	require.Empty(t, lacks())
	program = filepath.Join(t.TempDir(), "verify")
	said, err := exec.Command("go", "build", "-o", program, "../../cmd/verify").CombinedOutput()
	require.NoError(t, err, "%s", said)
	runUnsharded(t)
	c := startCluster(t)
	for _, test := range []struct {
		name string
		run  func(h hunt)
	}{
		{"a worker is killed", workerKilled},
		{"a node crashes", nodeCrashes},
		{"a task is cancelled", taskCancelled},
		{"the time of a task is nearly over", timeNearlyOver},
		{"two workers on one shard", twoWorkers},
		{"a torn last line", tornLine},
		{"8 shards, then 3", fewerShards},
	} {
		passed := t.Run(test.name, func(t *testing.T) {
			h := hunt{t, c, filepath.Join(t.TempDir(), "hunt")}
			t.Cleanup(h.showLogs)
			test.run(h)
		})
		require.True(t, passed, "the cluster is as this case left it: the others are not run")
	}
}

// runUnsharded hunts by the plan of all cases in one process.
func runUnsharded(t *testing.T) {
	dir := t.TempDir()
	plan, records := filepath.Join(dir, "plan.json"), filepath.Join(dir, "records")
	run := func(args ...string) (status int, said []byte) {
		said, err := exec.Command(program, args...).Output()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		if exit != nil {
			status = exit.ExitCode()
			require.Equal(t, 1, status, "%q: %s%s", args, said, exit.Stderr) // what a hunt finds is none of this test's business
		}
		return status, said
	}
	run("plan", plan, "--until-instances", strconv.Itoa(instances), "--seed", "5", "--only", only)
	run("hunt", "--plan", plan, "--dir", records)
	status, text := run("merge", records, "--plan", plan, "--json")
	unsharded.status, unsharded.account = status, account(t, text)
	files, err := filepath.Glob(filepath.Join(records, "*.jsonl"))
	require.NoError(t, err)
	for _, file := range files {
		unsharded.records += lines(file)
	}
	require.Greater(t, unsharded.records, 5*shards, "too few blocks to stop a worker between them")
}

// workerKilled: Slurm sees a job script that ends, so that the script has to
// requeue its task.
func workerKilled(h hunt) {
	s := h.submit(shards)
	w := h.stopped()
	require.NoError(h, syscall.Kill(w.id, syscall.SIGKILL))
	h.requireWhole(s)
	log := h.log(s, w.shard)
	require.Contains(h, log, "killed by signal 9, requeued")
	require.Contains(h, log, "start 2: done")
}

// nodeCrashes: all of a node's processes end, and Slurm gives its task to
// another.
func nodeCrashes(h hunt) {
	s := h.submit(shards)
	w := h.stopped()
	daemon := h.running(w.node)
	for _, id := range []int{daemon.cmd.Process.Pid, w.stepper, w.script, w.id} {
		require.NoError(h, syscall.Kill(id, syscall.SIGKILL))
	}
	<-daemon.ended
	until(h.T, "Slurm has seen the crash", seldom, func() bool { return h.is(w.node, "down") })
	h.requireWhole(s)
	require.Contains(h, h.log(s, w.shard), "start 2: done")
	h.startNode(w.node)
	until(h.T, "the node is back", seldom, func() bool { return h.idle() == 4 })
}

// taskCancelled: the merge comes all the same and says what is missing, and
// that one index is enough.
func taskCancelled(h hunt) {
	s := h.submit(shards)
	w := h.stopped()
	h.must(h.T, h.command("scancel", s.array+"_"+w.shard))
	require.Equal(h, 3, h.merged(s))
	require.NotContains(h, h.log(s, w.shard), "requeued\n")
	require.Equal(h, "CANCELLED", h.job(s.array + "_" + w.shard)["JobState"])
	said, err := os.ReadFile(filepath.Join(h.dir, "merged.txt"))
	require.NoError(h, err)
	require.Contains(h, string(said), "missing")
	h.requireWhole(h.submit(shards, w.shard))
}

// timeNearlyOver: what Slurm sends before the limit of a task stops it, and it
// goes on in another slot.
func timeNearlyOver(h hunt) {
	s := h.submit(shards)
	w := h.stopped()
	require.NoError(h, syscall.Kill(w.script, syscall.SIGUSR1))
	require.NoError(h, syscall.Kill(w.id, syscall.SIGCONT))
	h.requireWhole(s)
	log := h.log(s, w.shard)
	require.Contains(h, log, "incomplete, requeued")
	require.Contains(h, log, "start 2: done")
}

// twoWorkers: a shard that is submitted again while it runs is judged twice
// and counts once.
func twoWorkers(h hunt) {
	first := h.submit(shards)
	w := h.stopped()
	second := h.submit(shards, w.shard)
	h.merged(second)
	require.NoError(h, syscall.Kill(w.id, syscall.SIGCONT))
	h.requireWhole(first)
	require.Greater(h, h.records(), h.whole(), "nothing was judged twice")
}

// tornLine: what a node did not write to its end is judged again.
func tornLine(h hunt) {
	h.requireWhole(h.submit(shards))
	file := h.recordFiles()[0]
	info, err := os.Stat(file)
	require.NoError(h, err)
	require.NoError(h, os.Truncate(file, info.Size()-7))
	again := h.submit(shards)
	h.requireWhole(again)
	require.Equal(h, h.whole(), h.records())
}

// fewerShards: what three of eight shards have recorded, three of three need
// not do.
func fewerShards(h hunt) {
	require.Equal(h, 3, h.merged(h.submit(shards, "0,2,5")))
	before := h.records()
	require.Greater(h, before, 0)
	h.requireWhole(h.submit(3))
	require.Equal(h, h.whole(), h.records(), "blocks judged twice, after %d of eight shards", before)
}
