package generators

import (
	"github.com/rankproof/rankproof/model"
)

// Recurrent is a linear low-rank network, y_{t+1} = J y_t + ε_t with J = M Nᵀ
// of N units. Covariances are held by their factors, P = diag(p) + F Fᵀ and
// that of y_0 alike. In dense form model is handed J, otherwise the loadings.
// Without a law of y_0, one step before the first observation, it is
// stationary.
type Recurrent struct {
	Tags      []string    `json:"tags,omitempty"`
	Form      string      `json:"form" shrink:"structured,dense,reduced"`
	M         [][]float64 `json:"M" dim:"N,R*" numbers:"few"`
	N         [][]float64 `json:"N" dim:"N,R*" numbers:"few"`
	PDiag     []float64   `json:"p_diag" dim:"N" numbers:"few,nonnegative"`
	PFactor   [][]float64 `json:"p_factor,omitempty" dim:"N,f*" numbers:"few"`
	Mean      []float64   `json:"mean,omitempty" dim:"N" numbers:"few"`
	CovDiag   []float64   `json:"cov_diag,omitempty" dim:"N" numbers:"few,nonnegative"`
	CovFactor [][]float64 `json:"cov_factor,omitempty" dim:"N,h*" numbers:"few"`
}

func (r *Recurrent) tag(tags ...string) { r.Tags = union(r.Tags, tags) }

// Units returns N.
func (r Recurrent) Units() int { return len(r.PDiag) }

// Rank returns R, the number of columns of M and of N.
func (r Recurrent) Rank() int {
	if len(r.M) == 0 {
		return 0
	}
	return len(r.M[0])
}

// HasInitial reports whether a law of y_0 is given; what of it is left out is 0.
func (r Recurrent) HasInitial() bool { return len(r.Mean)+len(r.CovDiag)+len(r.CovFactor) > 0 }

// J returns M Nᵀ (N×N).
func (r Recurrent) J() [][]float64 {
	j := zeros(r.Units(), r.Units())
	for a := range r.M {
		for b := range r.N {
			for k := range r.M[a] {
				j[a][b] += r.M[a][k] * r.N[b][k]
			}
		}
	}
	return j
}

// Overlap returns NᵀM (R×R).
func (r Recurrent) Overlap() [][]float64 {
	t := zeros(r.Rank(), r.Rank())
	for i := range r.M {
		for a := range r.N[i] {
			for b := range r.M[i] {
				t[a][b] += r.N[i][a] * r.M[i][b]
			}
		}
	}
	return t
}

// P returns the covariance of the noise (N×N).
func (r Recurrent) P() [][]float64 { return r.p().expanded() }

// Start returns the mean (N) of y_0, zeros where none is given.
func (r Recurrent) Start() []float64 { return orZeros(r.Mean, r.Units()) }

// Cov returns the covariance of y_0 (N×N), zeros where none is given.
func (r Recurrent) Cov() [][]float64 { return r.cov().expanded() }

func (r Recurrent) p() covariance   { return covariance{r.PDiag, r.PFactor} }
func (r Recurrent) cov() covariance { return covariance{orZeros(r.CovDiag, r.Units()), r.CovFactor} }

// LinearRNN returns the network as model has it. Numbers that model refuses,
// as a hand-written instance may hold, are its error.
func (r Recurrent) LinearRNN() (*model.LinearRNN, error) {
	if err := CheckShape(r); err != nil {
		return nil, err
	}
	if r.Form == "dense" {
		return r.recurrence(r.J())
	}
	return r.recurrence(nil)
}

// recurrence returns the network given by J (N×N), or by its loadings for nil.
func (r Recurrent) recurrence(j [][]float64) (*model.LinearRNN, error) {
	var config model.LinearRNNConfig
	var err error
	if config.P, err = r.p().noise("P", r.Form); err != nil {
		return nil, err
	}
	if j != nil {
		if config.J, err = matrix("J", j); err != nil {
			return nil, err
		}
	} else {
		if config.M, err = matrixOrNil("M", r.M); err != nil {
			return nil, err
		}
		if config.N, err = matrixOrNil("N", r.N); err != nil {
			return nil, err
		}
	}
	if r.HasInitial() {
		cov, err := r.cov().noise("initial", r.Form)
		if err != nil {
			return nil, err
		}
		config.Initial = &model.Gaussian{Mean: r.Start(), Cov: cov}
	}
	return model.NewLinearRNN(config)
}

// Admissible reports whether the network has a law: one of y_0, or a stable J.
func (r Recurrent) Admissible() bool { return r.HasInitial() || contracts(r.Overlap()) }

// permuteUnits relabels the units.
func (r *Recurrent) permuteUnits(order []int) {
	r.M, r.N = permuted(r.M, order), permuted(r.N, order)
	r.PDiag, r.PFactor = permuted(r.PDiag, order), permuted(r.PFactor, order)
}
