package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryPrefix cuts a file at each byte: all lines before the cut count, the
// torn one does not, and an attempt that does what is missing comes to the same
// totals as one that was never cut.
func TestEveryPrefix(t *testing.T) {
	p := planOf(3, "a/one")
	records := recordsOf(p, 3)
	for i := range records {
		records[i].Above = nil // short lines: the work is of the second order in their length
	}
	lines := linesOf(t, records...)
	text := joined(lines)
	whole := folded(t, p, text)
	require.Equal(t, 3, whole.problems.Records)
	ends := map[int]bool{0: true}
	for i := range lines {
		ends[len(joined(lines[:i+1]))] = true
	}
	done := 0
	for cut := range len(text) + 1 {
		if cut > 0 && ends[cut] {
			done++
		}
		got := folded(t, p, text[:cut])
		_, blocks, _ := got.totals(false).Sum(nil)
		require.Equal(t, done, blocks, "cut at %d", cut)
		require.Equal(t, done, got.problems.Records)
		require.Equal(t, ends[cut], got.problems.Damaged == 0, "cut at %d", cut)
		for _, d := range got.problems.DamagedLines {
			require.Contains(t, d.Why, "torn", "cut at %d", cut)
		}

		var again [][]byte
		for i, r := range records {
			if got.blocks[got.index[r.Theorem]].key(r.Block) == 0 {
				again = append(again, lines[i])
			}
		}
		resumed := folded(t, p, text[:cut], joined(again))
		require.Equal(t, whole.totals(true), resumed.totals(true), "cut at %d", cut)
		require.Zero(t, resumed.problems.Duplicates, "nothing is done twice")
		if cut%7 == 0 { // and the files one behind the other, as cat makes them
			require.Equal(t, whole.totals(true), folded(t, p, joined(append([][]byte{text[:cut]}, again...))).totals(true), "cut at %d", cut)
		}
	}
}

// TestEveryFlippedByte: whatever byte of a line is changed, that line is lost
// and no other. A newline that is gone takes the line with it, not the next one.
func TestEveryFlippedByte(t *testing.T) {
	p := planOf(3, "a/one")
	lines := linesOf(t, recordsOf(p, 3)...)
	before, after := lines[0], lines[2]
	for i := range lines[1] {
		bad := bytes.Clone(lines[1])
		bad[i] ^= 1
		got := folded(t, p, joined([][]byte{before, bad, after}))
		require.Equal(t, 2, got.theorems[0].Blocks, "byte %d", i)
		require.NotZero(t, got.problems.Damaged, "byte %d", i)
		for _, d := range got.problems.DamagedLines {
			require.NotContains(t, d.Why, "torn", "every line ends: nobody was cut short")
		}
		require.Zero(t, got.blocks[0].key(1))
	}
}

// withChecksum is the line of any text.
func withChecksum(text string) []byte {
	return []byte(string(checksum([]byte(text))) + " " + text + "\n")
}

// TestHostileLines: whatever a line says, it is a record that adds up, or it is
// told of and changes nothing.
func TestHostileLines(t *testing.T) {
	p := planOf(0, "a/one")
	r := recordOf(p, "a/one", 5)
	r.Counts = Counts{Instances: 8, Holds: 7, Fails: 1}
	r.Top = &Margin{"claim", "w", 0.5, 7}
	r.Above = []Margin{{"claim", "w", 2, 7}}
	r.Failures = []Failure{{"claim", "w", false, "f", 7, json.RawMessage(`[1]`)}}
	text, err := encodeJSON(r)
	require.NoError(t, err)
	good := string(text)
	require.Equal(t, 1, folded(t, p, withChecksum(good)).problems.Records)
	clean := newFold(p).totals(true)
	for _, c := range []struct{ old, new, want string }{
		{`"block":5`, `"block":-1`, "block -1 is not one of"},
		{`"block":5`, `"block":1073741824`, "block 1073741824 is not one of"},
		{`"block":5`, `"block":123456789012345678901234567890`, "number"},
		{`"block":5`, `"block":1e300`, "number"},
		{`"block":5`, `"block":0.5`, "number"},
		{`"theorem":"a/one"`, `"theorem":"a/two"`, `theorem "a/two" is not in the plan`},
		{`"instances":8`, `"instances":9`, "9 instances, and verdicts on 8"},
		{`"instances":8,"holds":7`, `"instances":9,"holds":8`, "9 instances, 0 of them exact, in a block of at most 8"},
		{`"instances":8,"holds":7`, `"instances":9223372036854775807,"holds":9223372036854775806`, "a count is"},
		{`"unknown":0,"vacuous":0`, `"unknown":-1,"vacuous":1`, "a count is -1"},
		{`"exact":0`, `"exact":9`, "a count is 9"},
		{`"fails":1`, `"fails":0`, "verdicts on 7"},
		{`"holds":7,"fails":1`, `"holds":8,"fails":0`, "0 instances fail, in 1 ways"},
		{`"failures":[`, `"failures":[],"Failures":[],"failures":[`, ""}, // the last of equal keys counts
		{`"case":[1]`, `"case":null`, "has no case"},
		{`,"case":[1]`, ``, "has no case"},
		{`"index":7,"case":[1]`, `"index":8,"case":[1]`, "failure of \"claim\" is at 8"},
		{`"margin":2,"index":7`, `"margin":2,"index":-7`, "margin of \"claim\" is at -7"},
		{`"margin":0.5`, `"margin":NaN`, "invalid character"},
		{`"margin":0.5`, `"margin":1e999`, "number"},
		{`"margin":0.5`, `"margin":"large"`, "string"},
		{`"kind":`, `"sort":1,"kind":`, "unknown field"},
		{good, good + good, "something follows"},
		{good, "", "empty"},
		{good, "[1]", "array"},
		{good, strings.Repeat("[", 1<<17), "depth"},
		{good, "null", "a record of another plan"},
	} {
		require.Contains(t, good, c.old)
		got := &reading{fold: newFold(p)}
		err := got.stream("f", bytes.NewReader(withChecksum(strings.Replace(good, c.old, c.new, 1))))
		switch {
		case c.want == "":
			require.NoError(t, err)
			require.Equal(t, 1, got.problems.Records)
			continue
		case strings.Contains(c.want, "another plan"):
			require.ErrorContains(t, err, "line 1: "+c.want)
		default:
			require.NoError(t, err, c.new)
			require.Equal(t, 1, got.problems.Damaged, c.new)
			require.Contains(t, got.problems.DamagedLines[0].Why, c.want)
		}
		require.Equal(t, clean, got.totals(true), c.new)
	}
	// Clocks are no mathematics: one that is wrong costs no record.
	for _, seconds := range []string{"-5", "1e300"} {
		got := folded(t, p, withChecksum(strings.Replace(good, `"seconds":0.25`, `"seconds":`+seconds, 1)))
		require.Equal(t, 1, got.problems.Records)
		require.LessOrEqual(t, got.totals(false).Theorems[0].Seconds, mostSeconds)
		require.GreaterOrEqual(t, got.totals(false).Theorems[0].Seconds, 0.0)
	}
}

