// Package progress shows how far a long run is, on the line of a terminal
// below its results.
package progress

import (
	"io"
	"os"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// OnTerminal reports whether a file is a terminal whose cursor can be moved: one
// of TERM=dumb, such as an editor's, shows what would move it.
func OnTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb" }

// Line is a line of progress. The nil Line shows nothing.
type Line struct {
	terminal io.Writer
	bar      *progressbar.ProgressBar
}

// New returns a line on a terminal for a number of steps.
func New(terminal io.Writer, total int) *Line {
	return &Line{terminal, progressbar.NewOptions(total,
		progressbar.OptionSetWriter(terminal),
		progressbar.OptionFullWidth(), // narrower than the terminal, so that it is always one line
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetElapsedTime(true),
		progressbar.OptionSetPredictTime(false), // steps are of too many kinds
		progressbar.OptionClearOnFinish(),
		progressbar.OptionSetTheme(progressbar.Theme{Saucer: "=", SaucerHead: ">", SaucerPadding: " ", BarStart: "[", BarEnd: "]"}),
	)}
}

// Start names what is being done.
func (l *Line) Start(what string) {
	if l != nil {
		l.bar.Describe(what)
	}
}

// Add counts steps; several goroutines may call it.
func (l *Line) Add(steps int) {
	if l != nil {
		l.bar.Add(steps) // its error is that of the terminal, which is no result
	}
}

// Clear wipes the line, for results to be written, while no step is counted;
// the next one shows it again. (That of the bar only moves the cursor on
// Windows.)
func (l *Line) Clear() {
	if l != nil {
		io.WriteString(l.terminal, "\r"+strings.Repeat(" ", l.columns()-1)+"\r")
	}
}

func (l *Line) columns() int {
	columns, _ := Size(l.terminal)
	return columns
}

// Size returns how many columns and rows a terminal has, 80 and 24 if it does
// not say.
func Size(terminal io.Writer) (columns, rows int) {
	if f, ok := terminal.(*os.File); ok {
		if columns, rows, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 && rows > 0 {
			return columns, rows
		}
	}
	return 80, 24
}
