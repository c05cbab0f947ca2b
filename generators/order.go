package generators

import (
	"cmp"
	"math"
	"reflect"
	"slices"
)

// mostOrders bounds how many orders of all indices together are looked at: those
// of five units, or of two populations, three latents and three columns. Where
// there are more, two indices at a time are exchanged.
const mostOrders = 120

// mostTogether bounds how many orders are looked at with an exchange in a field
// behind each.
const mostTogether = 300

// before compares the orders of the numbers of two instances, which have the same
// ones: zeros come first, as early as can be, then small numbers. Of all orders
// of an instance's indices the first is the one to show.
func before(a, b []float64) int {
	for _, of := range []func(float64) float64{something, math.Abs, negative} {
		if c := slices.CompareFunc(a, b, func(x, y float64) int { return cmp.Compare(of(x), of(y)) }); c != 0 {
			return c
		}
	}
	return 0
}

// something marks what is not 0.
func something(x float64) float64 {
	if x == 0 {
		return 0
	}
	return 1
}

// numbersOf lists the numbers of fields in the order in which they are written.
func numbersOf(fields []field) []float64 {
	var out []float64
	for _, f := range fields {
		visitNumbers(f.value, func(x float64) float64 {
			out = append(out, x)
			return x
		})
	}
	return out
}

// earlier returns what edits that only move numbers make of an instance, as far as
// it comes before the instance itself, the first first and each once.
func earlier(instance any, edits []edit) []any {
	type candidate struct {
		value   any
		numbers []float64
	}
	here := numbersOf(fieldsOf(copyOf(instance)))
	var list []candidate
	for _, edit := range edits {
		v := copyOf(instance)
		edit(fieldsOf(v))
		if c := (candidate{v.Interface(), numbersOf(fieldsOf(v))}); before(c.numbers, here) < 0 {
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(a, b candidate) int { return before(a.numbers, b.numbers) })
	list = slices.CompactFunc(list, func(a, b candidate) bool { return before(a.numbers, b.numbers) == 0 })
	out := make([]any, len(list))
	for i, c := range list {
		out[i] = c.value
	}
	return out
}

// arrangements are the changes of order of an instance: of indices, which change
// nothing if a statement is as symmetric as most are; within one field; and both,
// where they are few: neither alone need come before what it is made of.
func arrangements(fields []field) [][]edit {
	orders, swaps := reorderings(fields), slabExchanges(fields)
	all := [][]edit{orders, swaps}
	if len(orders)*len(swaps) <= mostTogether {
		var both []edit
		for _, order := range orders {
			for _, swap := range swaps {
				both = append(both, func(fs []field) {
					order(fs)
					swap(fs)
				})
			}
		}
		all = append(all, both)
	}
	return all
}

// reorderings are the orders of all indices of an instance: of units, latents,
// populations, columns of factors, each in all fields at once.
func reorderings(fields []field) []edit {
	size := sizes(fields)
	var dims []string
	all := 1
	for d, n := range size {
		if n > 1 {
			dims = append(dims, d)
			for k := 2; k <= n && all <= mostOrders; k++ {
				all *= k
			}
		}
	}
	slices.Sort(dims)
	if all > mostOrders {
		return exchanges(dims, size)
	}
	edits := []edit{func([]field) {}}
	for _, d := range dims {
		var more []edit
		for _, order := range permutations(size[d]) {
			for _, first := range edits {
				more = append(more, func(fs []field) {
					first(fs)
					reorder(fs, d, size[d], order)
				})
			}
		}
		edits = more
	}
	return edits
}

func exchanges(dims []string, size map[string]int) []edit {
	var edits []edit
	for _, d := range dims {
		for i := range size[d] {
			for j := range i {
				order := identityOrder(size[d])
				order[i], order[j] = j, i
				edits = append(edits, func(fs []field) { reorder(fs, d, size[d], order) })
			}
		}
	}
	return edits
}

// permutations are the orders of n indices.
func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var out [][]int
	for _, shorter := range permutations(n - 1) {
		for at := range n {
			out = append(out, slices.Insert(slices.Clone(shorter), at, n-1))
		}
	}
	return out
}

// slabExchanges are the exchanges of two rows, columns or blocks of one field,
// which make another instance: where it fails too, one of them is enough.
func slabExchanges(fields []field) []edit {
	var edits []edit
	for k, f := range fields {
		for axis := range f.dims {
			n := f.length(axis)
			for i := range n {
				for j := range i {
					edits = append(edits, func(fs []field) { swapSlabs(fs[k].slabAt(axis, i), fs[k].slabAt(axis, j)) })
				}
			}
		}
	}
	return edits
}

// Pattern returns an instance without its numbers, but for 1 where one is not 0,
// its indices in the first order: two that differ by a permutation of units,
// latents, populations or columns have the same. What is no struct is returned
// as it is.
func Pattern(instance any) any {
	if instance == nil || reflect.TypeOf(instance).Kind() != reflect.Struct {
		return instance
	}
	v := copyOf(instance)
	for _, f := range fieldsOf(v) {
		visitNumbers(f.value, something)
	}
	best := v.Interface()
	edits := reorderings(fieldsOf(copyOf(best)))
	for list := earlier(best, edits); len(list) > 0; list = earlier(best, edits) {
		best = list[0]
	}
	return best
}
