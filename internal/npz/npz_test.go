package npz

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryDType(t *testing.T) {
	little, big := binary.LittleEndian, binary.BigEndian
	cases := []struct {
		descr   string
		numbers []byte
		want    []float64
	}{
		{"<f4", bytesOf(t, little, []float32{1.5, -0.1}), []float64{1.5, float64(float32(-0.1))}},
		{">f4", bytesOf(t, big, []float32{1.5, -0.1}), []float64{1.5, float64(float32(-0.1))}},
		{"<f8", bytesOf(t, little, []float64{math.Pi, 5e-324}), []float64{math.Pi, 5e-324}},
		{">f8", bytesOf(t, big, []float64{math.Pi, math.MaxFloat64}), []float64{math.Pi, math.MaxFloat64}},
		{"|i1", []byte{0x80, 0x7f}, []float64{-128, 127}},
		{"|u1", []byte{0x80, 0xff}, []float64{128, 255}},
		{"|b1", []byte{0, 1}, []float64{0, 1}},
		{"<i2", bytesOf(t, little, []int16{-32768, 258}), []float64{-32768, 258}},
		{">i2", bytesOf(t, big, []int16{-32768, 258}), []float64{-32768, 258}},
		{"<u2", bytesOf(t, little, []uint16{65535, 258}), []float64{65535, 258}},
		{">u2", bytesOf(t, big, []uint16{65535, 258}), []float64{65535, 258}},
		{"<i4", bytesOf(t, little, []int32{math.MinInt32, 66051}), []float64{math.MinInt32, 66051}},
		{">i4", bytesOf(t, big, []int32{math.MinInt32, 66051}), []float64{math.MinInt32, 66051}},
		{"<u4", bytesOf(t, little, []uint32{math.MaxUint32, 66051}), []float64{math.MaxUint32, 66051}},
		{">u4", bytesOf(t, big, []uint32{math.MaxUint32, 66051}), []float64{math.MaxUint32, 66051}},
		{"<i8", bytesOf(t, little, []int64{-1 << 53, 1 << 53}), []float64{-1 << 53, 1 << 53}},
		{">i8", bytesOf(t, big, []int64{-3, 1<<53 - 1}), []float64{-3, 1<<53 - 1}},
		{"<u8", bytesOf(t, little, []uint64{7, 1 << 53}), []float64{7, 1 << 53}},
		{">u8", bytesOf(t, big, []uint64{7, 1 << 53}), []float64{7, 1 << 53}},
	}
	tried := map[string]bool{}
	for _, c := range cases {
		got, err := readOne(t, npy(1, dict(c.descr, "False", "(2,)"), c.numbers))
		require.NoError(t, err, c.descr)
		require.Equal(t, &Array{Name: "m", Shape: []int{2}, Data: c.want, DType: c.descr}, got)
		tried[c.descr] = true
	}
	require.Len(t, tried, len(dtypes), "a dtype without a test")
}

func TestVersionsAndHeaders(t *testing.T) {
	numbers := bytesOf(t, binary.LittleEndian, []float64{1, 2, 3, 4, 5, 6})
	want := &Array{Name: "m", Shape: []int{2, 3}, Data: []float64{1, 2, 3, 4, 5, 6}, DType: "<f8"}
	for version := byte(1); version <= 3; version++ {
		for _, header := range []string{
			dict("<f8", "False", "(2, 3)"),
			dict("<f8", "False", "(2,3,)") + "   \n",
			`{"shape":(2,3),"fortran_order":False,"descr":"<f8"}`,
			" {\n'fortran_order' :False , 'descr': '<f8', 'shape': ( 2 , 3 ) } ",
		} {
			got, err := readOne(t, npy(version, header, numbers))
			require.NoError(t, err, header)
			require.Equal(t, want, got)
		}
	}
}

// Fortran order is undone: the entry at a multi-index is that index written as
// a number, whatever the order in the file.
func TestOrders(t *testing.T) {
	for _, c := range []struct {
		shape string
		dims  []int
	}{
		{"()", []int{}}, {"(5,)", []int{5}}, {"(2, 3)", []int{2, 3}}, {"(1, 4, 1)", []int{1, 4, 1}},
		{"(4, 3, 2)", []int{4, 3, 2}}, {"(2, 3, 2, 2)", []int{2, 3, 2, 2}}, {"(3, 0, 2)", []int{3, 0, 2}},
	} {
		count := 1
		for _, d := range c.dims {
			count *= d
		}
		rowMajorValues := make([]float64, 0, count)
		for k := range count {
			rowMajorValues = append(rowMajorValues, float64(k))
		}
		fortranValues := make([]float64, count)
		for k := range count {
			rest, place, weight := k, 0, 1
			at := make([]int, len(c.dims))
			for axis := len(c.dims) - 1; axis >= 0; axis-- {
				at[axis], rest = rest%c.dims[axis], rest/c.dims[axis]
			}
			for axis, i := range at {
				place += i * weight
				weight *= c.dims[axis]
			}
			fortranValues[place] = float64(k)
		}
		for order, values := range map[string][]float64{"False": rowMajorValues, "True": fortranValues} {
			got, err := readOne(t, npy(1, dict("<f8", order, c.shape), bytesOf(t, binary.LittleEndian, values)))
			require.NoError(t, err, c.shape)
			require.Equal(t, c.dims, got.Shape)
			require.Equal(t, append([]float64(nil), rowMajorValues...), append([]float64(nil), got.Data...), "%s, fortran_order %s", c.shape, order)
		}
	}
}

