package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/rankproof/rankproof/theorems"
)

// Stats writes how often each tag — kind of instance, edge of a hypothesis —
// was met, the most frequent first, and whether every edge that the theorem
// declares was visited.
func Stats(w io.Writer, r Result) {
	judged := r.Judged()
	fmt.Fprintf(w, "\n%s %s: %s\n", r.Ref, r.ID, Counted(judged, "instance"))
	tags := slices.SortedFunc(maps.Keys(r.Tags), func(a, b string) int {
		return cmp.Or(cmp.Compare(r.Tags[b], r.Tags[a]), cmp.Compare(a, b))
	})
	var cells []string
	for _, tag := range tags {
		cells = append(cells, fmt.Sprintf("%7s %6d  %s", Percent(r.Tags[tag], judged), r.Tags[tag], tag))
	}
	inColumns(w, cells)
	edges := declared(r.Theorem)
	missing := unvisited(edges, r.Tags)
	if len(missing) == 0 {
		fmt.Fprintf(w, "  all of %s visited\n", Counted(len(edges), "declared edge"))
		return
	}
	io.WriteString(w, wrapList(fmt.Sprintf("  %d of %s not visited: ", len(missing), Counted(len(edges), "declared edge")), missing))
}

// declared lists the edges that some check of the theorem declares.
func declared(t theorems.Theorem) []string {
	var edges []string
	for _, c := range slices.Concat(t.Claims, t.Exact) {
		for _, e := range c.Edges {
			if !slices.Contains(edges, e) {
				edges = append(edges, e)
			}
		}
	}
	return edges
}

func unvisited(edges []string, tags map[string]int) []string {
	var out []string
	for _, e := range edges {
		if tags[e] == 0 {
			out = append(out, e)
		}
	}
	return out
}

// inColumns writes cells column by column, as many columns as Columns allow.
func inColumns(w io.Writer, cells []string) {
	widest := 0
	for _, c := range cells {
		widest = max(widest, width(c))
	}
	across := max(1, Columns/(widest+2))
	down := (len(cells) + across - 1) / across
	for i := range down {
		var line strings.Builder
		for j := i; j < len(cells); j += down {
			line.WriteString("  " + left(cells[j], widest))
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
}
