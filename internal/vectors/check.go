package vectors

// numbers checks a number, a vector or a matrix, entry by entry.
func numbers[T number | []number | [][]number | [][][]number](member string, x T) Check {
	value, tolerance := both(x)
	return Check{Member: member, Compare: Entries, Value: value, Tolerance: tolerance}
}

func both(x any) (value, tolerance any) {
	switch x := x.(type) {
	case number:
		return x.float(), x.tolerance()
	case []number:
		return bothOf(x)
	case [][]number:
		return bothOf(x)
	case [][][]number:
		return bothOf(x)
	}
	panic("no number")
}

func bothOf[T any](list []T) (value, tolerance any) {
	v, t := make([]any, len(list)), make([]any, len(list))
	for i, x := range list {
		v[i], t[i] = both(x)
	}
	return v, t
}

// near checks numbers with one tolerance for all.
func near(member string, value any, tolerance float64) Check {
	return Check{Member: member, Compare: Entries, Value: value, Tolerance: tolerance}
}

func equal(member string, value any) Check {
	return Check{Member: member, Compare: Equal, Value: value}
}
