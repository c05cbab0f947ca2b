package npz

import (
	"archive/zip"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// maxExpansion is what one deflated byte can become at most: a match of 258
// bytes costs no less than two bits.
const maxExpansion = 258 * 4

// readMember decodes one .npy member of a file of fileSize bytes.
func readMember(name string, member *zip.File, fileSize int64) (*Array, *Error) {
	if err := checkMember(member, uint64(fileSize)); err != nil {
		return nil, err
	}
	stream, err := member.Open()
	if err != nil {
		return nil, &Error{Problem: "cannot be read", Cause: err}
	}
	defer stream.Close()
	sum := crc32.NewIEEE()
	content := io.TeeReader(stream, sum)

	h, fault := readHeader(content)
	if fault != nil {
		return nil, fault
	}
	h.name = name
	count, fault := h.count(member.UncompressedSize64)
	if fault != nil {
		return nil, fault
	}
	data, badValue, fault := h.numbers(content, count)
	if fault != nil {
		return nil, fault
	}
	// The checksum goes before the values: damaged bytes say nothing about them.
	if fault := finish(content, sum.Sum32, member.CRC32); fault != nil {
		return nil, fault
	}
	if badValue != nil {
		return nil, badValue
	}
	if h.fortran {
		data = rowMajor(data, h.shape)
	}
	return &Array{Name: name, Shape: h.shape, Data: data, DType: h.descr}, nil
}

// checkMember judges what the directory says of a member, before anything of
// it is read.
func checkMember(member *zip.File, fileSize uint64) *Error {
	const encrypted = 1
	if member.Flags&encrypted != 0 {
		return problemf("is encrypted")
	}
	packed, unpacked := member.CompressedSize64, member.UncompressedSize64
	if packed > fileSize {
		return problemf("claims %d bytes of a file of %d", packed, fileSize)
	}
	most := packed
	switch member.Method {
	case zip.Store:
	case zip.Deflate:
		most = packed * maxExpansion // no overflow: packed is the size of a real file
	default:
		return problemf("is compressed by method %d, want stored (0) or deflated (8)", member.Method)
	}
	if unpacked > most {
		return problemf("claims to expand from %d to %d bytes, and can reach %d at most", packed, unpacked, most)
	}
	return nil
}

// finish reads what should be the end of the member, and compares checksums.
// (archive/zip takes a recorded checksum of 0 for "not recorded".)
func finish(content io.Reader, sum func() uint32, want uint32) *Error {
	var rest [1]byte
	if n, err := content.Read(rest[:]); n > 0 || !errors.Is(err, io.EOF) {
		return &Error{Problem: "is corrupt after its last number", Cause: err}
	}
	if got := sum(); got != want {
		return &Error{Problem: fmt.Sprintf("is corrupt: its checksum is %08x, recorded is %08x", got, want), Cause: zip.ErrChecksum}
	}
	return nil
}

// count returns the number of entries that the header announces, once header
// and entries are known to fill a member of that many bytes exactly.
func (h *header) count(memberBytes uint64) (int, *Error) {
	count := uint64(1)
	overflow := false
	for _, d := range h.shape {
		var hi uint64
		hi, count = bits.Mul64(count, uint64(d))
		overflow = overflow || hi != 0
	}
	for _, d := range h.shape {
		if d == 0 { // numpy allows (0, 2^62): nothing, whatever the other dimensions are
			count, overflow = 0, false
		}
	}
	hi, size := bits.Mul64(count, uint64(h.dtype.size))
	have := memberBytes - min(memberBytes, uint64(h.bytes))
	if overflow || hi != 0 {
		return 0, problemf("header announces shape %s of '%s', more than 2^64 bytes; the member holds %d", ShapeString(h.shape), h.descr, have)
	}
	if size != have {
		return 0, problemf("header announces shape %s of '%s', %d bytes; the member holds %d", ShapeString(h.shape), h.descr, size, have)
	}
	if count > MaxArrayBytes/8 {
		return 0, problemf("shape %s is %d numbers, above the limit of %d", ShapeString(h.shape), count, MaxArrayBytes/8)
	}
	return int(count), nil
}

// numbers reads count entries in the order of the file, in pieces, so that
// memory grows with what is really there. The first value that is refused does
// not stop it, and is returned apart.
func (h *header) numbers(content io.Reader, count int) (data []float64, badValue, fault *Error) {
	const piece = 8192
	buffer := make([]byte, min(count, piece)*h.dtype.size)
	for len(data) < count {
		part := buffer[:min(count-len(data), piece)*h.dtype.size]
		if _, err := io.ReadFull(content, part); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, nil, &Error{Problem: fmt.Sprintf("is corrupt or truncated after %d of %d numbers", len(data), count), Cause: err}
		}
		for ; len(part) > 0; part = part[h.dtype.size:] {
			x, complaint := h.dtype.decode(part)
			if complaint == "" && (math.IsNaN(x) || math.IsInf(x, 0)) {
				complaint = "is " + strconv.FormatFloat(x, 'g', -1, 64)
			}
			if complaint != "" && badValue == nil {
				badValue = problemf("%s%s %s", h.name, index(len(data), h.shape, h.fortran), complaint)
			}
			data = append(data, x)
		}
	}
	return data, badValue, nil
}

// index writes the place of the k-th number of the file, as in "[3,1]"; a
// scalar has none.
func index(k int, shape []int, fortran bool) string {
	if len(shape) == 0 {
		return ""
	}
	at := make([]string, len(shape))
	for step := range shape {
		axis := len(shape) - 1 - step // the last axis runs fastest
		if fortran {
			axis = step
		}
		at[axis] = strconv.Itoa(k % shape[axis])
		k /= shape[axis]
	}
	return "[" + strings.Join(at, ",") + "]"
}

// rowMajor reorders numbers in which the first axis runs fastest.
func rowMajor(data []float64, shape []int) []float64 {
	if len(shape) < 2 || len(data) == 0 {
		return data
	}
	stride := make([]int, len(shape)) // of row-major order
	for axis, s := len(shape)-1, 1; axis >= 0; axis-- {
		stride[axis] = s
		s *= shape[axis]
	}
	out := make([]float64, len(data))
	at := make([]int, len(shape))
	to := 0
	for _, x := range data {
		out[to] = x
		for axis := range at {
			at[axis]++
			to += stride[axis]
			if at[axis] < shape[axis] {
				break
			}
			to -= shape[axis] * stride[axis]
			at[axis] = 0
		}
	}
	return out
}

// ShapeString writes a shape: "512×2", "512" for a vector, "scalar" for the
// empty one.
func ShapeString(shape []int) string {
	if len(shape) == 0 {
		return "scalar"
	}
	parts := make([]string, len(shape))
	for i, d := range shape {
		parts[i] = strconv.Itoa(d)
	}
	return strings.Join(parts, "×")
}
