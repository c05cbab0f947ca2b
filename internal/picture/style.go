package picture

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

var (
	white = color.RGBA{255, 255, 255, 255}
	black = color.RGBA{0, 0, 0, 255}
	grey  = color.RGBA{120, 120, 120, 255}
	faint = color.RGBA{225, 225, 225, 255}
)

// strokes of the trajectories, in their order: the first is broad and light,
// for the others to be seen on it, and these differ in brightness and dashes.
var strokes = []draw.LineStyle{
	{Color: color.RGBA{150, 200, 235, 255}, Width: vg.Points(4.5)},
	{Color: color.RGBA{0, 0, 0, 255}, Width: vg.Points(1.3), Dashes: []vg.Length{vg.Points(9), vg.Points(6)}},
	{Color: color.RGBA{213, 80, 0, 255}, Width: vg.Points(1.8), Dashes: []vg.Length{vg.Points(1.8), vg.Points(4)}},
}

// marks of the curves of errors.
var marks = []struct {
	line  draw.LineStyle
	glyph draw.GlyphStyle
}{
	{draw.LineStyle{Color: black, Width: vg.Points(1.3)},
		draw.GlyphStyle{Color: black, Radius: vg.Points(2.8), Shape: draw.CircleGlyph{}}},
	{draw.LineStyle{Color: strokes[2].Color, Width: vg.Points(1.3), Dashes: []vg.Length{vg.Points(4), vg.Points(2.5)}},
		draw.GlyphStyle{Color: strokes[2].Color, Radius: vg.Points(3.2), Shape: draw.SquareGlyph{}}},
}

// newPlot returns a plot with the fonts of this package.
func newPlot(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.TextStyle.Font = sans(12)
	p.Title.Padding = vg.Points(5)
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Label.TextStyle.Font = sans(10)
		axis.Tick.Label.Font = sans(10)
		axis.Padding = 0
		axis.Tick.Marker = round{}
	}
	return p
}

func sans(points float64) font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Sans", Size: vg.Points(points)}
}

// entry is a name of a legend, with how its series is drawn.
type entry struct {
	name  string
	thumb plot.Thumbnailer
}

// drawLegend writes the entries side by side in a row at the bottom of a
// canvas, where no data are, and returns what is left above.
func drawLegend(c draw.Canvas, entries []entry) draw.Canvas {
	row := draw.Crop(c, 0, 0, 0, legendRow-c.Size().Y)
	x := vg.Length(0)
	for _, e := range entries {
		l := plot.NewLegend()
		l.TextStyle.Font = sans(10)
		l.Left, l.Top, l.ThumbnailWidth, l.Padding = true, true, vg.Points(26), vg.Points(3)
		l.Add(e.name, e.thumb)
		part := draw.Crop(row, x, 0, 0, 0)
		l.Draw(part)
		x += l.Rectangle(part).Size().X + vg.Points(18)
	}
	return draw.Crop(c, 0, 0, legendRow+margin/2, 0)
}

// xys makes a plotter's points of a series.
func (s Series) xys() plotter.XYs {
	out := make(plotter.XYs, len(s.X))
	for i := range out {
		out[i].X, out[i].Y = s.X[i], s.Y[i]
	}
	return out
}
