package wire

import (
	"fmt"
	"strings"
)

// checkShape refuses a matrix that is not rows×cols, naming it and the row. A
// zero-sized one is [] or rows of no entries.
func checkShape[T any](name string, m [][]T, rows, cols int) error {
	if len(m) == 0 && (rows == 0 || cols == 0) {
		return nil
	}
	if len(m) != rows {
		return fmt.Errorf("%s has %d rows, want %d×%d", name, len(m), rows, cols)
	}
	for i, row := range m {
		if len(row) != cols {
			return fmt.Errorf("row %d of %s has %d entries, want %d×%d", i, name, len(row), rows, cols)
		}
	}
	return nil
}

// checkLength refuses a list of other than n entries, naming it.
func checkLength[T any](name string, v []T, n int) error {
	if len(v) != n {
		return fmt.Errorf("%s has %d entries, want %d", name, len(v), n)
	}
	return nil
}

// shaped returns the Malformed result of an operation of which a check failed.
func shaped(op string, checks ...error) error {
	for _, err := range checks {
		if err != nil {
			return &Malformed{op, strings.TrimPrefix(err.Error(), "invalid input: ")}
		}
	}
	return nil
}
