package npz

import (
	"archive/zip"
	"fmt"
	"io"
	"os"
	"strings"
)

// MaxArrayBytes is the largest array that is read, 1 GiB, counted as the
// float64 numbers it becomes: 2^27 of them.
const MaxArrayBytes = 1 << 30

// Array is one array of an archive.
type Array struct {
	Name  string
	Shape []int     // empty for a scalar
	Data  []float64 // row-major, as many as the product of Shape
	DType string    // as the file has it, for instance "<f4"
}

// Error is a fault in the data of an archive.
type Error struct {
	Archive string // the path given to Open; "archive" for Read
	Array   string // empty if the fault is the archive's own
	Problem string
	Cause   error // what a library below reported, or nil
}

// Error returns `archive: array "name": problem: cause`, without the parts
// that are empty.
func (e *Error) Error() string {
	text := e.Archive + ": "
	if e.Array != "" {
		text += fmt.Sprintf("array %q: ", e.Array)
	}
	text += e.Problem
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}

// Unwrap returns Cause.
func (e *Error) Unwrap() error { return e.Cause }

// Archive is an archive whose directory has been read and found to be in
// order. Its methods may not be used after Close.
type Archive struct {
	name    string
	size    int64
	names   []string
	members map[string]*zip.File
	close   func() error
}

// Open returns the archive of that path, which stays open until Close.
func Open(path string) (*Archive, error) {
	// Before it is opened: a pipe would wait there for somebody who writes.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, &Error{Archive: path, Problem: "not a regular file"}
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	var a *Archive
	if err == nil {
		a, err = read(path, file, info.Size())
	}
	if err != nil {
		file.Close() // the fault already found is the one to report
		return nil, err
	}
	a.close = file.Close
	return a, nil
}

// Read returns the archive in the first size bytes of r. Its errors call it
// "archive".
func Read(r io.ReaderAt, size int64) (*Archive, error) { return read("archive", r, size) }

func read(name string, r io.ReaderAt, size int64) (*Archive, error) {
	a := &Archive{name: name, size: size, members: map[string]*zip.File{}, close: func() error { return nil }}
	directory, err := zip.NewReader(r, size)
	if err != nil {
		return nil, &Error{Archive: name, Problem: "not a zip archive, or a truncated one", Cause: err}
	}
	seen := map[string]bool{}
	for _, member := range directory.File {
		if strings.ContainsAny(member.Name, `/\`) {
			return nil, &Error{Archive: name, Problem: fmt.Sprintf("member %q has a path in its name", member.Name)}
		}
		if seen[member.Name] {
			return nil, &Error{Archive: name, Problem: fmt.Sprintf("member %q occurs twice", member.Name)}
		}
		seen[member.Name] = true
		array, isArray := strings.CutSuffix(member.Name, ".npy")
		if !isArray {
			continue
		}
		if array == "" {
			return nil, &Error{Archive: name, Problem: "member \".npy\" has no name"}
		}
		a.names = append(a.names, array)
		a.members[array] = member
	}
	return a, nil
}

// Close closes the file that Open opened; after Read it does nothing.
func (a *Archive) Close() error { return a.close() }

// Names returns the names of the arrays, in the order of the archive.
func (a *Archive) Names() []string { return append([]string(nil), a.names...) }

// Array returns the array of that name. The checksum of the member is verified
// before the values are judged, so a damaged file is reported as such.
func (a *Archive) Array(name string) (*Array, error) {
	member, ok := a.members[name]
	if !ok {
		have := strings.Join(a.names, ", ")
		if have == "" {
			have = "no arrays"
		}
		return nil, &Error{Archive: a.name, Array: name, Problem: "not in the archive, which has " + have}
	}
	array, err := readMember(name, member, a.size)
	if err != nil {
		err.Archive, err.Array = a.name, name
		return nil, err
	}
	return array, nil
}

func problemf(format string, args ...any) *Error {
	return &Error{Problem: fmt.Sprintf(format, args...)}
}