// Nothing is nothing, however large the other dimensions are.
func TestZeroDimensions(t *testing.T) {
	for _, shape := range []string{"(0, 4294967296, 4294967296)", "(4294967296, 4294967296, 0)"} {
		for _, fortran := range []string{"False", "True"} {
			got, err := readOne(t, npy(1, dict("<f8", fortran, shape), nil))
			require.NoError(t, err)
			require.Empty(t, got.Data)
			require.Len(t, got.Shape, 3)
		}
	}
}

// More numbers than are read at once, stored and deflated.
func TestLargeArray(t *testing.T) {
	values := make([]float32, 3*8192+5)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range values {
		values[i] = r.Float32()
	}
	content := npy(1, dict("<f4", "False", "(24581,)"), bytesOf(t, binary.LittleEndian, values))
	for _, stored := range []bool{false, true} {
		archive, err := readBytes(zipOf(t, entry{"m.npy", content, stored}))
		require.NoError(t, err)
		got, err := archive.Array("m")
		require.NoError(t, err)
		require.Len(t, got.Data, len(values))
		for i, x := range values {
			require.Equal(t, float64(x), got.Data[i])
		}
	}
}

func TestNamesAndOpen(t *testing.T) {
	scalar := npy(1, dict("<f8", "False", "()"), bytesOf(t, binary.LittleEndian, 2.5))
	data := zipOf(t, entry{name: "z.npy", content: scalar}, entry{name: "notes.txt", content: []byte("hello")},
		entry{name: "a.b.npy", content: scalar, stored: true})
	path := filepath.Join(t.TempDir(), "two.npz")
	require.NoError(t, os.WriteFile(path, data, 0o600))

	archive, err := Open(path)
	require.NoError(t, err)
	require.Equal(t, []string{"z", "a.b"}, archive.Names())
	got, err := archive.Array("a.b")
	require.NoError(t, err)
	require.Equal(t, &Array{Name: "a.b", Shape: []int{}, Data: []float64{2.5}, DType: "<f8"}, got)
	_, err = archive.Array("notes.txt")
	require.EqualError(t, err, path+`: array "notes.txt": not in the archive, which has z, a.b`)
	require.NoError(t, archive.Close())

	_, err = Open(filepath.Join(t.TempDir(), "none.npz"))
	require.True(t, errors.Is(err, fs.ErrNotExist))
	require.ErrorContains(t, err, "none.npz")
	_, err = Open(t.TempDir())
	require.ErrorContains(t, err, "not a regular file")
}

func TestWriteReadsBack(t *testing.T) {
	arrays := []Array{
		{Name: "m", Shape: []int{2, 3}, Data: []float64{1, math.Pi, -0.1, 5e-324, math.MaxFloat64, 0}, DType: "<f8"},
		{Name: "s", Shape: []int{}, Data: []float64{7}, DType: "<f8"},
		{Name: "v", Shape: []int{3}, Data: []float64{1, 2, 3}, DType: "<f8"},
	}
	var out bytes.Buffer
	require.NoError(t, Write(&out, arrays...))
	archive, err := readBytes(out.Bytes())
	require.NoError(t, err)
	require.Equal(t, []string{"m", "s", "v"}, archive.Names())
	for _, want := range arrays {
		got, err := archive.Array(want.Name)
		require.NoError(t, err)
		require.Equal(t, &want, got)
	}
	require.NoError(t, archive.Close())

	for _, c := range []struct {
		arrays []Array
		names  string
	}{
		{[]Array{{Name: "v", Shape: []int{2}, Data: []float64{1}}}, `array "v": shape 2 is 2 numbers, have 1`},
		{[]Array{{Name: "v", Shape: []int{1, 1}, Data: []float64{math.NaN()}}}, `array "v": v[0,0] is NaN`},
		{[]Array{{Name: "a/b", Data: []float64{1}}}, `array "a/b"`},
		{[]Array{{Name: "v", Data: []float64{1}}, {Name: "v", Data: []float64{1}}}, `array "v"`},
	} {
		require.ErrorContains(t, Write(&bytes.Buffer{}, c.arrays...), c.names)
	}
}
