package wire

import (
	"bufio"
	"bytes"
	"errors"
)

// ErrLongLine is a line that is longer than one may be.
var ErrLongLine = errors.New("line too long")

// ReadLine returns a line without its end, LF or CR LF. With an error it is what there
// is of it: with ErrLongLine the first most bytes at most, the rest of the line still to be read.
func ReadLine(r *bufio.Reader, most int) (line []byte, err error) {
	for {
		part, err := r.ReadSlice('\n')
		if err == nil {
			part = part[:len(part)-1]
		}
		if len(line)+len(part) > most {
			if err == nil {
				err = r.UnreadByte()
			}
			if err == nil || errors.Is(err, bufio.ErrBufferFull) {
				err = ErrLongLine
			}
			return append(line, part[:most-len(line)]...), err
		}
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			if err == nil {
				line = bytes.TrimSuffix(line, []byte{'\r'})
			}
			return line, err
		}
	}
}

// skipLine reads to the end of a line, and holds none of it.
func skipLine(r *bufio.Reader) error {
	for {
		if _, err := r.ReadSlice('\n'); !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}
