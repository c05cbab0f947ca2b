package vectors

import (
	"slices"

	"github.com/rankproof/rankproof/internal/wire"
)

// complexNumber is a number for each part.
type complexNumber struct{ re, im number }

func exactComplex(v [][2]float64) []complexNumber {
	out := make([]complexNumber, len(v))
	for i, z := range v {
		out[i] = complexNumber{exactly(z[0]), exactly(z[1])}
	}
	return out
}

func (a complexNumber) plus(b complexNumber) complexNumber {
	return complexNumber{a.re.plus(b.re), a.im.plus(b.im)}
}

func (a complexNumber) minus(b complexNumber) complexNumber {
	return complexNumber{a.re.minus(b.re), a.im.minus(b.im)}
}

func (a complexNumber) scaled(x number) complexNumber {
	return complexNumber{a.re.times(x), a.im.times(x)}
}

func (a complexNumber) times(b complexNumber) complexNumber {
	return complexNumber{a.re.times(b.re).minus(a.im.times(b.im)), a.re.times(b.im).plus(a.im.times(b.re))}
}

// over divides; the error of either part is that of both.
func (a complexNumber) over(b complexNumber) complexNumber {
	square := b.re.times(b.re).plus(b.im.times(b.im))
	out := a.times(complexNumber{b.re, b.im.negated()})
	out = complexNumber{out.re.over(square), out.im.over(square)}
	err := out.re.err + out.im.err + 4*roundoff*(out.re.size()+out.im.size())
	out.re.err, out.im.err = err, err
	return out
}

func vectorOf(v []complexNumber) [][]number {
	out := make([][]number, len(v))
	for i, z := range v {
		out[i] = []number{z.re, z.im}
	}
	return out
}

// eigenpair is an exact eigenvalue of M_x and of M_r with its vectors in the
// form from.
type eigenpair struct {
	network
	from        string
	lambda      [2]float64
	right, left [][2]float64
}

// eigenpairs are networks whose eigenvectors are short fractions: of rank one,
// M_x m = λ m, M_r Dm = λ Dm, Dn and n from the left; and plane rotations.
func eigenpairs() []eigenpair {
	var out []eigenpair
	real := func(v []number) [][2]float64 {
		var z [][2]float64
		for _, x := range floatsExactly([][]number{v})[0] {
			z = append(z, [2]float64{x, 0})
		}
		return z
	}
	for _, loadings := range []network{
		{name: "rank one", flags: []string{"low-rank"}, m: [][]float64{{1}, {-0.5}, {2}}, n: [][]float64{{2}, {4}, {0.5}}, scale: 1},
		{name: "rank one, scale 1/N", flags: []string{"low-rank", "factor-of-N"}, m: [][]float64{{4}, {-2}, {8}, {2}}, n: [][]float64{{1}, {4}, {2}, {-1}}, scale: 0.25},
		{name: "one unit", flags: []string{"one-unit", "low-rank"}, m: [][]float64{{2}}, n: [][]float64{{-2}}, scale: 1},
		{name: "graded loadings", flags: []string{"graded", "low-rank"}, m: [][]float64{{0x1p20}, {0x1p-20}}, n: [][]float64{{0x1p-20}, {0x1p21}}, scale: 1},
	} {
		for _, s := range autonomous(exactSettings()) {
			if s.unitWise || s.name == "relu, all silent" {
				continue
			}
			n := loadings.with(s)
			d := n.slopes()
			m, w := transposed(exactMatrix(n.m))[0], transposed(exactMatrix(n.n))[0]
			dm, dn, mu := make0(len(d)), make0(len(d)), exactly(0)
			for i := range d {
				dm[i], dn[i] = d[i].times(m[i]), d[i].times(w[i])
				mu = mu.plus(exactly(n.scale).times(w[i]).times(dm[i]))
			}
			if mu.isZero() || mu.value.Sign() == 0 {
				continue
			}
			lambda := [2]float64{mu.minus(exactly(1)).over(n.timeConstant(0)).float(), 0}
			out = append(out, eigenpair{n, "activation", lambda, real(m), real(dn)}, eigenpair{n, "activity", lambda, real(dm), real(w)})
		}
	}
	for _, slope := range []string{"tanh", "logistic", "softplus", "erf"} {
		d := map[string]float64{"tanh": 1, "logistic": 0.25, "softplus": 0.5, "erf": 1}[slope]
		n := network{name: "a rotation, " + slope, flags: []string{"complex-pair"}, w: [][]float64{{3, -2}, {2, 3}}, phi: slope, tau: []float64{0.5}, x: []float64{0, 0}}
		for _, from := range []string{"activation", "activity"} {
			for _, sign := range []float64{1, -1} { // μ = d(3 ± 2i): W(1, ∓i) = (3 ± 2i)(1, ∓i)
				lambda := [2]float64{2 * (3*d - 1), 4 * d * sign}
				out = append(out, eigenpair{n, from, lambda, [][2]float64{{1, 0}, {0, -sign}}, [][2]float64{{1, 0}, {0, sign}}})
			}
		}
	}
	// Own time constants: a triangular W has its diagonal for eigenvalues.
	n := network{name: "own time constants", flags: []string{"unit-wise-tau"}, w: [][]float64{{2, 1}, {0, 3}}, phi: "identity", tau: []float64{1, 0.5}, x: []float64{0, 0}}
	for _, from := range []string{"activation", "activity"} {
		// M = [[1, 1], [0, 4]]: right (1, 3) at 4, left (0, 1).
		out = append(out, eigenpair{n, from, [2]float64{4, 0}, [][2]float64{{1, 0}, {3, 0}}, [][2]float64{{0, 0}, {1, 0}}})
		// … and right (1, 0) at 1, left (3, −1).
		out = append(out, eigenpair{n, from, [2]float64{1, 0}, [][2]float64{{1, 0}, {0, 0}}, [][2]float64{{3, 0}, {-1, 0}}})
	}
	return out
}