// TestLongLinesAndGarbage: they cost one line, whatever is in it.
func TestLongLinesAndGarbage(t *testing.T) {
	p := planOf(0, "a/one")
	lines := linesOf(t, recordsOf(p, 2)...)
	longest := max(len(lines[0]), len(lines[1]))
	var records, damaged []int
	var why []error
	text := joined([][]byte{lines[0], make([]byte, 1<<17), {'\n'}, lines[1], make([]byte, longest), {'\n'}, lines[0], make([]byte, longest)})
	require.NoError(t, readLines(bytes.NewReader(text), longest,
		func(number int, e entry) error { records = append(records, number, e.Block); return nil },
		func(number int, err error) { damaged, why = append(damaged, number), append(why, err) }))
	require.Equal(t, []int{1, 0, 3, 1, 5, 0}, records)
	require.Equal(t, []int{2, 4, 6}, damaged)
	require.Equal(t, []error{errTooLong, errTooLong, errNoNewline}, why)

	// What can be written can be read.
	for _, length := range []int{100, 1 << 16, 1<<16 + 1, 1 << 17} {
		text, err := sealed(make([]byte, length-checksumDigits-2), length)
		require.NoError(t, err)
		read, err := readLine(bufio.NewReaderSize(bytes.NewReader(text), 1<<16), nil, length)
		require.NoError(t, err)
		require.Equal(t, text, append(read, '\n'))
		_, err = sealed(make([]byte, length-checksumDigits-1), length)
		require.ErrorIs(t, err, errTooLong)
	}

	garbage := bytes.Repeat([]byte{0, 0xff, '\n', '{', '\r', '\n', '\n'}, 50)
	got := folded(t, p, lines[0], garbage, lines[1])
	require.Equal(t, 150, got.problems.Damaged)
	require.Len(t, got.problems.DamagedLines, mostListed)
	require.Equal(t, 2, got.problems.Records)
}

func TestReadErrorsAreTold(t *testing.T) {
	p := planOf(0, "a/one")
	broken := errors.New("input/output error")
	in := io.MultiReader(bytes.NewReader(linesOf(t, recordOf(p, "a/one", 0))[0]), io.MultiReader(strings.NewReader("x"), failingReader{broken}))
	require.ErrorIs(t, (&reading{fold: newFold(p)}).stream("f", in), broken)
}

type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }

// FuzzLines: no bytes make the reader panic, and a record that is let in is
// written as a line that says the same.
func FuzzLines(f *testing.F) {
	p := planOf(0, "a/one")
	for block := range 4 {
		text, err := line(recordOf(p, "a/one", block))
		require.NoError(f, err)
		f.Add(text, true)
		f.Add(text[checksumDigits+1:len(text)-1], false)
	}
	f.Add([]byte("{}"), false)
	f.Fuzz(func(t *testing.T, text []byte, whole bool) {
		if !whole { // as the JSON of a line whose checksum is right
			text = withChecksum(string(text))
		}
		r := &reading{fold: newFold(p)}
		if err := r.stream("f", bytes.NewReader(text)); err != nil {
			require.ErrorIs(t, err, errOtherPlan)
			return
		}
		totals := r.totals(true).Theorems[0]
		require.Equal(t, totals.Instances, totals.Holds+totals.Fails+totals.Unknown+totals.Vacuous+totals.NotTried)
		require.LessOrEqual(t, totals.Blocks, r.problems.Records)
		if record := bytes.TrimSuffix(text, []byte("\n")); len(record) > checksumDigits {
			scannedAlike(t, record[checksumDigits+1:])
		}
		e, err := parseLine(bytes.TrimSuffix(text, []byte("\n")))
		if err != nil || r.problems.Records != 1 {
			return
		}
		again, err := line(e.Record)
		require.NoError(t, err)
		back, err := parseLine(again[:len(again)-1])
		require.NoError(t, err)
		require.Equal(t, e.key, back.key)
	})
}
