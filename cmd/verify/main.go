// Command verify tests, proves and tries to refute the theorems of this module,
// on its own implementation and on networks of yours.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/rankproof/rankproof/internal/progress"
)

func main() { os.Exit(command(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// streams is where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
	live     bool // err is a terminal: progress may be shown there
}

// command runs verify with the process's streams, ends it cleanly at the first
// interrupt and at once at the second, and returns the exit status.
func command(args []string, in, out, err *os.File) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return execute(ctx, args, streams{in: in, out: out, err: err, live: progress.OnTerminal(err)})
}
