//go:build linux

package slurm_test

import (
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience is how long anything may take before it counts as stuck.
const patience = 2 * time.Minute

// until asks again and again until it is told yes. What it waits for is named
// where it fails.
func until(t *testing.T, what string, every time.Duration, yes func() bool) {
	t.Helper()
	for start := time.Now(); !yes(); time.Sleep(every) {
		require.Less(t, time.Since(start), patience, "still waiting until %s", what)
	}
}

const (
	often  = 5 * time.Millisecond   // to look at processes
	seldom = 200 * time.Millisecond // to ask Slurm, which costs a process
)

// configuration is that of four nodes on one host that know no address but
// loopback. A credential of five seconds is what lets a requeued task start
// after six and not after two minutes.
const configuration = `ClusterName=rankproof
SlurmctldHost=%[1]s(127.0.0.1)
SlurmctldPort=%[3]d
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=%[2]s/munge/socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=%[2]s/state
SlurmdSpoolDir=%[2]s/%%n
SlurmctldPidFile=%[2]s/slurmctld.pid
SlurmdPidFile=%[2]s/%%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=bf_interval=1,batch_sched_delay=0
JobRequeue=1
ReturnToService=2
SlurmdTimeout=8
KillWait=5
PropagateResourceLimits=NONE
NodeName=n1 NodeHostname=%[1]s NodeAddr=127.0.0.1 Port=%[4]d CPUs=1 RealMemory=4096
NodeName=n2 NodeHostname=%[1]s NodeAddr=127.0.0.1 Port=%[5]d CPUs=1 RealMemory=4096
NodeName=n3 NodeHostname=%[1]s NodeAddr=127.0.0.1 Port=%[6]d CPUs=1 RealMemory=4096
NodeName=n4 NodeHostname=%[1]s NodeAddr=127.0.0.1 Port=%[7]d CPUs=1 RealMemory=4096
PartitionName=main Nodes=ALL Default=YES MaxTime=60 DefaultTime=60 State=UP
`

// cluster is a Slurm of its own: its configuration, key, sockets and state are
// in one folder, and its daemons are children of the test.
type cluster struct {
	t       *testing.T
	folder  string
	daemons []*daemon
}

// daemon is a program that stays in the foreground. What it prints is in a file.
type daemon struct {
	name  string
	cmd   *exec.Cmd
	ended chan struct{}
}

// lacks tells what a cluster needs and this machine has not.
func lacks() string {
	if os.Geteuid() != 0 {
		return "only root starts Slurm's daemons"
	}
	for _, program := range []string{"munged", "slurmctld", "slurmd", "sbatch", "scontrol", "squeue", "sinfo", "scancel"} {
		if _, err := exec.LookPath(program); err != nil {
			return err.Error()
		}
	}
	return ""
}

// startCluster starts a cluster, and ends it with the test, however that ends.
func startCluster(t *testing.T) *cluster {
	t.Helper()
	require.NoError(t, adoptOrphans())
	folder, err := os.MkdirTemp("", "slurm") // short, as names of sockets are
	require.NoError(t, err)
	c := &cluster{t: t, folder: folder}
	t.Cleanup(c.stop)
	require.NoError(t, os.Chmod(folder, 0o755)) // munged wants its socket to be in reach of all
	for _, name := range []string{"munge", "state"} {
		require.NoError(t, os.Mkdir(c.path(name), 0o755))
	}
	key := make([]byte, 128)
	rand.Read(key)
	require.NoError(t, os.WriteFile(c.path("munge/key"), key, 0o600))
	host, err := os.Hostname()
	require.NoError(t, err)
	host, _, _ = strings.Cut(host, ".")
	port := freePorts(t, 5)
	require.NoError(t, os.WriteFile(c.path("slurm.conf"), fmt.Appendf(nil, configuration, host, folder, port[0], port[1], port[2], port[3], port[4]), 0o644))

	c.start("munged", "munged", "--foreground", "--num-threads=2", "--key-file="+c.path("munge/key"), "--socket="+c.path("munge/socket"),
		"--pid-file="+c.path("munge/pid"), "--log-file="+c.path("munge/log"), "--seed-file="+c.path("munge/seed"))
	until(t, "munged has a socket", often, func() bool {
		_, err := os.Stat(c.path("munge/socket"))
		return err == nil
	})
	c.start("slurmctld", "slurmctld", "-D", "-f", c.path("slurm.conf"))
	for _, node := range []string{"n1", "n2", "n3", "n4"} {
		c.startNode(node)
	}
	until(t, "four nodes are idle", seldom, func() bool { return c.idle() == 4 })
	return c
}

func (c *cluster) path(name string) string { return filepath.Join(c.folder, name) }

// freePorts returns ports on which nothing listens.
func freePorts(t *testing.T, n int) []int {
	t.Helper()
	var out []int
	for range n {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		require.NoError(t, err)
		defer l.Close() // after all have one, so that they differ
		out = append(out, l.Addr().(*net.TCPAddr).Port)
	}
	return out
}

// start starts a daemon, which dies with this process at the latest.
func (c *cluster) start(name string, args ...string) {
	c.t.Helper()
	said, err := os.OpenFile(c.path(name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	require.NoError(c.t, err)
	defer said.Close()
	d := &daemon{name: name, cmd: exec.Command(args[0], args[1:]...), ended: make(chan struct{})}
	d.cmd.Stdout, d.cmd.Stderr, d.cmd.Env = said, said, c.environment()
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(c.t, d.cmd.Start())
	go func() {
		d.cmd.Wait() // how it ended is of no interest
		close(d.ended)
	}()
	c.daemons = append(c.daemons, d)
}

func (c *cluster) startNode(node string) {
	require.NoError(c.t, os.MkdirAll(c.path(node), 0o755))
	c.start(node, "slurmd", "-D", "-N", node, "-f", c.path("slurm.conf"))
}

// running returns the daemon of a name that was started last.
func (c *cluster) running(name string) *daemon {
	for i := len(c.daemons) - 1; i >= 0; i-- {
		if c.daemons[i].name == name {
			return c.daemons[i]
		}
	}
	c.t.Fatalf("no daemon %s was started", name)
	return nil
}

// stop ends jobs, then daemons, then what is left of either, and removes the
// folder.
func (c *cluster) stop() {
	if cancel := c.command("scancel", "--user=root"); cancel.Run() == nil {
		for start := time.Now(); time.Since(start) < 10*time.Second && c.try("squeue", "--noheader") != ""; {
			time.Sleep(100 * time.Millisecond)
		}
	}
	for i := len(c.daemons) - 1; i >= 0; i-- {
		d := c.daemons[i]
		d.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-d.ended:
		case <-time.After(10 * time.Second):
			d.cmd.Process.Kill()
			<-d.ended
		}
	}
	for range 10 { // what is killed may leave orphans
		killAll(below(os.Getpid()))
		time.Sleep(50 * time.Millisecond)
	}
	for _, p := range below(os.Getpid()) {
		c.t.Errorf("process %d is left: %q", p.id, argumentsOf(p.id))
	}
	if c.t.Failed() {
		for _, name := range []string{"munged", "slurmctld", "n1", "n2", "n3", "n4"} {
			c.t.Logf("%s:\n%s", name, tail(c.path(name+".log"), 2000))
		}
	}
	require.NoError(c.t, os.RemoveAll(c.folder))
}

// tail returns the end of a file.
func tail(file string, most int) string {
	text, _ := os.ReadFile(file)
	return string(text[max(0, len(text)-most):])
}

// environment is what programs of the cluster see: nothing of another Slurm.
func (c *cluster) environment() []string {
	out := []string{"SLURM_CONF=" + c.path("slurm.conf")}
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "SLURM") && !strings.HasPrefix(v, "SBATCH") {
			out = append(out, v)
		}
	}
	return out
}

func (c *cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = c.environment()
	return cmd
}

// try returns what a program prints, and nothing if it fails: while a
// controller is busy, clients may not reach it.
func (c *cluster) try(name string, args ...string) string {
	said, err := c.command(name, args...).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(said))
}

// must returns what a program prints.
func (c *cluster) must(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	said, err := cmd.CombinedOutput()
	require.NoError(t, err, "%q: %s", cmd.Args, said)
	return strings.TrimSpace(string(said))
}

// idle returns the number of nodes that wait for work.
func (c *cluster) idle() int {
	var n int
	fmt.Sscan(c.try("sinfo", "--noheader", "--states=idle", "--format=%D"), &n)
	return n
}

// is reports whether a node is in a state, such as down.
func (c *cluster) is(node, state string) bool {
	return strings.HasPrefix(c.try("sinfo", "--noheader", "--nodes="+node, "--format=%T"), state)
}