// carryCases: by D one way; back by (I + λτ)⁻¹W, from the left by
// (λI + τ⁻¹)⁻¹Wᵀτ⁻¹.
func carryCases(right bool) func(c *cases, seed uint64) {
	return func(c *cases, _ uint64) {
		for _, p := range eigenpairs() {
			vector, byD := p.right, p.from == "activation"
			if !right {
				vector, byD = p.left, p.from == "activity"
			}
			v, d := exactComplex(vector), p.slopes()
			out := make([]complexNumber, len(v))
			w := p.weights()
			for i := range v {
				if byD {
					out[i] = v[i].scaled(d[i])
					continue
				}
				total := complexNumber{exactly(0), exactly(0)}
				for j := range v {
					if right {
						total = total.plus(v[j].scaled(w[i][j]))
					} else {
						total = total.plus(v[j].scaled(w[j][i].over(p.timeConstant(j)))) // Wᵀτ⁻¹
					}
				}
				lambda := complexNumber{exactly(p.lambda[0]), exactly(p.lambda[1])}
				factor := complexNumber{exactly(1).plus(lambda.re.times(p.timeConstant(i))), lambda.im.times(p.timeConstant(i))}
				if !right {
					factor = complexNumber{lambda.re.plus(exactly(1).over(p.timeConstant(i))), lambda.im}
				}
				out[i] = total.over(factor)
			}
			params := p.atState(object{"from": p.from, "lambda": p.lambda, "vector": vector})
			c.valid(p.name+", from the "+p.from+" form", p.flags, params, numbers("vector", vectorOf(out)))
		}
		noImages(c)
	}
}

// noImages are vectors that one form has and the other has not.
func noImages(c *cases) {
	n := network{w: [][]float64{{0, 1}, {0, 0}}, phi: "relu", tau: []float64{1}, x: []float64{1, -1}} // D = diag(1, 0)
	for _, from := range []string{"activation", "activity"} {
		flags := []string{"no-image", "nilpotent", "singular-slopes"}
		c.invalid("D v = 0 or μ = 0, from the "+from+" form", flags, n.atState(object{"from": from, "lambda": []float64{-1, 0}, "vector": [][]float64{{0, 0}, {1, 0}}}), wire.Singular)
	}
}

