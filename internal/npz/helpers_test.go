package npz

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// entry is one member of an archive that a test makes byte by byte, without
// the encoder under test.
type entry struct {
	name    string
	content []byte
	stored  bool
}

func zipOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, e := range entries {
		method := zip.Deflate
		if e.stored {
			method = zip.Store
		}
		member, err := w.CreateHeader(&zip.FileHeader{Name: e.name, Method: method})
		require.NoError(t, err)
		_, err = member.Write(e.content)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

// npy is a .npy file of that version with that dictionary, unpadded.
func npy(major byte, dict string, numbers []byte) []byte {
	out := append([]byte("\x93NUMPY"), major, 0)
	if major == 1 {
		out = binary.LittleEndian.AppendUint16(out, uint16(len(dict)))
	} else {
		out = binary.LittleEndian.AppendUint32(out, uint32(len(dict)))
	}
	return append(append(out, dict...), numbers...)
}

func dict(descr, fortran, shape string) string {
	return fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n", descr, fortran, shape)
}

// bytesOf encodes the values one after the other.
func bytesOf(t testing.TB, order binary.ByteOrder, values any) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, binary.Write(&out, order, values))
	return out.Bytes()
}

func readBytes(data []byte) (*Archive, error) {
	return Read(bytes.NewReader(data), int64(len(data)))
}

// readOne returns the array "m" of an archive with m.npy alone.
func readOne(t testing.TB, content []byte) (*Array, error) {
	t.Helper()
	archive, err := readBytes(zipOf(t, entry{name: "m.npy", content: content}))
	require.NoError(t, err)
	return archive.Array("m")
}
