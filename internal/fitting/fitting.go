// Package fitting fits Gaussian-mixture networks to a vector field, and sets
// the field, the mean field of the mixture and a network of N units side by
// side: what verify fit does.
package fitting

import (
	"fmt"
	"math/rand/v2"

	"github.com/rankproof/rankproof/model"
)

// Options say what is fitted, and with what.
type Options struct {
	Problem      *Problem
	Nonlinearity model.Nonlinearity
	Populations  int     // P, of the mixture that is realized; fewer are fitted on the way
	Units        int     // N
	Ridge        float64 // β
	Spread       float64 // variances of m are drawn up to this, in half widths of the region; 0 makes hidden units
	Match        bool    // the network's populations have the moments of the mixture exactly
	Seed         uint64
	Start        []float64 // of the trajectories; nil is the problem's
	Time         float64   // how long they are, in τ; 0 is the problem's
	// Stage, if set, is told what is begun; there are Stages() of them.
	Stage func(what string)
}

// Widths of the features' laws, in half widths of the region: hyperplanes that
// cross it at random, from gentle to steep.
const (
	meanM = 1.5
	meanI = 1.2
)

// What each part of the work draws from, beside the seed.
const (
	streamFeatures uint64 = iota + 1
	streamHeldOut
	streamNetwork
)

// Nonlinearity returns the φ of a name.
func Nonlinearity(name string) (model.Nonlinearity, error) { return model.NonlinearityByName(name) }

// Report is what a fit came to.
type Report struct {
	Options
	Curve        []Point
	Mixture      *model.Mixture
	Network      *model.SampledNetwork
	Errors       Errors
	Trajectories []Trajectory // of the target where it has any, of the mean field and of the network
}

// Point is the fit of a number of populations.
type Point struct {
	Populations, Coefficients int
	Seen, Unseen              float64 // error, root mean square of ‖F − T‖, at the points of the fit and at others
}

// counts returns 1, 2, 5, 10, … up to P, and P.
func counts(most int) []int {
	var out []int
	for scale := 1; scale <= most; scale *= 10 {
		for _, digit := range []int{1, 2, 5} {
			if n := digit * scale; n < most {
				out = append(out, n)
			}
		}
		if scale > most/10 {
			break
		}
	}
	return append(out, most)
}

// Stages returns how often Stage will be called, at most.
func (o Options) Stages() int { return len(counts(o.Populations)) + 4 }

func (o Options) stream(which uint64) *rand.Rand { return rand.New(rand.NewPCG(o.Seed, which)) }

// Run fits, realizes and integrates. An error is one of the options or of the
// problem.
func Run(o Options) (*Report, error) {
	if o.Stage == nil {
		o.Stage = func(string) {}
	}
	if o.Start == nil {
		o.Start = o.Problem.Start
	}
	if o.Time == 0 {
		o.Time = o.Problem.Time
	}
	r := &Report{Options: o}
	features, err := r.features()
	if err != nil {
		return nil, err
	}
	seen, unseen, err := o.Problem.samples(o.stream(streamHeldOut))
	if err != nil {
		return nil, err
	}
	for _, count := range counts(o.Populations) {
		o.Stage(fmt.Sprintf("fitting, P = %d", count))
		if err := r.fit(features[:count], seen, unseen); err != nil {
			return nil, err
		}
	}
	o.Stage("sampling the network")
	r.Network, err = r.Mixture.Sample(o.stream(streamNetwork), model.MixtureSampling{
		Units: o.Units, Sizes: model.ExactSizes, Completion: model.Minimal, MatchMoments: o.Match})
	if err != nil {
		return nil, err
	}
	o.Stage("measuring the errors of the field")
	if err := r.measure(unseen); err != nil {
		return nil, err
	}
	if err := r.integrate(); err != nil {
		return nil, err
	}
	return r, nil
}

// features draws those of all populations: nested, so that fewer are the first
// of more. They are drawn in a cube and carried to the region.
func (r *Report) features() ([]model.Feature, error) {
	rank := r.Problem.Rank()
	features, err := model.DrawFeatures(r.stream(streamFeatures), rank, r.Populations,
		model.FeatureScales{MeanM: meanM, MeanI: meanI, CovMM: r.Spread})
	if err != nil {
		return nil, err
	}
	for p := range features {
		f := &features[p]
		for i := range rank {
			middle, half := r.Problem.span(i)
			f.MeanM[i] /= half
			f.MeanI -= f.MeanM[i] * middle
			f.CovMM[i][i] /= half * half
		}
	}
	return features, nil
}

// fit fits these features and keeps the mixture.
func (r *Report) fit(features []model.Feature, seen, unseen samples) error {
	fit, err := model.FitMixture(model.FitProblem{Nonlinearity: r.Nonlinearity, Features: features,
		Points: seen.points, Targets: seen.values, Ridge: r.Ridge})
	if err != nil {
		return err
	}
	r.Mixture = fit.Mixture
	left, err := unseen.residuals(fit.Mixture.Circuit())
	if err != nil {
		return err
	}
	r.Curve = append(r.Curve, Point{len(features), fit.Coefficients, fit.RMS, rms(left)})
	return nil
}
