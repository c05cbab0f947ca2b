//go:build unix

package gate

import (
	"os/exec"
	"syscall"
)

// inGroup makes a command the head of a process group, so that what it starts
// ends with it, and so that an interrupt at the terminal is not meant for it.
func inGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killGroup kills a command and what it started.
func killGroup(cmd *exec.Cmd) {
	syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // none is left where this fails
}
