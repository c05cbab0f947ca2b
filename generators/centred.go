package generators

import (
	"fmt"
	"math"

	"github.com/rankproof/rankproof/model"
	"gonum.org/v1/gonum/mat"
)

// Centred is one population without means and input, its spectrum prescribed:
//
//	σ = Σ_nm = V J V⁻¹/φ'(0),  Σ_mm = V⁻ᵀ G Gᵀ V⁻¹,  V = (1 + Lower)(1 + Upper),
//
// J the triangular matrix of Lambda and Above, but for the block [[λ₁, −Turn],
// [Turn, λ₁]] in its corner where Turn is not 0. Entries of V are integers and so
// are those of V⁻¹, the others have few bits: σ, Σ_mm and what is known of them are exact.
type Centred struct {
	Tags         []string    `json:"tags,omitempty"`
	Nonlinearity string      `json:"nonlinearity" shrink:"erf,hard-tanh,tanh"`
	Lambda       []float64   `json:"lambda" dim:"R" numbers:"few"`
	Above        [][]float64 `json:"above" dim:"R,R" numbers:"few"`
	Turn         float64     `json:"turn" numbers:"few"`
	Lower        [][]float64 `json:"lower" dim:"R,R" numbers:"whole"`
	Upper        [][]float64 `json:"upper" dim:"R,R" numbers:"whole"`
	Factor       [][]float64 `json:"factor" dim:"R,R" numbers:"few"` // G, the lower triangle; a 0 on the diagonal stands for a row and a column of zeros
	Start        []float64   `json:"start" dim:"R" numbers:"few"`    // a state, or a direction in an eigenspace
	Horizon      float64     `json:"horizon" shrink:"positive" numbers:"time"`
}

// Rank returns R.
func (c Centred) Rank() int { return len(c.Lambda) }

func (c *Centred) tag(tags ...string) { c.Tags = union(c.Tags, tags) }

// Turns reports whether J has a complex pair.
func (c Centred) Turns() bool { return c.Turn != 0 && c.Rank() > 1 }

// Slope returns φ'(0).
func (c Centred) Slope() float64 {
	switch c.Nonlinearity {
	case "logistic":
		return 0.25
	case "relu", "softplus":
		return 0.5
	}
	return 1
}

// Jordan returns J, with Turn and Above in place.
func (c Centred) Jordan() [][]float64 {
	j := zeros(c.Rank(), c.Rank())
	for i := range j {
		copy(j[i][i+1:], c.Above[i][i+1:])
		j[i][i] = c.Lambda[i]
	}
	if c.Turns() {
		j[1][1], j[0][1], j[1][0] = c.Lambda[0], -c.Turn, c.Turn
	}
	return j
}

// Basis returns V and its inverse.
func (c Centred) Basis() (v, inverse [][]float64) {
	lower, upper := unitTriangle(c.Lower, true), unitTriangle(c.Upper, false)
	return multiply(lower, upper), multiply(unitInverse(upper), unitInverse(lower))
}

// unitTriangle returns 1 + the strict lower or upper triangle of a.
func unitTriangle(a [][]float64, lower bool) [][]float64 {
	out := identity(len(a))
	for i := range a {
		for j := range a {
			if i > j == lower && i != j {
				out[i][j] = a[i][j]
			}
		}
	}
	return out
}

// Sigma returns Σ_nm.
func (c Centred) Sigma() [][]float64 {
	v, inverse := c.Basis()
	sigma := multiply(multiply(v, c.Jordan()), inverse)
	for i := range sigma {
		scaleBy(sigma[i], 1/c.Slope())
	}
	return sigma
}

// factorG returns G; kept tells which rows of it are there.
func (c Centred) factorG() (g [][]float64, kept []bool) {
	r := c.Rank()
	g, kept = zeros(r, r), make([]bool, r)
	for i := range r {
		kept[i] = c.Factor[i][i] != 0
	}
	for i := range r {
		for j := range i + 1 {
			if kept[i] && kept[j] {
				g[i][j] = c.Factor[i][j]
			}
		}
	}
	return g, kept
}

// CovMM returns Σ_mm.
func (c Centred) CovMM() [][]float64 {
	_, inverse := c.Basis()
	g, _ := c.factorG()
	root := multiply(transposed(inverse), g)
	return multiply(root, transposed(root))
}

func transposed(a [][]float64) [][]float64 {
	out := zeros(len(a[0]), len(a))
	for i := range a {
		for j := range a[i] {
			out[j][i] = a[i][j]
		}
	}
	return out
}

// VarN returns s of Σ_nn = s·1, the next power of two from what Σ_mm and Σ_nm
// ask for: ‖V J G⁻ᵀ‖_F².
func (c Centred) VarN() float64 {
	v, _ := c.Basis()
	g, kept := c.factorG()
	b := multiply(v, c.Jordan()) // B Gᵀ = V J, column after column
	total := 0.0
	for _, row := range b {
		for j := range row {
			for k := range j {
				row[j] -= row[k] * g[j][k]
			}
			if kept[j] {
				row[j] /= g[j][j]
			}
			total += row[j] * row[j]
		}
	}
	total /= c.Slope() * c.Slope()
	return math.Ldexp(1, math.Ilogb(max(total, 0x1p-4))+1)
}

// Model returns the mixture. Numbers that model refuses are its error.
func (c Centred) Model() (*model.Mixture, error) { return c.ModelWith(c.Sigma(), c.VarN()) }

// ModelWith is Model with another Σ_nm, and Σ_nn = varN·1.
func (c Centred) ModelWith(sigma [][]float64, varN float64) (*model.Mixture, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	phi, err := model.NonlinearityByName(c.Nonlinearity)
	if err != nil {
		return nil, err
	}
	r := c.Rank()
	mm, cov := c.CovMM(), mat.NewSymDense(2*r+1, nil)
	for i := range r {
		cov.SetSym(r+i, r+i, varN)
		for j := range r {
			if j <= i {
				cov.SetSym(i, j, mm[i][j])
			}
			cov.SetSym(r+i, j, sigma[i][j])
		}
	}
	return model.NewMixture(phi, []model.Population{{Weight: 1, Mean: make([]float64, 2*r+1), Cov: cov}})
}

// check refuses what a hand-written instance may lack or have too much of.
func (c Centred) check() error {
	if err := CheckShape(c); err != nil {
		return err
	}
	if c.Rank() == 0 || len(c.Above) == 0 || len(c.Lower) == 0 || len(c.Upper) == 0 || len(c.Factor) == 0 || len(c.Start) == 0 {
		return fmt.Errorf("%w: lambda, above, lower, upper, factor and start must not be empty", model.ErrInvalid)
	}
	v, inverse := c.Basis()
	product := multiply(v, inverse)
	for i, row := range product {
		for j, x := range row {
			if (i == j) != (x == 1) || i != j && x != 0 {
				return fmt.Errorf("%w: V has no exact inverse", model.ErrInvalid)
			}
		}
	}
	return nil
}

// Admissible reports whether there is such a mixture.
func (c Centred) Admissible() bool {
	_, err := c.Model()
	return err == nil && c.Horizon > 0
}
