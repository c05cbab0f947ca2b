package journal

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// scannedAlike reports whether a text is scanned, and requires that encoding/json
// then reads the same from it, and writes it.
func scannedAlike(t *testing.T, text []byte) bool {
	t.Helper()
	r, ok := scanRecord(text)
	if !ok {
		return false
	}
	var want Record
	require.NoError(t, decodeJSON(text, &want), "%s", text)
	require.Equal(t, want, r, "%s", text)
	again, err := encodeJSON(r)
	require.NoError(t, err)
	require.Equal(t, string(again), string(text))
	return true
}

// written are records as they are written, of all members and of few.
func written(t *testing.T) (texts [][]byte) {
	t.Helper()
	p := planOf(0, "a/one")
	for block := range 8 {
		r := recordOf(p, "a/one", block)
		r.Seconds = []float64{0, 0.25, 1e-9, 123456.789, 1e21, 5e-324}[block%6]
		for i := range r.Failures {
			r.Failures[i].Found = "refuted: ‖AB − BA‖ ≤ 1.25 ‖A‖ ‖B‖: error 189 <&>"
			r.Failures[i].Case = fmt.Appendf(nil, `{"a":[[1,-0,2.5e-7],[]],"b":{"seconds":1,"c":"\\\"}"},"d":%d}`, block)
		}
		if block == 0 {
			r.Top, r.Above, r.Failures = nil, nil, nil
		}
		text, err := encodeJSON(r)
		require.NoError(t, err)
		texts = append(texts, text)
	}
	return texts
}

// TestScan: what is written is scanned.
func TestScan(t *testing.T) {
	for _, text := range written(t) {
		require.True(t, scannedAlike(t, text), "%s", text)
	}
}

// TestScanOfTheRest: of texts with a byte that is another, missing or too many, or with words that
// say the same in other ways, those are scanned which encoding/json reads alike, and writes so.
func TestScanOfTheRest(t *testing.T) {
	scanned, tried := 0, 0
	try := func(text []byte) {
		tried++
		if scannedAlike(t, text) {
			scanned++
		}
	}
	for k, text := range written(t)[:4] {
		for i := range text {
			for _, c := range []byte("\"\\{}[],:0-.e \n\x00\xff") {
				bad := bytes.Clone(text)
				bad[i] = c
				if k == 1 || i%5 == 0 {
					try(bad)
				}
			}
			try(append(bytes.Clone(text[:i]), text[i+1:]...))
			try(append(append(bytes.Clone(text[:i]), text[i]), text[i:]...))
		}
	}
	text := string(written(t)[7])
	for _, c := range [][2]string{
		{`"a/one"`, "\"a\u2028one\""}, {`"a/one"`, "\"a\u2029one\""}, {`"a/one"`, `"a\/one"`}, {`"a/one"`, "\"a\u007fone\""}, {`"block":7`, `"block":+7`}, {`"block":7`, `"block":07`},
		{`"block":7`, `"block":-0`}, {`"block":7`, `"block":7e0`}, {`"block":7`, `"block":99999999999999999999`}, {`"seconds":0.25`, `"seconds":0.250`}, {`"seconds":0.25`, `"seconds":0x1p3`},
		{`"seconds":0.25`, `"seconds":25e-2`}, {`"seconds":0.25`, `"seconds":Inf`}, {`"seconds":0.25`, `"seconds":-0`}, {`"seconds":0.25`, `"seconds":1e999`}, {`"seconds":0.25`, `"seconds":null`},
		{`"seconds":0.25`, `"seconds":`}, {`"seconds":0.25}`, `"seconds":0.25,"more":1}`}, {`"seconds":0.25}`, `"seconds":0.25}}`}, {`"kind"`, `"Kind"`}, {`,"seconds":0.25`, ``}, {`[]]`, `[] ]`}, {`[]]`, `[]}`},
	} {
		bad := bytes.Replace([]byte(text), []byte(c[0]), []byte(c[1]), 1)
		require.NotEqual(t, text, string(bad), "%v", c)
		try(bad)
	}
	t.Logf("%d of %d", scanned, tried)
	require.Positive(t, scanned, "such as with another digit")
	require.Less(t, scanned, tried)
}
