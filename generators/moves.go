package generators

import (
	"math"
	"reflect"
	"slices"
)

const (
	mostMoves   = 64  // that are read from bytes; more say nothing new
	mostNumbers = 400 // of an instance that duplication leaves: judging costs their cube
	mostIndices = 9   // of a dimension that duplication leaves
)

// Mutate returns an instance changed by the moves that bytes say: an index is
// dropped, duplicated or exchanged with another; rows, blocks and numbers are
// set, scaled, nudged, copied or made equal; a word is changed. Missing bytes
// are zero, and a move that would break a shape or a hypothesis, or have a
// product rounded that was not, is left out. The instance itself is not changed.
func Mutate(instance any, moves []byte, domain *Domain) any {
	best, exact := copyOf(instance), unrounded(instance)
	in := &tape{moves}
	for n := 0; len(in.left) > 0 && n < mostMoves; n++ {
		candidate := copyOf(best.Interface())
		fields := domain.within(candidate)
		moveKinds[in.below(len(moveKinds))](fields, in)
		if valid(candidate, domain, exact) {
			best = candidate
		}
	}
	retag(best)
	return best.Interface()
}

// tape is bytes that are read as numbers; beyond its end there are zeros.
type tape struct{ left []byte }

func (t *tape) next() int {
	if len(t.left) == 0 {
		return 0
	}
	b := t.left[0]
	t.left = t.left[1:]
	return int(b)
}

// below returns a number from 0 to n−1; n is at most 256, or two bytes are read.
func (t *tape) below(n int) int {
	x := t.next()
	if n > 256 {
		x = x<<8 | t.next()
	}
	return x % max(n, 1)
}

// moveKinds are what a move's first byte chooses from, numbers most often.
var moveKinds = []func([]field, *tape){
	setNumber, setNumber, nudgeNumber, perturbNumber, equalNumbers,
	fillSlab, scaleSlab, scaleSlab, copySlab, copySlab, exchangeSlabs,
	dropAnIndex, duplicateIndex, exchangeIndices,
	scaleField, changeWord,
}

// number is one entry of a field, with its indices.
type number struct {
	value reflect.Value
	at    []int
}

func (f field) entries() []number {
	var out []number
	var walk func(v reflect.Value, at []int)
	walk = func(v reflect.Value, at []int) {
		switch v.Kind() {
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i), append(slices.Clone(at), i))
			}
		case reflect.Float64:
			out = append(out, number{v, at})
		case reflect.Int:
			if len(at) > 0 { // a mark of an index; counts and seeds stay
				out = append(out, number{v, at})
			}
		}
	}
	walk(f.value, nil)
	return out
}

// set gives an entry a number that the field may have.
func (f field) set(n number, x float64) {
	switch {
	case n.value.Kind() == reflect.Int:
		n.value.SetInt(int64(math.Abs(math.Round(x))) & 1)
	case f.free(n.value.Float()) && !math.IsNaN(x):
		n.value.SetFloat(f.legal(x))
	}
}

func (n number) float() float64 {
	if n.value.Kind() == reflect.Int {
		return float64(n.value.Int())
	}
	return n.value.Float()
}

// aNumber chooses a field, each as likely as any other, and an entry of it.
func aNumber(fields []field, in *tape) (field, number, bool) {
	f, ok := aField(fields, in)
	if !ok {
		return f, number{}, false
	}
	entries := f.entries()
	return f, entries[in.below(len(entries))], true
}

func aField(fields []field, in *tape) (field, bool) {
	var full []field
	for _, f := range fields {
		if len(f.entries()) > 0 {
			full = append(full, f)
		}
	}
	if len(full) == 0 {
		return field{}, false
	}
	return full[in.below(len(full))], true
}

// plainNumbers are those at which statements change.
var plainNumbers = []float64{0, 1, -1, 0.5, -0.5, 2, -2, 1 - 0x1p-10, -1 + 0x1p-10, 1 - 0x1p-20, 1 + 0x1p-10, 0x1p-12, 3, -3, 4, 8}

