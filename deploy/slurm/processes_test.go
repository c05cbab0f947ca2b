//go:build linux

package slurm_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// process is what /proc tells of one.
type process struct {
	id, parent int
	dead       bool // and not yet waited for
}

// adoptOrphans makes this process the parent of those below it whose own
// parent ends: Slurm's job steps, which leave their daemon at once. So
// everything that the test has started, and nothing else, is below it.
func adoptOrphans() error {
	const setChildSubreaper = 36
	if _, _, err := syscall.RawSyscall(syscall.SYS_PRCTL, setChildSubreaper, 1, 0); err != 0 {
		return fmt.Errorf("prctl(PR_SET_CHILD_SUBREAPER): %w", err)
	}
	return nil
}

// below returns the processes that descend from one.
func below(id int) []process {
	children := map[int][]process{}
	files, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is well formed
	for _, file := range files {
		if p, ok := readProcess(file); ok {
			children[p.parent] = append(children[p.parent], p)
		}
	}
	out := children[id]
	for i := 0; i < len(out); i++ {
		out = append(out, children[out[i].id]...)
	}
	return out
}

// readProcess reads a stat file: "12 (name) S 1 …", where a name may hold
// anything. There is none if the process has just ended.
func readProcess(file string) (p process, ok bool) {
	text, err := os.ReadFile(file)
	if err != nil {
		return p, false
	}
	name := bytes.LastIndexByte(text, ')')
	fields := strings.Fields(string(text[name+1:]))
	if len(fields) < 2 {
		return p, false
	}
	p.dead = fields[0] == "Z" || fields[0] == "X"
	p.id, err = strconv.Atoi(filepath.Base(filepath.Dir(file)))
	if err != nil {
		return p, false
	}
	p.parent, err = strconv.Atoi(fields[1])
	return p, err == nil
}

// parentOf returns a process's parent.
func parentOf(id int) (int, bool) {
	p, ok := readProcess(fmt.Sprintf("/proc/%d/stat", id))
	return p.parent, ok
}

// argumentsOf returns what a process was started with, its name first.
func argumentsOf(id int) []string { return words(fmt.Sprintf("/proc/%d/cmdline", id)) }

// variableOf returns a variable of a process's environment.
func variableOf(id int, name string) string {
	for _, v := range words(fmt.Sprintf("/proc/%d/environ", id)) {
		if value, ok := strings.CutPrefix(v, name+"="); ok {
			return value
		}
	}
	return ""
}

// words reads a file of words that end in a zero byte.
func words(file string) []string {
	text, _ := os.ReadFile(file) // gone: no words
	return strings.Split(strings.TrimRight(string(text), "\x00"), "\x00")
}

// openBelow returns the files that a process has open in a folder.
func openBelow(id int, folder string) []string {
	links, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", id))
	var out []string
	for _, link := range links {
		if file, err := os.Readlink(link); err == nil && strings.HasPrefix(file, folder+"/") {
			out = append(out, file)
		}
	}
	return out
}

// killAll ends processes at once, and waits for those that are children.
func killAll(list []process) {
	for _, p := range list {
		syscall.Kill(p.id, syscall.SIGKILL) // an error says that it has ended
	}
	for {
		if id, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); id <= 0 || err != nil {
			return
		}
	}
}
