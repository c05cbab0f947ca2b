package gate

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/rankproof/rankproof/internal/wire"
)

const (
	// longestHistory bounds the requests remembered of what a child was asked, and
	// mostHistory their bytes.
	longestHistory = 32
	mostHistory    = 1 << 20
)

// slot is a place in the pool: a child at a time, and its line of requests.
type slot struct {
	pool  *Pool
	child *child
	id    int64          // of the last request
	line  []*inLine      // what the child was asked and has not answered
	out   []byte         // requests to be written
	since *time.Timer    // of the first in line
	was   []wire.Request // what the child was asked, the last of it
	size  int            // of was, in bytes
	said  int            // answers of the child

	behind    []*request // to be asked again, one at a time
	suspicion *Fault     // of one of those behind
}

type inLine struct {
	*request
	id int64
}

// run asks what is in the queue until the pool ends.
func (s *slot) run() {
	s.since = time.NewTimer(time.Hour)
	defer func() {
		s.since.Stop()
		if s.child == nil {
			return
		}
		if len(s.line) == 0 {
			s.child.stop()
		} else {
			s.child.kill()
		}
	}()
	for {
		s.askAgain()
		var queue chan *request // nil: nothing can be taken
		var events chan event
		var writes chan []byte
		if s.suspicion == nil && len(s.behind) == 0 && len(s.line) < s.pool.Depth {
			queue = s.pool.queue
		}
		if s.child != nil {
			events = s.child.events
			if len(s.out) > 0 {
				writes = s.child.writes
			}
		}
		select {
		case <-s.pool.ctx.Done():
			return
		case r := <-queue:
			s.take(r)
		case writes <- s.out:
			s.out = nil // the writer has it
		case e := <-events:
			s.heard(e)
		case <-s.since.C:
			if len(s.line) > 0 {
				s.fault(Hung, "no answer within "+s.pool.Request.String(), nil)
			}
		}
	}
}

// take asks a request, and with it a fair share of those in the queue.
func (s *slot) take(r *request) {
	s.ask(r)
	for range (len(s.pool.queue) + s.pool.Children - 1) / s.pool.Children {
		if len(s.line) == 0 || len(s.line) >= s.pool.Depth || len(s.behind) > 0 {
			return
		}
		select {
		case r := <-s.pool.queue:
			s.ask(r)
		default:
			return
		}
	}
}

// askAgain asks the first of those that were in line at a fault, alone.
func (s *slot) askAgain() {
	for len(s.behind) > 0 && len(s.line) == 0 && s.pool.ctx.Err() == nil {
		r := s.behind[0]
		s.behind = s.behind[1:]
		s.ask(r)
	}
	if len(s.behind) == 0 && len(s.line) == 0 && s.suspicion != nil {
		s.pool.doubt(s.suspicion)
		s.suspicion = nil
	}
}

// ask puts a request in line.
func (s *slot) ask(r *request) {
	if err := s.pool.allowance.refused(r); err != nil {
		r.done <- answer{err: err}
		s.suspicion = nil // it may have been this one
		return
	}
	if s.child == nil {
		c, err := s.pool.another()
		if err != nil { // once more: a machine may have been short of something
			c, err = s.pool.another()
		}
		if err != nil {
			s.pool.end(err)
			r.done <- answer{err: s.pool.leave(r)}
			return
		}
		s.child = c
	}
	s.id = max(s.id, 1) + 1 // the first is hello's
	message := wire.Request{ID: s.id, Op: r.op, Params: json.RawMessage(r.params)}
	s.was, s.size = append(s.was, message), s.size+len(r.params)
	for len(s.was) > 1 && (len(s.was) > longestHistory || s.size > mostHistory) {
		s.size -= len(s.was[0].Params)
		s.was = s.was[1:]
	}
	s.out = append(s.out, requestLine(message)...)
	if s.line = append(s.line, &inLine{r, s.id}); len(s.line) == 1 {
		s.since.Reset(s.pool.Request)
	}
}

// heard is told of a line, or of the child's end.
func (s *slot) heard(e event) {
	switch {
	case e.kind != "" && len(s.line) == 0 && e.kind == Crashed:
		s.fault(Died, e.detail, nil)
	case e.kind != "":
		s.fault(e.kind, e.detail, e.line)
	case len(s.line) == 0:
		s.fault(Unasked, "a line when no request was in line", e.line)
	default:
		first := s.line[0]
		result, kind, detail, err := response(e.line, first.id, first.op)
		if kind != "" {
			s.fault(kind, detail, e.line)
			return
		}
		s.pool.allowance.answer()
		first.done <- answer{result, err}
		s.said++
		if s.line = s.line[1:]; len(s.line) > 0 {
			s.since.Reset(s.pool.Request)
		}
	}
}

// fault ends the child. If it was a fresh one that was asked nothing but the
// first in line, the fault is that request's; else that one is asked again of a
// fresh child, and those behind after it.
func (s *slot) fault(kind Kind, detail string, line []byte) {
	s.child.kill()
	f := &Fault{Kind: kind, Detail: detail, Shown: cut(line, longestShown), Stderr: s.child.stderr.String(), Requests: slices.Clone(s.was)}
	alone := s.said == 0 && len(s.line) == 1
	var again []*request
	for _, r := range s.line {
		again = append(again, r.request)
	}
	s.child, s.line, s.out, s.was, s.size, s.id, s.said = nil, nil, nil, nil, 0, 0, 0
	if alone {
		f.Op, f.Repeats = again[0].op, true
		f.Requests = f.Requests[len(f.Requests)-1:]
		s.pool.allowance.remember(again[0], f)
		again[0].done <- answer{err: f}
		s.suspicion = nil
		return
	}
	if len(again) > 0 {
		f.Op = again[0].op
		if kind == Crashed {
			f.Kind = Died // unless it repeats itself
		}
	}
	s.behind = append(again, s.behind...)
	if s.suspicion == nil {
		s.suspicion = f
	}
	s.suspicion.Times++
}
