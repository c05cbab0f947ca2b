package netfile

import (
	"errors"
	"fmt"
	"strings"

	"github.com/rankproof/rankproof/model"
)

// ErrConvention is the cause of an Error about an archive that is of a network,
// for all that it says, and came without a convention.
var ErrConvention = errors.New("a convention is needed for those of a network with a nonlinearity")

// Error is what is wrong with a file or a convention. It is model.ErrInvalid,
// and whatever Cause is.
type Error struct {
	File    string // path, or "convention"
	Line    int    // from 1; 0 where lines mean nothing
	Problem string // names the field; empty if Cause says it all
	Cause   error
}

// Error returns `file:line: problem: cause`, without the parts that are absent.
func (e *Error) Error() string {
	if e.Problem == "" && e.Cause != nil {
		return e.Cause.Error()
	}
	text := e.File
	if e.Line > 0 {
		text += fmt.Sprintf(":%d", e.Line)
	}
	text += ": " + e.Problem
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}

// Unwrap returns model.ErrInvalid and Cause.
func (e *Error) Unwrap() []error {
	if e.Cause == nil {
		return []error{model.ErrInvalid}
	}
	return []error{model.ErrInvalid, e.Cause}
}

func problemf(file, format string, args ...any) *Error {
	return &Error{File: file, Problem: fmt.Sprintf(format, args...)}
}

// fromModel turns a refusal of package model into an Error about the file.
func fromModel(file string, err error) error {
	return problemf(file, "%s", strings.TrimPrefix(err.Error(), model.ErrInvalid.Error()+": "))
}

// quotedList writes `"a", "b" or "c"`.
func quotedList(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = fmt.Sprintf("%q", word)
	}
	if len(quoted) < 2 {
		return strings.Join(quoted, "")
	}
	last := len(quoted) - 1
	return strings.Join(quoted[:last], ", ") + " or " + quoted[last]
}
