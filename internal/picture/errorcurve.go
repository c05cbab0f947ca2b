package picture

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

func (e ErrorCurve) draw(c draw.Canvas) error {
	out := newPlot(e.Title, e.XLabel, e.YLabel)
	grid := plotter.NewGrid()
	grid.Horizontal = draw.LineStyle{Color: faint, Width: vg.Points(0.5)}
	grid.Vertical = grid.Horizontal
	out.Add(grid)
	var entries []entry
	for i, s := range e.Series {
		line, dots, err := plotter.NewLinePoints(s.xys())
		if err != nil {
			return err
		}
		line.LineStyle, dots.GlyphStyle = marks[i].line, marks[i].glyph
		out.Add(line, dots)
		entries = append(entries, entry{s.Name, both{line, dots}})
	}
	out.X.Scale, out.Y.Scale = plot.LogScale{}, plot.LogScale{}
	out.X.Tick.Marker, out.Y.Tick.Marker = decades{}, decades{}
	widenLog(&out.X)
	widenLog(&out.Y)
	out.Draw(drawLegend(c, entries))
	return nil
}

// both is a legend's sample of a line with marks.
type both struct {
	line *plotter.Line
	dots *plotter.Scatter
}

func (b both) Thumbnail(c *draw.Canvas) {
	b.line.Thumbnail(c)
	b.dots.Thumbnail(c)
}

// widenLog gives an axis a margin, and at least a factor of two.
func widenLog(a *plot.Axis) {
	by := math.Max(math.Pow(a.Max/a.Min, 0.05), math.Sqrt2/math.Sqrt(math.Min(2, a.Max/a.Min)))
	by = math.Max(by, 1.06)
	a.Min, a.Max = a.Min/by, a.Max*by
}

// decades labels 1, 2 and 5 times the powers of ten, the powers alone where
// there are many.
type decades struct{}

func (decades) Ticks(least, most float64) []plot.Tick {
	var out []plot.Tick
	first, last := int(math.Floor(math.Log10(least))), int(math.Ceil(math.Log10(most)))
	wide := math.Log10(most/least) > 3
	every := 1 + int(math.Log10(most/least))/8
	for k := first; k <= last; k++ {
		for digit := 1; digit <= 9; digit++ {
			v := float64(digit) * math.Pow10(k)
			if v < least || v > most {
				continue
			}
			label := ""
			if k%every == 0 && (digit == 1 || !wide && (digit == 2 || digit == 5)) {
				label = strconv.FormatFloat(v, 'g', -1, 64)
			}
			out = append(out, plot.Tick{Value: v, Label: label})
		}
	}
	return out
}
