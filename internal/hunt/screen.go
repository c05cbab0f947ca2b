package hunt

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/rankproof/rankproof/internal/report"
)

// Row is where a theorem stands.
type Row struct {
	Ref       string
	Blocks    int
	Instances int
	Margin    float64
	Unknown   int
	Since     time.Duration // since something new was seen
	Failures  int
}

// Status is where a hunt stands.
type Status struct {
	Elapsed   time.Duration
	Instances int // recorded, those of earlier attempts included and, as in all counts, the canary's apart
	PerSecond float64
	Failures  int // kinds of them
	Canary    string
	Rows      []Row
}

// Line is a status in a line, for logs.
func (s Status) Line() string {
	return fmt.Sprintf("%s  %d instances, %.0f/s; %s of failure; canary %s", s.Elapsed.Round(time.Second), s.Instances, s.PerSecond,
		report.Counted(s.Failures, "kind"), s.Canary)
}

// Screen shows a status on a terminal, in place. The nil Screen shows nothing.
type Screen struct {
	terminal io.Writer
	size     func() (columns, rows int)
	mutex    sync.Mutex
	drawn    int // lines
}

// NewScreen returns a screen on a terminal whose size is asked for each time.
func NewScreen(terminal io.Writer, size func() (columns, rows int)) *Screen {
	return &Screen{terminal: terminal, size: size}
}

// Show draws a status over the one before: the theorems that showed something
// new last come first, as many as there is room for.
func (s *Screen) Show(st Status) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	columns, rows := s.size()
	lines := []string{st.Line(), fmt.Sprintf("%-7s %10s %9s %8s %9s %8s", "theorem", "instances", "margin", "unknown", "since new", "failures")}
	for i, r := range st.Rows {
		if len(lines) >= rows-2 {
			lines = append(lines, fmt.Sprintf("… and %d more", len(st.Rows)-i))
			break
		}
		share := 0.0
		if r.Instances > 0 {
			share = 100 * float64(r.Unknown) / float64(r.Instances)
		}
		lines = append(lines, fmt.Sprintf("%-7s %10d %9.3g %7.2f%% %9s %8d", r.Ref, r.Instances, r.Margin, share, r.Since.Round(time.Second), r.Failures))
	}
	var out strings.Builder
	s.back(&out)
	for _, line := range lines {
		if cut := []rune(line); len(cut) >= columns {
			line = string(cut[:columns-1])
		}
		out.WriteString(line + "\x1b[K\n")
	}
	out.WriteString("\x1b[J")
	io.WriteString(s.terminal, out.String())
	s.drawn = len(lines)
}

// Clear wipes what is shown, so that lines can be written above what is shown
// next.
func (s *Screen) Clear() {
	if s == nil {
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var out strings.Builder
	s.back(&out)
	io.WriteString(s.terminal, out.String()+"\x1b[J")
	s.drawn = 0
}

func (s *Screen) back(out *strings.Builder) {
	if s.drawn > 0 {
		fmt.Fprintf(out, "\x1b[%dA", s.drawn)
	}
	out.WriteString("\r")
}