func setNumber(fields []field, in *tape) {
	f, n, ok := aNumber(fields, in)
	if k := in.next(); ok && k < 128 {
		f.set(n, plainNumbers[k%len(plainNumbers)])
	} else if ok {
		f.set(n, float64(k-192)/8) // eighths from −8 to 8
	}
}

// nudgeNumber moves a number to its neighbour: of float64, or of the field's
// numbers.
func nudgeNumber(fields []field, in *tape) {
	f, n, ok := aNumber(fields, in)
	up := in.next()%2 == 0
	if !ok {
		return
	}
	x, step := n.float(), 0.0
	if step, _, _ = f.sizesOf(); step == 0 {
		step = math.Nextafter(math.Abs(x), math.Inf(1)) - math.Abs(x)
	}
	if !up {
		step = -step
	}
	f.set(n, x+step)
}

func perturbNumber(fields []field, in *tape) {
	f, n, ok := aNumber(fields, in)
	by := math.Ldexp(float64(in.next()-128)/128, -in.below(24))
	if ok {
		f.set(n, n.float()*(1+by))
	}
}

func equalNumbers(fields []field, in *tape) {
	f, n, ok := aNumber(fields, in)
	if !ok {
		return
	}
	entries := f.entries()
	f.set(n, entries[in.below(len(entries))].float())
}

// aSlab chooses a field that has dimensions, one of them, and an index of it.
func aSlab(fields []field, in *tape) (f field, axis int, slab []number, ok bool) {
	var wide []field
	for _, f := range fields {
		if len(f.dims) > 0 && len(f.entries()) > 0 {
			wide = append(wide, f)
		}
	}
	if len(wide) == 0 {
		return f, 0, nil, false
	}
	f = wide[in.below(len(wide))]
	axis = in.below(len(f.dims))
	return f, axis, f.slab(axis, in), true
}

// slab returns the entries at one index of an axis, such as a row or a column.
func (f field) slab(axis int, in *tape) []number { return f.slabAt(axis, in.below(f.length(axis))) }

func (f field) slabAt(axis, index int) []number {
	return slices.DeleteFunc(f.entries(), func(n number) bool { return n.at[axis] != index })
}

// length is how many indices an axis has, 0 where there is no entry.
func (f field) length(axis int) int {
	most := -1
	for _, n := range f.entries() {
		most = max(most, n.at[axis])
	}
	return most + 1
}

// fillSlab sets a row to 0, 1 or −1.
func fillSlab(fields []field, in *tape) {
	f, _, slab, _ := aSlab(fields, in)
	to := []float64{0, 0, 1, -1}[in.below(4)]
	for _, n := range slab {
		f.set(n, to)
	}
}

// powers are what rows and fields are scaled by: few bits stay few.
var powers = []float64{2, 0.5, -1, 4, 0.25, 0x1p-6, 0x1p6, 0x1p-10, 0x1p10, -0.5}

// scale multiplies entries by a power of two, which rounds nothing and so may
// leave the field's grid: graded instances do.
func (f field) scale(entries []number, by float64) {
	_, _, most := f.sizesOf()
	if f.nonnegative || f.positive {
		by = math.Abs(by)
	}
	for _, n := range entries {
		if n.value.Kind() != reflect.Float64 {
			continue
		}
		x := n.value.Float() * by
		if f.numbers == "whole" || f.numbers == "time" || f.low < f.high {
			f.set(n, x)
		} else if f.free(n.value.Float()) && (x == 0 || math.Abs(x) <= max(most, 0x1p10) && math.Abs(x) >= anyLeast) {
			n.value.SetFloat(x)
		}
	}
}

func scaleSlab(fields []field, in *tape) {
	f, _, slab, _ := aSlab(fields, in)
	f.scale(slab, powers[in.below(len(powers))])
}

