package journal

import (
	"maps"
	"math"
	"slices"
)

// cell is what is remembered of a block, in 16 bytes.
type cell struct {
	key    uint64 // of the record that counts; 0 if there is none
	micros uint64 // of judging; the top bit tells of a contradiction
}

const (
	contradicted = 1 << 63
	pageCells    = 256
	mostSeconds  = 1e6 // of a block: what a clock says beyond is not added up
)

type page struct {
	cells [pageCells]cell
	done  int
}

// cells are those of a theorem's blocks. Only pages that are used exist, so that
// one record of an absurd block takes no more than one.
type cells map[int]*page

// at returns the cell of a block, to be changed.
func (c cells) at(block int) (*page, *cell) {
	p := c[block/pageCells]
	if p == nil {
		p = new(page)
		c[block/pageCells] = p
	}
	return p, &p.cells[block%pageCells]
}

// key returns that of a block, 0 if it is not done.
func (c cells) key(block int) uint64 {
	if p := c[block/pageCells]; p != nil {
		return p.cells[block%pageCells].key
	}
	return 0
}

// micros returns seconds as whole microseconds: their sum does not depend on its order.
func micros(seconds float64) uint64 {
	return uint64(math.Round(min(max(seconds, 0), mostSeconds) * 1e6))
}

// contradictions returns the first blocks that records contradict each other on.
func (c cells) contradictions(most int) []int {
	var out []int
	for _, i := range slices.Sorted(maps.Keys(c)) {
		for j := range c[i].cells {
			if c[i].cells[j].micros&contradicted != 0 {
				if len(out) == most {
					return out
				}
				out = append(out, i*pageCells+j)
			}
		}
	}
	return out
}

// missing returns the blocks below n that are not done, as runs and, where
// there are single ones at equal distances, as those.
func (c cells) missing(n int) []Range {
	var out []Range
	for block := 0; block < n && len(out) <= mostRanges; {
		p := c[block/pageCells]
		end := min(n, (block/pageCells+1)*pageCells)
		switch {
		case p == nil:
			out = appendRange(out, block, end-1)
			block = end
		case p.done == pageCells:
			block = end
		default:
			if p.cells[block%pageCells].key == 0 {
				out = appendRange(out, block, block)
			}
			block++
		}
	}
	return out[:min(len(out), mostRanges)]
}

// appendRange appends the run first…last, which follows all ranges that there are.
func appendRange(out []Range, first, last int) []Range {
	n := len(out)
	if n > 0 && out[n-1].Step == 1 && out[n-1].Last+1 == first {
		out[n-1].Last = last
		return out
	}
	single := func(r Range) bool { return r.First == r.Last }
	switch {
	case first != last || n == 0:
	case out[n-1].Step > 1 && out[n-1].Last+out[n-1].Step == first:
		out[n-1].Last = first
		return out
	case n > 1 && single(out[n-1]) && single(out[n-2]) && out[n-1].First-out[n-2].First == first-out[n-1].First:
		out[n-2] = Range{out[n-2].First, first, first - out[n-1].First}
		return out[:n-1]
	}
	return append(out, Range{first, last, 1})
}
