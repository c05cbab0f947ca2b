package picture

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

func (p Portrait) draw(c draw.Canvas) error {
	out := newPlot(p.Title, p.XLabel, p.YLabel)
	var entries []entry
	if p.Points != nil {
		dots, err := plotter.NewScatter(p.Points.xys())
		if err != nil {
			return err
		}
		dots.GlyphStyle = draw.GlyphStyle{Color: grey, Radius: vg.Points(1.1), Shape: draw.CircleGlyph{}}
		out.Add(dots)
		entries = append(entries, entry{p.Points.Name, dots})
	}
	for i, s := range p.Trajectories {
		line, err := plotter.NewLine(s.xys())
		if err != nil {
			return err
		}
		line.LineStyle = p.styles()[i]
		out.Add(line)
		entries = append(entries, entry{s.Name, line})
	}
	start := p.Trajectories[0]
	dot, err := plotter.NewScatter(plotter.XYs{{X: start.X[0], Y: start.Y[0]}})
	if err != nil {
		return err
	}
	dot.GlyphStyle = draw.GlyphStyle{Color: black, Radius: vg.Points(3.5), Shape: draw.CircleGlyph{}}
	out.Add(dot)
	entries = append(entries, entry{"start", dot})
	c = drawLegend(c, entries)
	widen(&out.X, 0.04)
	widen(&out.Y, 0.04)
	if !p.FreeAspect {
		equalAspect(out, c)
	}
	out.Draw(c)
	return nil
}

// widen enlarges the range of an axis by a share of it at both ends.
func widen(a *plot.Axis, share float64) {
	by := share * (a.Max - a.Min)
	if !(by > 0) {
		by = math.Max(1, math.Abs(a.Max)) * share
	}
	a.Min, a.Max = a.Min-by, a.Max+by
}

// equalAspect enlarges the shorter range until a unit has one length in both
// directions. Ticks change with ranges, and take place: a few rounds settle it.
func equalAspect(p *plot.Plot, c draw.Canvas) {
	for range 4 {
		size := p.DataCanvas(c).Size()
		perX, perY := (p.X.Max-p.X.Min)/float64(size.X), (p.Y.Max-p.Y.Min)/float64(size.Y)
		if perX < perY {
			stretch(&p.X, perY*float64(size.X))
		} else {
			stretch(&p.Y, perX*float64(size.Y))
		}
	}
}

// stretch gives an axis a longer range around its middle.
func stretch(a *plot.Axis, to float64) {
	middle := (a.Min + a.Max) / 2
	a.Min, a.Max = middle-to/2, middle+to/2
}

// round labels multiples of 1, 2 or 5 times a power of ten.
type round struct{}

func (round) Ticks(least, most float64) []plot.Tick {
	const wanted = 7
	rough := (most - least) / wanted
	if !(rough > 0) || math.IsInf(rough, 0) {
		return nil
	}
	power := math.Pow10(int(math.Floor(math.Log10(rough))))
	step := 10 * power
	for _, digit := range []float64{1, 2, 5} {
		if digit*power >= rough {
			step = digit * power
			break
		}
	}
	decimals := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	var out []plot.Tick
	for k := math.Ceil(least / step); k*step <= most; k++ {
		out = append(out, plot.Tick{Value: k * step, Label: strconv.FormatFloat(k*step+0, 'f', decimals, 64)})
	}
	return out
}
