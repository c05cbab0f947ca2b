package hunt

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rankproof/rankproof/internal/journal"
	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/theorems/conjectures"
)

// ParseShard reads "3/8".
func ParseShard(text string) (Shard, error) {
	first, second, ok := strings.Cut(text, "/")
	i, err1 := strconv.Atoi(first)
	n, err2 := strconv.Atoi(second)
	if !ok || err1 != nil || err2 != nil || n < 1 || i < 0 || i >= n {
		return Shard{}, fmt.Errorf("%q is no part i/n of a plan, with 0 ≤ i < n", text)
	}
	return Shard{i, n}, nil
}

// Header writes what is about to be hunted.
func (h *Hunt) Header(w io.Writer, p journal.Plan, dir string) {
	end := "without end"
	if p.Blocks > 0 {
		end = fmt.Sprintf("%s in all", report.Counted(p.Blocks*len(p.Theorems), "block"))
	}
	fmt.Fprintf(w, "hunt: seed %d, plan %s, %s and the canary, blocks of %s, %s\n", p.Seed, p.Digest(), report.Counted(len(p.Theorems)-1, "theorem"),
		report.Counted(p.BlockSize, "instance"), end)
	if h.Shard.Of > 1 {
		fmt.Fprintf(w, "part %d of %d\n", h.Shard.Index, h.Shard.Of)
	}
	if dir == "" {
		fmt.Fprintln(w, "records are not kept: --dir keeps them")
	} else if n := h.before.Instances; n > 0 {
		fmt.Fprintf(w, "%s recorded before\n", report.Counted(n, "instance"))
	}
}

// Status returns where the hunt stands.
func (h *Hunt) Status() Status {
	totals := h.Journal.Totals()
	elapsed := time.Since(h.start)
	s := Status{Elapsed: elapsed, Canary: "not caught yet"}
	if len(report.Escaped(conjectures.Canary(), totals)) == 0 {
		s.Canary = "caught"
	}
	news := h.schedule.since()
	for _, t := range totals.Theorems {
		if !notCanary(t) {
			continue
		}
		s.Instances += t.Instances
		row := Row{Ref: t.Ref, Blocks: t.Blocks, Instances: t.Instances, Unknown: t.Unknown, Since: news[t.ID], Failures: len(t.Failures)}
		if t.Top != nil {
			row.Margin = t.Top.Margin.Margin
		}
		s.Failures += row.Failures
		s.Rows = append(s.Rows, row)
	}
	s.PerSecond = float64(s.Instances-h.before.Instances) / elapsed.Seconds()
	slices.SortStableFunc(s.Rows, func(a, b Row) int {
		if (a.Failures > 0) != (b.Failures > 0) {
			return b.Failures - a.Failures
		}
		return int((a.Since - b.Since) / time.Second)
	})
	return s
}

// since returns how long ago each theorem showed something new.
func (s *schedule) since() map[string]time.Duration {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	out := map[string]time.Duration{}
	for _, e := range s.entries {
		out[e.theorem.ID] = time.Since(e.news.lastSeen)
	}
	return out
}
