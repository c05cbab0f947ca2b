package npz

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every refusal names the archive, the array and what is wrong.
func TestBadMembers(t *testing.T) {
	two := bytesOf(t, binary.LittleEndian, []float64{1, 2})
	header := func(text string) []byte { return npy(1, text, two) }
	cases := map[string]struct {
		content []byte
		problem string
	}{
		"empty":               {nil, "ends or is corrupt within its header"},
		"magic":               {[]byte("\x93NUMPX\x01\x00\x10\x00"), `begins with "\x93NUMPX", want the magic string "\x93NUMPY"`},
		"version":             {npy(4, dict("<f8", "False", "(2,)"), two), "is of format version 4.0, want 1.0, 2.0 or 3.0"},
		"short header":        {npy(1, dict("<f8", "False", "(2,)"), nil)[:30], "ends or is corrupt within its header"},
		"long header":         {npy(2, strings.Repeat(" ", 1<<17), nil), "has a header of 131072 bytes, above the limit of 65536"},
		"complex":             {header(dict("<c16", "False", "(1,)")), "dtype '<c16' is not supported; supported are <f4 <f8 <i2"},
		"half":                {header(dict("<f2", "False", "(8,)")), "dtype '<f2' is not supported"},
		"object":              {header(dict("|O", "False", "(2,)")), "dtype '|O' is not supported"},
		"no dtype":            {header(dict("", "False", "(2,)")), "dtype '' is not supported"},
		"control bytes":       {header(dict("\x1b[2J", "False", "(2,)")), `dtype '\x1b[2J' is not supported`},
		"record":              {header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }"), "is a record; supported are"},
		"no dictionary":       {header("[1, 2]"), `has a bad header: want "{", have "[1, 2]"`},
		"end":                 {header("{'descr': '<f8'"), `has a bad header: want "}", have the end`},
		"missing key":         {header("{'descr': '<f8', 'fortran_order': False}"), `has a bad header: key "shape" is missing`},
		"no keys":             {header("{}"), `key "descr" is missing`},
		"unknown key":         {header("{'descr': '<f8', 'order': 'C'}"), `key "order" is unknown`},
		"double key":          {header("{'descr': '<f8', 'descr': '<f8'}"), `key "descr" occurs twice`},
		"open string":         {header("{'descr': '<f8"), "string not closed"},
		"escape":              {header(`{'descr': '\x3cf8', 'fortran_order': False, 'shape': (2,)}`), "string not closed, or with an escape"},
		"bare word":           {header("{descr: '<f8'}"), "want a string"},
		"order":               {header(dict("<f8", "0", "(2,)")), "fortran_order: want True or False"},
		"list shape":          {header(dict("<f8", "False", "[2]")), `want "(", have "[2]`},
		"integer shape":       {header(dict("<f8", "False", "(2)")), `shape: want "," after the one dimension`},
		"negative":            {header(dict("<f8", "False", "(-2,)")), "shape: want dimensions"},
		"huge dimension":      {header(dict("<f8", "False", "(99999999999999999999,)")), "shape: want dimensions of at most 63 bits"},
		"no comma":            {header(dict("<f8", "False", "(1, 2 3)")), `shape: want "," or ")"`},
		"trailing text":       {header(dict("<f8", "False", "(2,)") + "x"), `"x" follows the dictionary`},
		"too few":             {header(dict("<f8", "False", "(3,)")), "header announces shape 3 of '<f8', 24 bytes; the member holds 16"},
		"too many":            {header(dict("<f8", "False", "(1,)")), "header announces shape 1 of '<f8', 8 bytes; the member holds 16"},
		"10 GB":               {header(dict("<f8", "False", "(1342177280,)")), "header announces shape 1342177280 of '<f8', 10737418240 bytes; the member holds 16"},
		"overflow":            {header(dict("<f8", "False", "(4294967296, 4294967296)")), "more than 2^64 bytes; the member holds 16"},
		"overflow by size":    {header(dict("<f8", "False", "(2305843009213693952,)")), "more than 2^64 bytes"},
		"overflow to 2":       {header(dict("<f8", "False", "(9223372036854775807, 9223372036854775807, 2)")), "more than 2^64 bytes"},
		"zero is not all":     {header(dict("<f8", "False", "(0, 9223372036854775807, 9)")), "0 bytes; the member holds 16"},
		"NaN":                 {npy(1, dict("<f8", "False", "(2, 2)"), bytesOf(t, binary.LittleEndian, []float64{1, 2, math.NaN(), 4})), "m[1,0] is NaN"},
		"NaN, Fortran":        {npy(1, dict("<f8", "True", "(2, 2)"), bytesOf(t, binary.LittleEndian, []float64{1, 2, math.NaN(), 4})), "m[0,1] is NaN"},
		"infinity":            {npy(1, dict(">f4", "False", "(1, 2, 1)"), bytesOf(t, binary.BigEndian, []float32{1, float32(math.Inf(-1))})), "m[0,1,0] is -Inf"},
		"scalar NaN":          {npy(1, dict("<f8", "False", "()"), bytesOf(t, binary.LittleEndian, math.NaN())), "m is NaN"},
		"integer":             {npy(1, dict("<i8", "False", "(2,)"), bytesOf(t, binary.LittleEndian, []int64{0, 1<<53 + 1})), "m[1] is 9007199254740993, beyond"},
		"negative integer":    {npy(1, dict(">i8", "False", "(1,)"), bytesOf(t, binary.BigEndian, []int64{math.MinInt64})), "m[0] is -9223372036854775808, beyond"},
		"unsigned integer":    {npy(1, dict("<u8", "False", "(1,)"), bytesOf(t, binary.LittleEndian, []uint64{math.MaxUint64})), "m[0] is 18446744073709551615, beyond"},
		"boolean of 2":        {npy(1, dict("|b1", "False", "(3,)"), []byte{0, 1, 2}), "m[2] is the byte 2, want a boolean"},
		"only the first told": {npy(1, dict("<f4", "False", "(2,)"), bytesOf(t, binary.LittleEndian, []float32{float32(math.NaN()), float32(math.Inf(1))})), "m[0] is NaN"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := readOne(t, c.content)
			requireFault(t, err, "m", c.problem)
		})
	}
}

