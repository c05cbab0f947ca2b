package picture

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// circle is one of a radius, x stretched, of count points.
func circle(name string, radius, stretch float64, count int) Series {
	s := Series{Name: name}
	for i := range count {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(count-1))
		s.X, s.Y = append(s.X, stretch*radius*cos), append(s.Y, radius*sin)
	}
	return s
}

func example() Figure {
	return Figure{
		Portrait: Portrait{FirstIsReference: true, Title: "phase portrait", XLabel: "κ₁", YLabel: "κ₂", Trajectories: []Series{
			circle("target", 2, 1, 801), circle("mean field & <co>", 2.1, 1, 801), circle("network", 1.8, 1, 801)}},
		Error: ErrorCurve{Title: "error", XLabel: "populations P", YLabel: "rms error of dκ/dt (1/τ)", Series: []Series{
			{Name: "on the grid", X: []float64{1, 2, 5, 10, 20, 40}, Y: []float64{9, 7, 3, 1, 0.2, 0.04}},
			{Name: "off the grid", X: []float64{1, 2, 5, 10, 20, 40}, Y: []float64{9.2, 7.3, 3.3, 1.4, 0.3, 0.07}}}},
	}
}

func svg(t *testing.T, f Figure) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, f.WriteSVG(&out))
	return out.String()
}

// elements parses a document to its end, and returns the attributes of every
// element by its name, and all of its text.
func elements(t *testing.T, document string) (map[string][]map[string]string, string) {
	t.Helper()
	found, text := map[string][]map[string]string{}, ""
	d := xml.NewDecoder(strings.NewReader(document))
	d.Strict = true
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return found, text
		}
		require.NoError(t, err)
		switch e := token.(type) {
		case xml.StartElement:
			attributes := map[string]string{}
			for _, a := range e.Attr {
				attributes[a.Name.Local] = a.Value
			}
			found[e.Name.Local] = append(found[e.Name.Local], attributes)
		case xml.CharData:
			text += string(e) + "\n"
		}
	}
}

// long returns the paths of that many points.
func long(paths []map[string]string, points int) (out []map[string]string) {
	for _, p := range paths {
		if strings.Count(p["d"], "L") == points-1 {
			out = append(out, p)
		}
	}
	return out
}

var coordinates = regexp.MustCompile(`[ML]([-0-9.e+]+),([-0-9.e+]+)`)

// extent returns the width and the height of a path.
func extent(t *testing.T, d string) (x, y float64) {
	t.Helper()
	low, high := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	for _, m := range coordinates.FindAllStringSubmatch(d, -1) {
		for k := range 2 {
			v, err := strconv.ParseFloat(m[k+1], 64)
			require.NoError(t, err)
			low[k], high[k] = min(low[k], v), max(high[k], v)
		}
	}
	return high[0] - low[0], high[1] - low[1]
}

func TestSVG(t *testing.T) {
	document := svg(t, example())
	require.Equal(t, document, svg(t, example()), "the bytes are those of the figure")
	found, text := elements(t, document)
	require.Len(t, found["svg"], 1)
	require.Empty(t, found["image"], "nothing but vectors")
	require.Empty(t, found["script"])
	require.NotContains(t, strings.ReplaceAll(document, "http://www.w3.org/", ""), "http", "nothing is loaded")
	for _, label := range []string{"phase portrait", "κ₁", "κ₂", "target", "mean field & <co>", "network", "start", "error", "populations P", "on the grid", "off the grid"} {
		require.Contains(t, text, label)
	}
	curves := long(found["path"], 801)
	require.Len(t, curves, 3)
	dashes, colours := map[string]bool{}, map[string]bool{}
	for _, c := range curves {
		style := c["style"]
		dashes[regexp.MustCompile(`stroke-dasharray:[^;]*`).FindString(style)] = true
		colours[regexp.MustCompile(`stroke:[^;]*`).FindString(style)] = true
		width, height := extent(t, c["d"])
		require.LessOrEqual(t, math.Abs(width-height), 0.02, "a circle is round; coordinates have five digits")
		require.Greater(t, width, 100.0)
	}
	require.Len(t, dashes, 3, "told apart in print without colours")
	require.Len(t, colours, 3)
	for _, text := range found["text"] {
		require.Contains(t, text["style"], "sans-serif")
	}
}