// contextCases: Δ(lᵀβ) = (Δl)ᵀβ̄ + l̄ᵀ(Δβ) in both forms.
func contextCases(c *cases, _ uint64) {
	states := [][2][]float64{{{0, 0, 0}, {1, 0.5, -0.75}}, {{0.25, -1, 2}, {-0.5, 0.125, 0}}, {{20, 0, 1}, {0, 25, -1}}}
	for _, phi := range []string{"tanh", "erf", "logistic", "softplus", "relu"} {
		for k, s := range states {
			n := network{phi: phi, tau: []float64{[]float64{1, 0.5, 2}[k]}, m: [][]float64{{1}, {-0.5}, {2}}, n: [][]float64{{0.5}, {1}, {0.75}}, scale: 1,
				input: [][]float64{{1, 0.5}, {-1, 0.25}, {0.5, 2}}}
			flags := []string{"low-rank", "context"}
			if k == 2 {
				flags = append(flags, "saturated")
			}
			for channel := range 2 {
				// The scale of the mode is that of n in each context, times a number that
				// may be complex.
				scales := [][2][2]float64{{{1, 0}, {1, 0}}, {{1, 0}, {2, 0}}, {{1, 1}, {0.5, -1}}}[(k+channel)%3]
				if scales[0][1] != 0 {
					flags = append(slices.Clone(flags), "complex-pair")
				}
				var left [2][2][]complexNumber // form, context
				var texts [2]object
				slopes := [2][]number{}
				for context, x := range s {
					d := phiOf(phi, exactVector(x), 1)
					slopes[context] = d
					var lx, lr [][2]float64
					for i := range x {
						z := [2]float64{scales[context][0] * n.n[i][0], scales[context][1] * n.n[i][0]}
						lr = append(lr, z)
						lx = append(lx, [2]float64{d[i].float() * z[0], d[i].float() * z[1]})
					}
					left[0][context], left[1][context] = exactComplex(lx), exactComplex(lr)
					texts[context] = object{"state": x, "activation_left": lx, "activity_left": lr}
				}
				var expected []Check
				for form, name := range []string{"activation", "activity"} {
					total, selection, input := complexNumber{exactly(0), exactly(0)}, complexNumber{exactly(0), exactly(0)}, complexNumber{exactly(0), exactly(0)}
					for i := range n.input {
						var beta [2]number
						for context := range beta {
							beta[context] = exactly(n.input[i][channel])
							if form == 1 {
								beta[context] = slopes[context][i].times(beta[context])
							}
							beta[context] = beta[context].over(n.timeConstant(i))
						}
						l := left[form]
						half := exactly(0.5)
						total = total.plus(l[1][i].scaled(beta[1]).minus(l[0][i].scaled(beta[0])))
						selection = selection.plus(l[1][i].minus(l[0][i]).scaled(beta[0].plus(beta[1]).times(half)))
						input = input.plus(l[0][i].plus(l[1][i]).times(complexNumber{half, exactly(0)}).scaled(beta[1].minus(beta[0])))
					}
					for what, z := range map[string]complexNumber{"total": total, "selection": selection, "input": input} {
						// l_x comes rounded, so that either form's total may be asked of the other.
						z.re.err += 4 * roundoff * (total.re.size() + selection.re.size())
						z.im.err += 4 * roundoff * (total.im.size() + selection.im.size())
						expected = append(expected, numbers(name+"."+what, []number{z.re, z.im}))
					}
				}
				slices.SortFunc(expected, func(a, b Check) int { return compareStrings(a.Member, b.Member) })
				c.valid("rank one, "+phi, flags, n.params(object{"first": texts[0], "second": texts[1], "channel": channel}), expected...)
			}
		}
	}
}

func compareStrings(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
