package gate

import (
	"fmt"
	"io"
	"strings"
	"sync"
)

const (
	// longestLog bounds what is kept of the children's standard error.
	longestLog = 64 << 20
	// longestTail bounds what a finding shows of it.
	longestTail = 2 << 10
)

// sharedLog is where the children's standard error goes, up to longestLog.
type sharedLog struct {
	lock sync.Mutex
	w    io.Writer // nil: nowhere
	left int
}

func newLog(w io.Writer) *sharedLog { return &sharedLog{w: w, left: longestLog} }

func (l *sharedLog) write(text []byte) {
	l.lock.Lock()
	defer l.lock.Unlock()
	if l.w == nil || l.left == 0 {
		return
	}
	n := min(len(text), l.left)
	l.w.Write(text[:n]) // a full disk is no finding
	if l.left -= n; l.left == 0 {
		fmt.Fprintf(l.w, "\nthe log ends here: it is longer than %d MiB\n", longestLog>>20)
	}
}

// tail is the end of what one child writes.
type tail struct {
	lock sync.Mutex
	text []byte
}

// follow passes what is read on to the log until it ends, and remembers its end.
func (t *tail) follow(r io.Reader, log *sharedLog) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := r.Read(buffer)
		log.write(buffer[:n])
		t.lock.Lock()
		t.text = append(t.text, buffer[:n]...)
		if extra := len(t.text) - longestTail; extra > 0 {
			t.text = append(t.text[:0], t.text[extra:]...)
		}
		t.lock.Unlock()
		if err != nil {
			return
		}
	}
}

func (t *tail) String() string {
	t.lock.Lock()
	defer t.lock.Unlock()
	return strings.TrimSpace(plain(string(t.text)))
}