// An ellipse is as long as it is, whichever way.
func TestEqualAspect(t *testing.T) {
	for _, stretch := range []float64{0.02, 0.5, 1, 3, 50} {
		f := example()
		for i := range f.Portrait.Trajectories {
			f.Portrait.Trajectories[i] = circle("x", 1, stretch, 801)
		}
		found, _ := elements(t, svg(t, f))
		for _, c := range long(found["path"], 801) {
			width, height := extent(t, c["d"])
			require.LessOrEqual(t, math.Abs(width/height-stretch), 0.002*max(1, stretch*stretch), "%v", stretch) // five digits of 300 pt
		}
	}
}

func TestPoints(t *testing.T) {
	f := example()
	dots := circle("rows of the file", 2.5, 1, 31)
	f.Portrait.Points, f.Portrait.Trajectories = &dots, f.Portrait.Trajectories[1:]
	found, text := elements(t, svg(t, f))
	require.Contains(t, text, "rows of the file")
	require.Len(t, long(found["path"], 801), 2)

	// one number of populations, errors near each other, a point at rest
	f = example()
	f.Error.Series = []Series{{Name: "on the grid", X: []float64{1}, Y: []float64{1e-15}}}
	f.Portrait.Trajectories = []Series{{Name: "target", X: []float64{0, 0}, Y: []float64{0, 0}}}
	elements(t, svg(t, f))
}

func TestRefused(t *testing.T) {
	for problem, change := range map[string]func(f *Figure){
		"no trajectories":                      func(f *Figure) { f.Portrait.Trajectories = nil },
		"no errors":                            func(f *Figure) { f.Error.Series = nil },
		"4 trajectories, want at most 3":       func(f *Figure) { f.Portrait.Trajectories = append(f.Portrait.Trajectories, circle("x", 1, 1, 9)) },
		"3 curves of errors, want at most 2":   func(f *Figure) { f.Error.Series = append(f.Error.Series, f.Error.Series[0]) },
		"network: point 3 is (NaN, ":           func(f *Figure) { f.Portrait.Trajectories[2].X[3] = math.NaN() },
		"target: point 0 is (":                 func(f *Figure) { f.Portrait.Trajectories[0].Y[0] = math.Inf(1) },
		"network: 801 and 800 coordinates":     func(f *Figure) { f.Portrait.Trajectories[2].Y = f.Portrait.Trajectories[2].Y[1:] },
		"x: 0 and 0 coordinates":               func(f *Figure) { f.Portrait.Points = &Series{Name: "x"} },
		"on the grid: point 5 is (40, 0), and": func(f *Figure) { f.Error.Series[0].Y[5] = 0 },
	} {
		f := example()
		change(&f)
		var out bytes.Buffer
		require.ErrorContains(t, f.WriteSVG(&out), problem)
		require.Empty(t, out.String())
	}
	require.ErrorIs(t, example().WriteSVG(full{}), io.ErrShortWrite)
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestTicks(t *testing.T) {
	labels := func(least, most float64) (out []string) {
		for _, tick := range (decades{}).Ticks(least, most) {
			if tick.Label != "" {
				out = append(out, tick.Label)
			}
			require.GreaterOrEqual(t, tick.Value, least)
			require.LessOrEqual(t, tick.Value, most)
		}
		return out
	}
	require.Equal(t, []string{"1", "2", "5", "10", "20"}, labels(0.95, 44))
	require.Equal(t, []string{"0.001", "0.01", "0.1", "1", "10"}, labels(0.0005, 20))
	require.Less(t, len(labels(1e-16, 1)), 12)
	for want, ends := range map[string][2]float64{"-2 -1 0 1 2": {-2.8, 2.9}, "0 5 10 15": {-1, 16}, "0.0 0.2 0.4 0.6 0.8": {0, 0.99}, "-30000 -20000 -10000 0 10000 20000 30000": {-3e4, 3e4}} {
		var got []string
		for _, tick := range (round{}).Ticks(ends[0], ends[1]) {
			got = append(got, tick.Label)
		}
		require.Equal(t, want, strings.Join(got, " "))
	}
	require.Empty(t, (round{}).Ticks(1, 1))
}