// requireFault checks type, archive, array and text of a refusal.
func requireFault(t *testing.T, err error, array, problem string) {
	t.Helper()
	var fault *Error
	require.True(t, errors.As(err, &fault), "%v", err)
	require.Equal(t, "archive", fault.Archive)
	require.Equal(t, array, fault.Array)
	require.ErrorContains(t, err, problem)
	if array != "" {
		require.ErrorContains(t, err, `archive: array "m": `)
	}
}

func TestBadArchives(t *testing.T) {
	m := npy(1, dict("<f8", "False", "(2,)"), bytesOf(t, binary.LittleEndian, []float64{1, 2}))
	good := zipOf(t, entry{name: "m.npy", content: m, stored: true})
	for name, c := range map[string]struct {
		data    []byte
		problem string
	}{
		"empty":        {nil, "not a zip archive, or a truncated one"},
		"text":         {[]byte("m = [1, 2]"), "not a zip archive, or a truncated one"},
		"truncated":    {good[:len(good)-10], "not a zip archive, or a truncated one"},
		"duplicate":    {zipOf(t, entry{name: "m.npy", content: m}, entry{name: "m.npy", content: m}), `member "m.npy" occurs twice`},
		"path":         {zipOf(t, entry{name: "nets/m.npy", content: m}), `member "nets/m.npy" has a path in its name`},
		"upwards":      {zipOf(t, entry{name: "../m.npy", content: m}), `member "../m.npy" has a path`},
		"Windows path": {zipOf(t, entry{name: `nets\m.npy`, content: m}), "has a path"},
		"folder":       {zipOf(t, entry{name: "nets/"}), `member "nets/" has a path`},
		"no name":      {zipOf(t, entry{name: ".npy", content: m}), `member ".npy" has no name`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readBytes(c.data)
			requireFault(t, err, "", c.problem)
		})
	}
	archive, err := readBytes(zipOf(t))
	require.NoError(t, err)
	_, err = archive.Array("m")
	requireFault(t, err, "m", "not in the archive, which has no arrays")
}

// directoryEntry returns where the first central-directory record starts.
func directoryEntry(data []byte) int { return bytes.Index(data, []byte("PK\x01\x02")) }

