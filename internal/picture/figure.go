// Package picture draws what a fit to a vector field came to as SVG: the
// trajectories in a phase portrait, and the error against the populations.
//
//	err := picture.Figure{Portrait: …, Error: …}.WriteSVG(file)
//
// The bytes depend on the figure alone. Labels name a font and what may stand
// in for it: nothing is embedded, and nothing loaded.
package picture

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Figure is a phase portrait beside a curve of errors.
type Figure struct {
	Portrait Portrait
	Error    ErrorCurve
}

// Portrait is a plane with trajectories in it, one unit of length in both
// directions. Up to three are told apart by their dashes too.
type Portrait struct {
	Title, XLabel, YLabel string
	Points                *Series // drawn as dots under the trajectories; nil for none
	Trajectories          []Series
	// FirstIsReference draws the first trajectory broad and light, under the
	// others.
	FirstIsReference bool
	// FreeAspect gives both axes the range that their data need: for a curve
	// against time.
	FreeAspect bool
}

// styles returns those of the trajectories.
func (p Portrait) styles() []draw.LineStyle {
	if p.FirstIsReference {
		return strokes
	}
	return strokes[1:]
}

// Series is a sequence of points with the name that the legend gives it.
type Series struct {
	Name string
	X, Y []float64
}

// ErrorCurve is a number of series of positive errors against a number, both
// axes logarithmic.
type ErrorCurve struct {
	Title, XLabel, YLabel string
	Series                []Series
}

// Size of the picture.
const (
	width     = 26 * vg.Centimeter
	height    = 13.5 * vg.Centimeter
	margin    = 0.35 * vg.Centimeter
	legendRow = 0.55 * vg.Centimeter
)

// WriteSVG writes the figure as an SVG document. Series without points, of
// unequal lengths or with numbers that are not finite, and errors that are not
// positive where all of a series are needed, are an error.
func (f Figure) WriteSVG(w io.Writer) error {
	if err := f.check(); err != nil {
		return err
	}
	canvas := vgsvg.New(width, height)
	if err := f.draw(draw.New(canvas)); err != nil {
		return err
	}
	var text bytes.Buffer
	if _, err := canvas.WriteTo(&text); err != nil {
		return err
	}
	// The measures are those of Liberation Sans, which has those of Arial and
	// Helvetica: one of the three is nearly everywhere.
	const named, standIns = "font-family:Liberation Sans;", "font-family:Liberation Sans,Arial,Helvetica,sans-serif;"
	_, err := w.Write(bytes.ReplaceAll(text.Bytes(), []byte(named), []byte(standIns)))
	return err
}

func (f Figure) draw(c draw.Canvas) error {
	c.SetColor(white) // whatever the page is
	c.Fill(c.Rectangle.Path())
	inner := draw.Crop(c, margin, -margin, margin, -margin)
	half := (width - 2*margin) * 0.54
	left := draw.Crop(inner, 0, half-inner.Size().X, 0, 0)
	right := draw.Crop(inner, half+2*margin, 0, 0, 0)
	if err := f.Portrait.draw(left); err != nil {
		return err
	}
	return f.Error.draw(right)
}

func (f Figure) check() error {
	if most := len(f.Portrait.styles()); len(f.Portrait.Trajectories) > most {
		return fmt.Errorf("%d trajectories, want at most %d", len(f.Portrait.Trajectories), most)
	}
	if len(f.Portrait.Trajectories) == 0 || len(f.Error.Series) == 0 {
		return errors.New("no trajectories, or no errors, to draw")
	}
	if len(f.Error.Series) > len(marks) {
		return fmt.Errorf("%d curves of errors, want at most %d", len(f.Error.Series), len(marks))
	}
	all := append(append([]Series(nil), f.Portrait.Trajectories...), f.Error.Series...)
	if f.Portrait.Points != nil {
		all = append(all, *f.Portrait.Points)
	}
	for _, s := range all {
		if err := s.check(); err != nil {
			return err
		}
	}
	for _, s := range f.Error.Series {
		for i := range s.X {
			if !(s.X[i] > 0 && s.Y[i] > 0) {
				return fmt.Errorf("%s: point %d is (%v, %v), and logarithmic axes want positive numbers", s.Name, i, s.X[i], s.Y[i])
			}
		}
	}
	return nil
}

func (s Series) check() error {
	if len(s.X) == 0 || len(s.X) != len(s.Y) {
		return fmt.Errorf("%s: %d and %d coordinates, want as many of both, and some", s.Name, len(s.X), len(s.Y))
	}
	for i := range s.X {
		for _, x := range []float64{s.X[i], s.Y[i]} {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return fmt.Errorf("%s: point %d is (%v, %v)", s.Name, i, s.X[i], s.Y[i])
			}
		}
	}
	return nil
}
