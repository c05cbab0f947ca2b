package gate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/rankproof/rankproof/internal/wire"
	"github.com/rankproof/rankproof/theorems"
)

// Options say what to start, and how much of it.
type Options struct {
	Command  []string
	Children int           // at most so many at once
	Depth    int           // requests in line of one child
	Start    time.Duration // until hello is answered
	Request  time.Duration // from when a request is the first in line
	Log      io.Writer     // of the children's standard error; nil: none
}

// Pool is the children of one command. Its Call may be used by several
// goroutines.
type Pool struct {
	Options
	Hello wire.Hello

	log       *sharedLog
	allowance *allowance
	queue     chan *request
	ctx       context.Context
	end       context.CancelCauseFunc
	slots     sync.WaitGroup

	lock       sync.Mutex
	unrepeated map[Kind]*Fault
	count      int      // of faults that do not repeat themselves
	started    int      // children
	left       *request // of those that the pool's end left without an answer, the one that waited longest
}

// request is one that waits for its answer.
type request struct {
	asked
	shrinking *int        // what is left of ofShrinking; nil: an instance of a theorem
	done      chan answer // holds one
	began     time.Time
}

type answer struct {
	result json.RawMessage
	err    error
}

// New starts the first child, whose hello is the pool's; the others are started
// when there is something to ask them. A pool ends with ctx.
func New(ctx context.Context, o Options) (*Pool, error) {
	if len(o.Command) == 0 {
		return nil, errors.New("no command")
	}
	p := &Pool{Options: o, log: newLog(o.Log), allowance: newAllowance(), queue: make(chan *request, o.Children*o.Depth), unrepeated: map[Kind]*Fault{}, started: 1}
	p.ctx, p.end = context.WithCancelCause(ctx)
	first, err := start(p.ctx, o.Command, o.Start, p.log)
	if err != nil {
		p.end(err)
		return nil, err
	}
	p.Hello = first.hello
	for i := range o.Children {
		s := &slot{pool: p}
		if i == 0 {
			s.child = first
		}
		p.slots.Go(s.run)
	}
	return p, nil
}

// errClosed ends a pool that is not needed any more.
var errClosed = errors.New("the gate is closed")

// Close ends the children; those that have nothing to do may end by themselves.
func (p *Pool) Close() {
	p.end(errClosed)
	p.slots.Wait()
}

// Err returns why the pool has ended before it was closed, nil if it has not.
func (p *Pool) Err() error {
	if err := context.Cause(p.ctx); err != nil && !errors.Is(err, errClosed) {
		return err
	}
	return nil
}

// Started returns how many children were started.
func (p *Pool) Started() int {
	p.lock.Lock()
	defer p.lock.Unlock()
	return p.started
}

// Unrepeated returns the faults that did not repeat themselves, one a kind.
func (p *Pool) Unrepeated() []*Fault {
	p.lock.Lock()
	defer p.lock.Unlock()
	var out []*Fault
	for _, f := range p.unrepeated {
		now := *f // its Times may be raised yet
		out = append(out, &now)
	}
	slices.SortFunc(out, func(a, b *Fault) int { return slices.Compare([]byte(a.Kind), []byte(b.Kind)) })
	return out
}

// Waiting returns the operation that waited longest for its answer when the pool
// ended, "" if none did.
func (p *Pool) Waiting() string {
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.left == nil {
		return ""
	}
	return p.left.op
}

// Call is a wire.Call. A fault is returned as a *Fault; what is not asked any
// more is not implemented, and what is interrupted is undecided.
func (p *Pool) Call(op string, params json.RawMessage) (json.RawMessage, error) {
	return p.call(op, params, nil)
}

func (p *Pool) call(op string, params json.RawMessage, shrinking *int) (json.RawMessage, error) {
	r := &request{asked{op, string(params)}, shrinking, make(chan answer, 1), time.Now()}
	if err := p.allowance.look(r); err != nil {
		return nil, err
	}
	select {
	case p.queue <- r:
	case <-p.ctx.Done():
		return nil, p.leave(r)
	}
	select {
	case a := <-r.done:
		return a.result, a.err
	case <-p.ctx.Done():
		return nil, p.leave(r)
	}
}

// leave is what is answered when there is nobody to ask.
func (p *Pool) leave(r *request) error {
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.left == nil || r.began.Before(p.left.began) {
		p.left = r
	}
	return fmt.Errorf("%w: %w", theorems.ErrUndecided, context.Cause(p.ctx))
}

// doubt enters a fault that did not repeat itself. A child that goes on like
// that is given up.
func (p *Pool) doubt(f *Fault) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.count += f.Times
	if seen := p.unrepeated[f.Kind]; seen != nil {
		seen.Times += f.Times
	} else {
		p.unrepeated[f.Kind] = f
	}
	if p.count >= unrepeated {
		p.end(fmt.Errorf("given up: %d times a child ended for no request's sake, the last time as it %w", p.count, f))
	}
}

// another starts a child like the first.
func (p *Pool) another() (*child, error) {
	p.lock.Lock()
	p.started++
	p.lock.Unlock()
	c, err := start(p.ctx, p.Command, p.Start, p.log)
	if err == nil && !same(c.hello, p.Hello) {
		c.kill()
		return nil, &StartError{Command: p.Command, Problem: "another child says another hello than the first"}
	}
	return c, err
}
