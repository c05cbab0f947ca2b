package fitting

import (
	"fmt"
	"io"

	"github.com/rankproof/rankproof/internal/picture"
)

// WriteSVG writes a picture: the trajectories in the plane, and the error
// against the number of populations.
func (r *Report) WriteSVG(w io.Writer) error {
	p := r.Problem
	x, y := p.Across[0], p.Across[1]
	shown, states := r.shown()
	f := picture.Figure{
		Portrait: picture.Portrait{
			Title:  fmt.Sprintf("%s: trajectories over %.3g τ", p.title(), shown),
			XLabel: axis(x), YLabel: axis(y),
		},
		Error: picture.ErrorCurve{
			Title:  "error of the fitted mean field",
			XLabel: "populations P", YLabel: "rms ‖F − T‖ (1/τ)",
		},
	}
	plane := func(name string, points [][]float64) picture.Series {
		s := picture.Series{Name: name}
		for _, at := range points {
			s.X, s.Y = append(s.X, at[x]), append(s.Y, at[y])
		}
		return s
	}
	if p.Rank() == 1 { // against time
		f.Portrait.XLabel, f.Portrait.YLabel, f.Portrait.FreeAspect = "time (τ)", axis(0), true
		plane = func(name string, points [][]float64) picture.Series {
			s := picture.Series{Name: name}
			for k, at := range points {
				s.X, s.Y = append(s.X, shown*float64(k)/float64(len(points)-1)), append(s.Y, at[0])
			}
			return s
		}
	} else if p.Field == nil {
		points := plane("rows of the file", p.rows.points)
		f.Portrait.Points = &points
	}
	f.Portrait.FirstIsReference = p.Field != nil
	for _, t := range r.Trajectories {
		name := t.Name
		if name == "network" {
			name = fmt.Sprintf("network, N = %d", r.Units)
		}
		f.Portrait.Trajectories = append(f.Portrait.Trajectories, plane(name, t.States[:states]))
	}
	seen, unseen := p.kinds()
	least := 0x1p-53 * r.Errors.Target // a perfect fit is drawn at rounding
	if least == 0 {
		least = 0x1p-53
	}
	f.Error.Series = []picture.Series{{Name: seen}, {Name: unseen}}
	for _, c := range r.Curve {
		for k, e := range []float64{c.Seen, c.Unseen} {
			s := &f.Error.Series[k]
			s.X, s.Y = append(s.X, float64(c.Populations)), append(s.Y, max(e, least))
		}
	}
	return f.WriteSVG(w)
}

// shown returns for how long trajectories are drawn, and how many states that
// is: for two periods, as further turns would fill the gaps of dashed lines.
func (r *Report) shown() (time float64, states int) {
	last := len(r.Trajectories[0].States) - 1
	if period := r.Trajectories[0].Period; period > 0 {
		last = min(last, int(2*period/r.Time*float64(last)))
	}
	return r.Time * float64(last) / instants, last + 1
}

// title names the problem without its folders.
func (p *Problem) title() string {
	if p.Field == nil {
		return "rows of a file"
	}
	return p.Name
}

// axis names a latent.
func axis(i int) string { return fmt.Sprintf("latent κ%c", '₁'+rune(i)) }
