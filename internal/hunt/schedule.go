package hunt

import (
	"sync"
	"time"

	"github.com/rankproof/rankproof/internal/journal"
	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/theorems"
)

// schedule decides which block is next. Theorems share the time: each has a
// weight between 1, its floor, and 1+mostNovelty, by how many of its last
// blocks showed something new; the next block is of the theorem that is
// furthest behind its share.
type schedule struct {
	mutex   sync.Mutex
	entries []*entry
	shard   Shard
	blocks  int // of each theorem, 0: without end
	done    func(theorem string, block int) bool
}

// Shard is part Index of Of parts of a plan.
type Shard struct{ Index, Of int }

// Has reports whether a block is of this part. Parts have equally many blocks of each
// kind, whatever Of is.
func (s Shard) Has(block int) bool { return (block/kinds+block%kinds)%s.Of == s.Index }

const (
	mostNovelty = 4
	memory      = 0.9 // of how new things were, a block
)

// entry is where a theorem stands.
type entry struct {
	theorem theorems.Theorem
	next    int     // block
	used    float64 // seconds of work over weight
	novelty float64 // in [0, 1]
	news    news
}

// news is what was seen of a theorem before.
type news struct {
	tags     map[string]bool
	kinds    map[string]bool
	top      float64
	lastSeen time.Time
}

func newSchedule(list []theorems.Theorem, shard Shard, blocks int, done func(string, int) bool) *schedule {
	s := &schedule{shard: shard, blocks: blocks, done: done}
	for _, t := range list {
		s.entries = append(s.entries, &entry{theorem: t, novelty: 1,
			news: news{tags: map[string]bool{}, kinds: map[string]bool{}, lastSeen: time.Now()}})
	}
	return s
}

// take returns the next block, and false when there is none.
func (s *schedule) take() (*entry, int, bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var behind *entry
	for _, e := range s.entries {
		for !s.exhausted(e) && (!s.shard.Has(e.next) || s.done(e.theorem.ID, e.next)) {
			e.next++
		}
		if s.exhausted(e) {
			continue
		}
		if e.isCanary() && e.next < fewestBlocks { // before anything else, so that a hunt knows at once whether it sees
			behind = e
			break
		}
		if behind == nil || e.used < behind.used {
			behind = e
		}
	}
	if behind == nil {
		return nil, 0, false
	}
	block := behind.next
	behind.next++
	// Until it is known what the block costs, it costs what is small: the
	// others come first.
	behind.used += provisional
	return behind, block, true
}

const provisional = 1e-3 // seconds

// left reports whether a plan with an end has blocks that are not done.
func (s *schedule) left() bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, e := range s.entries {
		for block := range s.blocks {
			if s.shard.Has(block) && !s.done(e.theorem.ID, block) {
				return true
			}
		}
	}
	return false
}

func (s *schedule) exhausted(e *entry) bool { return s.blocks > 0 && e.next >= s.blocks }

// finished enters what a block cost and showed.
func (s *schedule) finished(e *entry, r journal.Record, tags map[string]bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	e.novelty *= memory
	if e.news.enter(r, tags) {
		e.novelty += 1 - memory
		e.news.lastSeen = time.Now()
	}
	e.used += r.Seconds/(1+mostNovelty*e.novelty)*e.restraint() - provisional
}

func (e *entry) isCanary() bool { return report.IsCanary(e.theorem.ID) }

// restraint is how many times more slowly than others a theorem goes on: the
// canary, once its kinds of failure are known.
func (e *entry) restraint() float64 {
	if e.isCanary() && len(e.news.kinds) >= len(e.theorem.Claims) {
		return 100
	}
	return 1
}

// enter reports whether a record shows something new.
func (n *news) enter(r journal.Record, tags map[string]bool) bool {
	before := len(n.tags) + len(n.kinds)
	for tag := range tags {
		n.tags[tag] = true
	}
	for _, f := range r.Failures {
		n.kinds[f.Check+"\x00"+f.What] = true
	}
	higher := r.Top != nil && isNew(r.Top.Margin, n.top)
	if r.Top != nil {
		n.top = max(n.top, r.Top.Margin)
	}
	return higher || len(n.tags)+len(n.kinds) > before
}