// Damage to a member, or lies about it in the directory.
func TestDamagedMembers(t *testing.T) {
	numbers := bytesOf(t, binary.LittleEndian, []float64{1, 2, 3})
	m := npy(1, dict("<f8", "False", "(3,)"), numbers)
	const flags, method, crc, packed, unpacked = 8, 10, 16, 20, 24 // offsets within a record
	put32 := func(at int, value uint32) func([]byte) {
		return func(data []byte) { binary.LittleEndian.PutUint32(data[directoryEntry(data)+at:], value) }
	}
	for name, c := range map[string]struct {
		stored  bool
		damage  func([]byte)
		problem string
	}{
		"flipped bit": {true, func(data []byte) { data[bytes.Index(data, numbers)+20] ^= 1 }, "is corrupt"},
		"no checksum": {true, put32(crc, 0), "is corrupt"},
		"NaN by damage": {true, func(data []byte) {
			copy(data[bytes.Index(data, numbers):], []byte{0, 0, 0, 0, 0, 0, 0xf8, 0x7f})
		}, "is corrupt"},
		"deflate stream":    {false, func(data []byte) { data[bytes.Index(data, []byte("m.npy"))+5] ^= 0xff }, "corrupt"},
		"encrypted":         {true, func(data []byte) { data[directoryEntry(data)+flags] |= 1 }, "is encrypted"},
		"method":            {true, func(data []byte) { data[directoryEntry(data)+method] = 93 }, "is compressed by method 93"},
		"stored 4 GB":       {true, put32(unpacked, 0xfffffff0), "and can reach"},
		"deflated 4 GB":     {false, put32(unpacked, 0xfffffff0), "and can reach"},
		"beyond the file":   {true, put32(packed, 0x7fffffff), "claims 2147483647 bytes of a file of"},
		"one byte too long": {false, func(data []byte) { data[directoryEntry(data)+unpacked]++ }, "the member holds 25"},
	} {
		t.Run(name, func(t *testing.T) {
			data := zipOf(t, entry{"m.npy", m, c.stored})
			c.damage(data)
			archive, err := readBytes(data)
			require.NoError(t, err)
			_, err = archive.Array("m")
			requireFault(t, err, "m", c.problem)
		})
	}
	data := zipOf(t, entry{"m.npy", m, true})
	data[bytes.Index(data, numbers)] ^= 1
	archive, err := readBytes(data)
	require.NoError(t, err)
	_, err = archive.Array("m")
	require.True(t, errors.Is(err, zip.ErrChecksum), "the cause stays visible")
}

// A checksum of 0 counts as one, though archive/zip takes it for none.
func TestChecksumZero(t *testing.T) {
	m := npy(1, dict("<f8", "False", "(1,)"), bytesOf(t, binary.LittleEndian, 1.0))
	for _, c := range []struct {
		crc     uint32
		problem string
	}{{crc32.ChecksumIEEE(m), ""}, {0, "is corrupt: its checksum is "}, {7, "is corrupt"}} {
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		raw, err := w.CreateRaw(&zip.FileHeader{Name: "m.npy", CRC32: c.crc,
			CompressedSize64: uint64(len(m)), UncompressedSize64: uint64(len(m))})
		require.NoError(t, err)
		_, err = raw.Write(m)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		archive, err := readBytes(out.Bytes())
		require.NoError(t, err)
		got, err := archive.Array("m")
		if c.problem == "" {
			require.NoError(t, err)
			require.Equal(t, []float64{1}, got.Data)
		} else {
			requireFault(t, err, "m", c.problem)
			require.True(t, errors.Is(err, zip.ErrChecksum))
		}
	}
}

// Archives that announce much and hold little cost no memory: one above the
// limit, one that so few bytes cannot expand to, and one that they could.
func TestNoMemoryOnAHeadersWord(t *testing.T) {
	for _, c := range []struct {
		count   int // bytes announced by header and directory alike
		junk    int // bytes that really follow the header, in the zip file
		problem string
	}{
		{MaxArrayBytes/8 + 1, 1 << 18, "shape 134217729 is 134217729 numbers, above the limit of 134217728"},
		{100_000_000, 1 << 16, "claims to expand from"},
		{MaxArrayBytes / 8, 1 << 18, "is corrupt or truncated after 0 of 134217728 numbers"},
	} {
		data := liar(t, c.count, c.junk)
		archive, err := readBytes(data)
		require.NoError(t, err)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err = archive.Array("m")
		runtime.ReadMemStats(&after)
		requireFault(t, err, "m", c.problem)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
	}
}

// liar is an archive whose m.npy says in header and directory that it is count
// bytes, and is a deflated header followed by junk.
func liar(t *testing.T, count, junk int) []byte {
	t.Helper()
	header := npy(1, dict("|u1", "False", fmt.Sprintf("(%d,)", count)), nil)
	var packed bytes.Buffer
	deflate, err := flate.NewWriter(&packed, flate.BestSpeed)
	require.NoError(t, err)
	_, err = deflate.Write(header)
	require.NoError(t, err)
	require.NoError(t, deflate.Flush()) // no end of stream: the junk is the next block
	packed.Write(make([]byte, junk))
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	raw, err := w.CreateRaw(&zip.FileHeader{Name: "m.npy", Method: zip.Deflate,
		CompressedSize64: uint64(packed.Len()), UncompressedSize64: uint64(len(header) + count)})
	require.NoError(t, err)
	_, err = raw.Write(packed.Bytes())
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}
