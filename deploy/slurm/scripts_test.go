//go:build linux

package slurm_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// standIns returns a folder with programs of given names and scripts.
func standIns(t *testing.T, scripts map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, script := range scripts {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755))
	}
	return folder
}

// ran runs a script of this folder with programs of one's own in front of the
// others, and returns its exit status and what it printed.
func ran(t *testing.T, programs string, variables []string, script string, args ...string) (int, string) {
	t.Helper()
	cmd := exec.Command("bash", append([]string{script}, args...)...)
	cmd.Env = append([]string{"PATH=" + programs + ":/usr/local/bin:/usr/bin:/bin"}, variables...)
	said, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(said)
}

// TestWhatIsRequeued holds the job script to what it says of exit statuses,
// without a Slurm.
func TestWhatIsRequeued(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		verify   string // its script
		restarts string
		state    string // of the task, when Slurm is asked
		requeued bool
		status   int
	}{
		{"exit 0", "", "RUNNING", false, 0},
		{"exit 1", "", "RUNNING", false, 1},
		{"exit 2", "", "RUNNING", false, 2},
		{"exit 4", "", "RUNNING", false, 4},
		{"exit 3", "", "RUNNING", true, 3},
		{"exit 3", "1", "RUNNING", true, 3},
		{"exit 3", "2", "RUNNING", false, 3},
		{"exit 3", "", "COMPLETING", false, 3},
		{"exit 3", "", "", false, 3}, // no answer
		{"kill -KILL $$", "", "RUNNING", true, 137},
		{"kill -SEGV $$", "2", "RUNNING", false, 139},
		{"trap '' TERM; kill -USR1 $PPID; sleep 0.1; exit 1", "", "RUNNING", true, 1},
		{"trap '' TERM; kill -USR1 $PPID; sleep 0.1; exit 0", "", "RUNNING", false, 0},
		{"trap '' TERM; kill -TERM $PPID; sleep 0.1; exit 3", "", "RUNNING", false, 3},
		{"trap 'exit 3' TERM; kill -USR1 $PPID; while :; do sleep 0.01; done", "", "RUNNING", true, 3},
		{"trap 'exit 3' TERM; kill -TERM $PPID; while :; do sleep 0.01; done", "", "RUNNING", false, 3},
	} {
		t.Run(fmt.Sprintf("%s, restarts %q, %s", c.verify, c.restarts, c.state), func(t *testing.T) {
			t.Parallel()
			dir := standIns(t, map[string]string{"verify": c.verify})
			programs := standIns(t, map[string]string{"squeue": "echo " + c.state, "scontrol": `echo "scontrol $*"`, "sleep": "exec /bin/sleep 0.1"})
			variables := []string{"SLURM_ARRAY_JOB_ID=70", "SLURM_ARRAY_TASK_ID=3", "SLURM_JOB_ID=70"}
			if c.restarts != "" {
				variables = append(variables, "SLURM_RESTART_COUNT="+c.restarts)
			}
			status, said := ran(t, programs, variables, "hunt.sbatch", dir, "8", "2")
			require.Equal(t, c.status, status, said)
			require.Equal(t, c.requeued, strings.Contains(said, "scontrol requeue 70_3"), said)
		})
	}
}

// TestSubmission: what submit.sh asks sbatch for, and what it refuses before
// anything is made.
func TestSubmission(t *testing.T) {
	t.Parallel()
	programs := standIns(t, map[string]string{
		"sbatch": `echo "sbatch $*" >&2; echo "12;cluster"`,
		"verify": `echo "verify $*" >&2; echo {} >"$2"`,
	})
	dir := filepath.Join(t.TempDir(), "a hunt")
	for _, c := range []struct {
		variables []string
		args      []string
		says      string
	}{
		{nil, nil, "DIR is missing"},
		{nil, []string{"--shards", "3"}, "no option --shards"},
		{nil, []string{dir, "1", "2"}, "3 arguments"},
		{nil, []string{dir, "8"}, "no shard 8 of 8"},
		{nil, []string{dir, "1-x"}, "INDICES is 1-x"},
		{nil, []string{dir, ""}, "INDICES is empty"},
		{[]string{"SHARDS=0"}, []string{dir}, "SHARDS is 0"},
		{[]string{"SHARDS="}, []string{dir}, "SHARDS is empty"},
		{[]string{"SEED=-1"}, []string{dir}, "SEED is -1"},
		{[]string{"INSTANCES=1e6"}, []string{dir}, "INSTANCES is 1e6"},
		{[]string{"VERIFY=/no/verify"}, []string{dir}, "no program /no/verify"},
	} {
		status, said := ran(t, programs, c.variables, "submit.sh", c.args...)
		require.Equal(t, 2, status, said)
		require.Contains(t, said, c.says)
		require.Contains(t, said, "usage: submit.sh")
		require.NoDirExists(t, dir, c.says)
	}

	status, said := ran(t, programs, []string{"SHARDS=300", "CPUS=2", "TIME=12:00:00", "PARTITION=long", "ONLY=L3,M*", "SEED=7"}, "submit.sh", dir)
	require.Equal(t, 0, status, said)
	require.Contains(t, said, "--until-instances 1000000 --seed 7 --only L3,M*\n")
	require.Contains(t, said, "sbatch --parsable --partition=long --time=12:00:00 --array=0-299 --cpus-per-task=2 ")
	require.Contains(t, said, "--dependency=afterany:12 ")
	require.Contains(t, said, "hunt 12\n")
	require.Contains(t, said, "merge 12\n")
	require.FileExists(t, filepath.Join(dir, "verify"))

	status, said = ran(t, programs, nil, "submit.sh", dir, "3,5-7")
	require.Equal(t, 0, status, said)
	require.Contains(t, said, "--array=3,5-7 ")
	require.NotContains(t, said, "verify plan")
	status, said = ran(t, programs, []string{"SEED=8"}, "submit.sh", dir)
	require.Equal(t, 2, status, said)
	require.Contains(t, said, "SEED is set, and")
}

// TestShellcheck has shellcheck read the scripts, where there is one.
func TestShellcheck(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("shellcheck"); err != nil {
		require.NotEqual(t, "require", os.Getenv("RANKPROOF_SLURM"), err)
		t.Skipf("NOT TESTED: shellcheck of the scripts: %v", err)
	}
	said, err := exec.Command("shellcheck", "submit.sh", "hunt.sbatch", "merge.sbatch").CombinedOutput()
	require.NoError(t, err, "%s", said)
}