func scaleField(fields []field, in *tape) {
	if f, ok := aField(fields, in); ok {
		f.scale(f.entries(), powers[in.below(len(powers))])
	}
}

// copySlab copies a row onto another one, exactly or nearly, or adds it.
func copySlab(fields []field, in *tape) {
	f, axis, from, ok := aSlab(fields, in)
	if !ok {
		return
	}
	to, by, how := f.slab(axis, in), []float64{1, -1, 2, 0.5, 0x1p-10, 3}[in.below(6)], in.below(3)
	for i := range min(len(from), len(to)) {
		x := by * from[i].float()
		switch {
		case how == 1:
			x += to[i].float()
		case how == 2 && i == 0: // nearly parallel
			x += 0x1p-12
		}
		f.set(to[i], x)
	}
}

func exchangeSlabs(fields []field, in *tape) {
	f, axis, from, ok := aSlab(fields, in)
	if !ok {
		return
	}
	swapSlabs(from, f.slab(axis, in))
}

func swapSlabs(from, to []number) {
	for i := range min(len(from), len(to)) {
		a, b := reflect.ValueOf(from[i].value.Interface()), reflect.ValueOf(to[i].value.Interface())
		from[i].value.Set(b)
		to[i].value.Set(a)
	}
}

// aDimension chooses a dimension by its letter.
func aDimension(fields []field, in *tape) (dim string, size int) {
	length := sizes(fields)
	var dims []string
	for d := range length {
		dims = append(dims, d)
	}
	if len(dims) == 0 {
		return "", 0
	}
	slices.Sort(dims)
	dim = dims[in.below(len(dims))]
	return dim, length[dim]
}

func dropAnIndex(fields []field, in *tape) {
	dim, size := aDimension(fields, in)
	index := in.below(size)
	if vanishes := slices.ContainsFunc(fields, func(f field) bool { return slices.Contains(f.vanish, dim) }); size > 1 || size == 1 && vanishes {
		dropIndex(fields, dim, index, size)
	}
}

// duplicateIndex puts an index there twice: two units, latents, or populations
// that are the same.
func duplicateIndex(fields []field, in *tape) {
	dim, size := aDimension(fields, in)
	index, total := in.below(size), 0
	for _, f := range fields {
		total += countNumbers(f.value)
	}
	if size > 0 && size < mostIndices && total < mostNumbers {
		reorder(fields, dim, size, append(identityOrder(size), index))
	}
}

func exchangeIndices(fields []field, in *tape) {
	dim, size := aDimension(fields, in)
	i, j := in.below(size), in.below(size)
	if size > 0 {
		order := identityOrder(size)
		order[i], order[j] = j, i
		reorder(fields, dim, size, order)
	}
}

func identityOrder(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}

// reorder gives a dimension the indices of a list, some of them twice.
func reorder(fields []field, dim string, size int, order []int) {
	for _, f := range fields {
		if f.value.Kind() == reflect.Slice && !(f.optional && (f.value.Len() != size || size == 1)) {
			f.value.Set(reordered(f.value, f.dims, dim, size, order))
		}
	}
}

func reordered(v reflect.Value, dims []string, dim string, size int, order []int) reflect.Value {
	if v.Kind() != reflect.Slice || v.IsNil() || len(dims) == 0 {
		return v
	}
	here := order
	if dims[0] != dim || v.Len() < size {
		here = identityOrder(v.Len())
	}
	out := reflect.MakeSlice(v.Type(), 0, len(here))
	for _, i := range here {
		out = reflect.Append(out, copied(reordered(v.Index(i), dims[1:], dim, size, order)))
	}
	return out
}

func changeWord(fields []field, in *tape) {
	var worded []field
	for _, f := range fields {
		if len(f.texts) > 0 {
			worded = append(worded, f)
		}
	}
	k, word := in.next(), in.next()
	if len(worded) > 0 {
		f := worded[k%len(worded)]
		f.value.SetString(f.texts[word%len(f.texts)])
	}
}
