package hunt

import (
	"strconv"
	"testing"

	"github.com/rankproof/rankproof/internal/journal"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/conjectures"
	"github.com/stretchr/testify/require"
)

// worked lets a schedule choose so many blocks, tells it what each cost and
// whether it showed something new, and returns the work of each theorem, in
// seconds, and the theorems in their order.
func worked(t *testing.T, s *schedule, blocks int, cost map[string]float64, isNew func(id string) bool) (work map[string]float64, order []string) {
	t.Helper()
	work = map[string]float64{}
	for range blocks {
		e, block, more := s.take()
		require.True(t, more)
		id := e.theorem.ID
		work[id] += cost[id]
		order = append(order, id)
		tags := map[string]bool{}
		if isNew(id) {
			tags[strconv.Itoa(len(e.news.tags))] = true
		}
		r := journal.Record{Theorem: id, Block: block, Seconds: cost[id]}
		if e.isCanary() {
			for _, c := range e.theorem.Claims {
				r.Failures = append(r.Failures, journal.Failure{Check: c.Name})
			}
		}
		s.finished(e, r, tags)
	}
	return work, order
}

func never(string, int) bool { return false }

// TestScheduleSharesTime: theorems share the time, not the blocks; what shows
// something new has up to five times as much; nobody is left out.
func TestScheduleSharesTime(t *testing.T) {
	list := []theorems.Theorem{{ID: "news"}, {ID: "old"}, {ID: "slow"}, {ID: "quick"}}
	cost := map[string]float64{"news": 1, "old": 1, "slow": 4, "quick": 0.25}
	s := newSchedule(list, Shard{Of: 1}, 0, never)
	news := func(id string) bool { return id == "news" }
	worked(t, s, 2000, cost, news) // at first all are taken for new
	work, _ := worked(t, s, 2000, cost, news)
	for _, id := range []string{"slow", "quick"} {
		require.Less(t, work[id], 1.1*work["old"], id)
		require.Greater(t, work[id], work["old"]/1.1, id)
	}
	require.Greater(t, work["news"], 4.5*work["old"])
	require.Less(t, work["news"], 5.5*work["old"])
}

// TestCanaryComesFirst: a hunt knows at once whether it sees, and then spends
// next to nothing on that.
func TestCanaryComesFirst(t *testing.T) {
	canary := conjectures.Canary()
	cost := map[string]float64{"first": 1, canary.ID: 1}
	s := newSchedule([]theorems.Theorem{{ID: "first"}, canary}, Shard{Of: 1}, 0, never)
	old := func(string) bool { return false }
	_, order := worked(t, s, 1000, cost, old)
	for _, id := range order[:fewestBlocks] {
		require.Equal(t, canary.ID, id)
	}
	work, _ := worked(t, s, 1000, cost, old)
	require.Positive(t, work[canary.ID])
	require.Less(t, work[canary.ID], work["first"]/50)
}

// TestEveryBlockIsTaken: each block of a part that is not done, once.
func TestEveryBlockIsTaken(t *testing.T) {
	list := []theorems.Theorem{{ID: "a"}, {ID: "b"}}
	const blocks = 24
	taken := map[string]int{}
	done := func(id string, block int) bool { return id == "b" && block%5 == 0 }
	for i := range 3 {
		s := newSchedule(list, Shard{Index: i, Of: 3}, blocks, done)
		for {
			e, block, more := s.take()
			if !more {
				break
			}
			taken[e.theorem.ID+strconv.Itoa(block)]++
			require.True(t, s.left(), "a plan with open blocks is done")
			s.finished(e, journal.Record{Seconds: 1}, nil)
		}
	}
	for block := range blocks {
		require.Equal(t, 1, taken["a"+strconv.Itoa(block)], block)
		require.Equal(t, map[bool]int{true: 0, false: 1}[done("b", block)], taken["b"+strconv.Itoa(block)], block)
	}
	whole := newSchedule(list, Shard{Of: 1}, blocks, func(string, int) bool { return true })
	require.False(t, whole.left())
	_, _, more := whole.take()
	require.False(t, more)
}
