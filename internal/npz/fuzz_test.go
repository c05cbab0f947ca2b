package npz

import (
	"encoding/binary"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzRead takes any bytes for an archive, and for the content of a member
// with a right checksum, which random bytes never have. What is accepted is a
// finite array of the shape it says; what is refused is an *Error.
func FuzzRead(f *testing.F) {
	little := binary.LittleEndian
	floats := bytesOf(f, little, []float64{1, 2, 3, 4, 5, 6})
	members := [][]byte{
		npy(1, dict("<f8", "False", "(2, 3)"), floats),
		npy(2, dict("<f8", "True", "(3, 2)"), floats),
		npy(3, dict(">f4", "True", "(1, 2, 3, 2)"), floats),
		npy(1, dict("<i8", "False", "(6,)"), floats),
		npy(1, dict("|b1", "False", "(2,)"), []byte{0, 1}),
		npy(1, dict("<f8", "False", "()"), floats[:8]),
		npy(1, dict("<f8", "False", "(0, 9223372036854775807)"), nil),
		npy(1, dict("<f8", "False", "(4294967296, 4294967296)"), floats),
		npy(1, dict("<f8", "False", "(1342177280,)"), floats),
		npy(1, dict("<c16", "False", "(3,)"), floats),
		npy(1, "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }", floats),
		npy(1, `{"descr":"<f8","fortran_order":False,"shape":(6,),}`, floats),
		npy(1, dict("<f8", "False", "(1,)"), bytesOf(f, little, math.NaN())),
	}
	for _, content := range members {
		f.Add(content)
		f.Add(zipOf(f, entry{name: "m.npy", content: content, stored: true}))
		f.Add(zipOf(f, entry{name: "m.npy", content: content}, entry{name: "n.npy", content: content}))
	}
	f.Add(zipOf(f))
	f.Add(zipOf(f, entry{name: "../m.npy"}, entry{name: "m.npy"}))
	f.Fuzz(func(t *testing.T, data []byte) {
		inspect(t, data)
		inspect(t, zipOf(t, entry{name: "m.npy", content: data, stored: true}))
	})
}

func inspect(t *testing.T, data []byte) {
	t.Helper()
	archive, err := readBytes(data)
	if err != nil {
		requireError(t, err)
		return
	}
	for _, name := range archive.Names() {
		array, err := archive.Array(name)
		if err != nil {
			requireError(t, err)
			continue
		}
		count := 1
		for _, d := range array.Shape {
			require.GreaterOrEqual(t, d, 0)
			count *= d
		}
		for _, d := range array.Shape {
			if d == 0 {
				count = 0
			}
		}
		require.Len(t, array.Data, count)
		for _, x := range array.Data {
			require.False(t, math.IsNaN(x) || math.IsInf(x, 0))
		}
	}
}

func requireError(t *testing.T, err error) {
	t.Helper()
	var fault *Error
	require.True(t, errors.As(err, &fault), "%v", err)
	require.Equal(t, "archive", fault.Archive)
	require.NotEmpty(t, fault.Problem)
}
