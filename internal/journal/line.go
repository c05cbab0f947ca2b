package journal

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
)

// A line is the checksum of a record's JSON, a blank, the JSON, and a newline.
// One that lacks its newline, as the last of a file does after a crash, is torn; one
// that does not match its checksum is damaged. Neither is a record.
const (
	checksumDigits = 16 // hexadecimal
	longestLine    = 64 << 20
)

var (
	errNoNewline = errors.New("torn: no newline")
	errTooLong   = errors.New("damaged: longer than 64 MiB")
	errChecksum  = errors.New("damaged: wrong checksum")
)

// recordStart is how the JSON of every record starts.
var recordStart = []byte(`{"plan":"`)

// entry is a record as it was read, with the key of what it says.
type entry struct {
	Record
	key uint64
}

// line returns the line of a record.
func line(r Record) ([]byte, error) {
	text, err := encodeJSON(r)
	if err != nil {
		return nil, err
	}
	return sealed(text, longestLine)
}

// sealed returns the line of a record's JSON.
func sealed(text []byte, longest int) ([]byte, error) {
	if len(text)+checksumDigits+2 > longest {
		return nil, errTooLong
	}
	out := make([]byte, 0, checksumDigits+1+len(text)+1)
	out = append(out, checksum(text)...)
	out = append(out, ' ')
	out = append(out, text...)
	return append(out, '\n'), nil
}

func checksum(text []byte) []byte {
	sum := sha256.Sum256(text)
	return hex.AppendEncode(nil, sum[:checksumDigits/2])
}

// parseLine reads a line without its newline.
func parseLine(text []byte) (entry, error) {
	if len(text) <= checksumDigits || text[checksumDigits] != ' ' {
		return entry{}, errChecksum
	}
	sum, text := text[:checksumDigits], text[checksumDigits+1:]
	if !bytes.Equal(sum, checksum(text)) {
		return entry{}, errChecksum
	}
	// Nearly all is as encodeJSON writes it, and is read four times faster by what knows nothing else.
	r, ok := scanRecord(text)
	if !ok {
		r = Record{}
		if err := decodeJSON(text, &r); err != nil {
			return entry{}, err
		}
		var err error
		if text, err = encodeJSON(r); err != nil {
			return entry{}, err
		}
	}
	return entry{r, contentKey(text, r.Fails > 0)}, nil
}

// The top bit of a key tells whether there are failures.
const failing = 1 << 63

// contentKey returns 62 bits of a hash of all that a record says, as encodeJSON
// writes it, its seconds apart, which are last, and whether there are failures. It
// is never zero.
func contentKey(text []byte, fails bool) uint64 {
	sum := sha256.Sum256(text[:bytes.LastIndex(text, []byte(`,"seconds":`))])
	key := binary.BigEndian.Uint64(sum[:])&^failing | 1
	if fails {
		key |= failing
	}
	return key
}

// readLines reads the records of a file, one after the other and with the
// memory of one. It tells of each line, counted from 1, that is none. An error
// that visit returns ends it.
func readLines(r io.Reader, longest int, visit func(number int, e entry) error, damaged func(number int, why error)) error {
	in := bufio.NewReaderSize(r, 1<<14)
	var text []byte
	for number := 1; ; number++ {
		var err error
		text, err = readLine(in, text[:0], longest)
		switch {
		case err == io.EOF:
			return nil
		case err == errNoNewline || err == errTooLong:
			damaged(number, err)
			continue
		case err != nil:
			return err
		}
		e, err := parseLine(text)
		if err != nil {
			damaged(number, err)
			// Files that were put one behind the other have a whole line behind a torn one.
			start := bytes.LastIndex(text, recordStart) - checksumDigits - 1
			if start <= 0 {
				continue
			}
			if e, err = parseLine(text[start:]); err != nil {
				continue
			}
		}
		if err := visit(number, e); err != nil {
			return err
		}
	}
}

// readLine appends the next line to text, without its newline. Of a line that
// is too long it keeps nothing.
func readLine(in *bufio.Reader, text []byte, longest int) ([]byte, error) {
	tooLong := false
	for read := 0; ; {
		part, err := in.ReadSlice('\n')
		read += len(part)
		if len(text)+len(part) > longest {
			tooLong, text = true, text[:0]
		}
		if !tooLong {
			text = append(text, part...)
		}
		switch {
		case err == bufio.ErrBufferFull:
			read = 1 // whatever it was: it is not the end of the file
		case err == io.EOF && read == 0:
			return text, io.EOF
		case err != nil && err != io.EOF:
			return text, err
		case tooLong:
			return text, errTooLong
		case err == io.EOF:
			return text, errNoNewline
		default:
			return text[:len(text)-1], nil
		}
	}
}
