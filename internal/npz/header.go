package npz

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// maxHeaderBytes is the longest dictionary that is read; a numeric array's
// takes some hundred bytes.
const maxHeaderBytes = 1 << 16

const magic = "\x93NUMPY"

// header is what precedes the numbers of a .npy member, in bytes bytes.
type header struct {
	name    string // of the array
	descr   string
	dtype   dtype
	fortran bool
	shape   []int
	bytes   int
}

func readHeader(content io.Reader) (*header, *Error) {
	var start [len(magic) + 2]byte
	if err := fill(content, start[:]); err != nil {
		return nil, err
	}
	if string(start[:len(magic)]) != magic {
		return nil, problemf("begins with %q, want the magic string %q of a .npy file", start[:len(magic)], magic)
	}
	major, minor := start[len(magic)], start[len(magic)+1]
	if major < 1 || major > 3 || minor != 0 {
		return nil, problemf("is of format version %d.%d, want 1.0, 2.0 or 3.0", major, minor)
	}
	var length [4]byte // little-endian, two bytes in version 1
	lengthBytes := 4
	if major == 1 {
		lengthBytes = 2
	}
	if err := fill(content, length[:lengthBytes]); err != nil {
		return nil, err
	}
	size := binary.LittleEndian.Uint32(length[:])
	if size > maxHeaderBytes {
		return nil, problemf("has a header of %d bytes, above the limit of %d", size, maxHeaderBytes)
	}
	text := make([]byte, size)
	if err := fill(content, text); err != nil {
		return nil, err
	}
	h, err := parseHeader(string(text))
	if err != nil {
		return nil, err
	}
	h.bytes = len(start) + lengthBytes + len(text)
	return h, nil
}

func fill(content io.Reader, dst []byte) *Error {
	if _, err := io.ReadFull(content, dst); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return &Error{Problem: "ends or is corrupt within its header", Cause: err}
	}
	return nil
}

// parseHeader reads the dictionary literal
// {'descr': '<f4', 'fortran_order': False, 'shape': (512, 2), }.
func parseHeader(text string) (*header, *Error) {
	p := &literal{rest: text}
	h := &header{}
	seen := map[string]bool{}
	p.expect("{")
	for p.fault == "" && !p.accept("}") {
		key := p.quoted()
		p.expect(":")
		if p.fault != "" {
			break
		}
		if seen[key] {
			p.failf("key %q occurs twice", key)
		}
		seen[key] = true
		switch key {
		case "descr":
			h.descr = p.dtypeName()
		case "fortran_order":
			h.fortran = p.boolean()
		case "shape":
			h.shape = p.tuple()
		default:
			p.failf("key %q is unknown", key)
		}
		if !p.accept(",") {
			p.expect("}")
			break
		}
	}
	if p.fault == "" && p.space() != "" {
		p.failf("%s follows the dictionary", excerpt(p.rest))
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !seen[key] {
			p.failf("key %q is missing", key)
		}
	}
	if p.fault != "" {
		return nil, problemf("has a bad header: %s", p.fault)
	}
	var known bool
	if h.dtype, known = dtypes[h.descr]; !known {
		return nil, problemf("dtype '%s' is not supported; supported are %s", printable(h.descr), supported())
	}
	return h, nil
}

// literal parses the little of Python that a header is written in. After the
// first fault every method returns at once.
type literal struct {
	rest  string
	fault string
}

func (p *literal) failf(format string, args ...any) {
	if p.fault == "" {
		p.fault = fmt.Sprintf(format, args...)
	}
}

// space drops white space and returns what follows it.
func (p *literal) space() string {
	p.rest = strings.TrimLeft(p.rest, " \t\r\n")
	return p.rest
}

// accept drops the token if it is next, and says whether it was.
func (p *literal) accept(token string) bool {
	if p.fault != "" || !strings.HasPrefix(p.space(), token) {
		return false
	}
	p.rest = p.rest[len(token):]
	return true
}

func (p *literal) expect(token string) {
	if !p.accept(token) {
		p.failf("want %q, have %s", token, excerpt(p.rest))
	}
}

// quoted returns a string in single or double quotes. Escapes are refused: no
// key and no numeric dtype has one.
func (p *literal) quoted() string {
	for _, quote := range []string{"'", `"`} {
		if !p.accept(quote) {
			continue
		}
		text, after, closed := strings.Cut(p.rest, quote)
		if !closed || strings.ContainsAny(text, "\\\n") {
			p.failf("string not closed, or with an escape: %s", excerpt(p.rest))
			return ""
		}
		p.rest = after
		return text
	}
	p.failf("want a string, have %s", excerpt(p.rest))
	return ""
}

func (p *literal) dtypeName() string {
	if p.fault == "" && strings.HasPrefix(p.space(), "[") {
		p.failf("descr %s is a record; supported are the dtypes %s", excerpt(p.rest), supported())
	}
	return p.quoted()
}

func (p *literal) boolean() bool {
	switch {
	case p.accept("True"):
		return true
	case p.accept("False"):
	default:
		p.failf("fortran_order: want True or False, have %s", excerpt(p.rest))
	}
	return false
}

// tuple returns the integers ≥ 0 of a Python tuple: (), (3,), (3, 4).
func (p *literal) tuple() []int {
	shape := []int{}
	p.expect("(")
	for comma := true; p.fault == "" && !p.accept(")"); {
		if !comma {
			p.failf("shape: want \",\" or \")\", have %s", excerpt(p.rest))
			break
		}
		shape = append(shape, p.integer())
		comma = p.accept(",")
		if len(shape) == 1 && !comma {
			p.failf("shape: want \",\" after the one dimension, have %s", excerpt(p.rest))
		}
	}
	return shape
}

func (p *literal) integer() int {
	after := strings.TrimLeft(p.space(), "0123456789")
	digits := p.rest[:len(p.rest)-len(after)]
	d, err := strconv.Atoi(digits)
	if err != nil {
		p.failf("shape: want dimensions of at most 63 bits, have %s", excerpt(p.rest))
		return 0
	}
	p.rest = after
	return d
}

// excerpt quotes the beginning of a text of unknown length and content.
func excerpt(text string) string {
	if text == "" {
		return "the end"
	}
	return `"` + printable(text) + `"`
}

// printable is the beginning of a text, escaped, without quotes around it.
func printable(text string) string {
	const most = 40
	dots := ""
	if len(text) > most {
		text, dots = text[:most], "…"
	}
	quoted := strconv.QuoteToASCII(text)
	return quoted[1:len(quoted)-1] + dots
}
