package main

import "sync"

// stages passes on what a piece of work is at, until nobody waits for it any
// more: work that was given up goes on, and must not write over what follows.
type stages struct {
	lock   sync.Mutex
	closed bool
	show   func(what string)
}

func (s *stages) tell(what string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if !s.closed {
		s.show(what)
	}
}

// close ends it, and wipes what was shown last.
func (s *stages) close(wipe func()) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.closed = true
	wipe()
}
