package certificate

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/rankproof/rankproof/oracles/gfp"
)

// ErrSingular says that a matrix to be inverted was singular at every point that was tried: most likely its determinant is
// identically zero, and the formula has no meaning.
var ErrSingular = errors.New("the inverse of an identically singular matrix")

// maxPoints is the number of points tried for one evaluation. Over a field of 2^60 elements even a second one is a
// curiosity; fields so small that more are needed occur in tests only.
const maxPoints = 100

// singularError is the failure of one inversion at one point.
type singularError struct{ inverse Expr }

func (e *singularError) Error() string {
	return fmt.Sprintf("%v does not exist at this point", e.inverse)
}

// evaluateSomewhere returns the values of the roots, and of all that they need, at a point drawn uniformly from those of f^m
// at which every inverse exists, and the number of points rejected on the way: whether a point is accepted depends on the
// point alone.
func evaluateSomewhere(f gfp.Field, rng *rand.Rand, roots []*node) (values map[*node]gfp.Matrix, rejected int, err error) {
	for ; rejected < maxPoints; rejected++ {
		values, err = interpret(roots, func(n *node, args []gfp.Matrix) (gfp.Matrix, error) {
			return n.value(f, func(*node, int, int) gfp.Element { return f.Random(rng) }, args)
		})
		if err == nil {
			return values, rejected, nil
		}
	}
	return nil, rejected, fmt.Errorf("certificate: %w: at %d points of %v, %w", ErrSingular, rejected, f, err)
}

// value evaluates one node, given its operands and values for the indeterminates, which are asked for once each.
func (n *node) value(f gfp.Field, indeterminate func(leaf *node, i, j int) gfp.Element, args []gfp.Matrix) (gfp.Matrix, error) {
	switch n.op {
	case opPlus:
		return args[0].Add(args[1]), nil
	case opMinus:
		return args[0].Sub(args[1]), nil
	case opTimes:
		return args[0].Mul(args[1]), nil
	case opScaled:
		return args[1].Scale(args[0].At(0, 0)), nil
	case opTranspose:
		return args[0].Transpose(), nil
	case opPower:
		return args[0].Pow(n.params[0]), nil
	case opDet:
		det := f.Zeros(1, 1)
		det.Set(0, 0, args[0].Det())
		return det, nil
	case opInverse:
		inverse, err := args[0].Inverse()
		if err != nil { // it can only be singular
			return gfp.Matrix{}, &singularError{Expr{n}}
		}
		return inverse, nil
	}
	// The rest moves entries about.
	m := f.Zeros(n.rows, n.cols)
	switch n.op {
	case opConstant:
		for i := range n.rows {
			for j := range n.cols {
				m.Set(i, j, f.Integer(n.integers[i*n.cols+j]))
			}
		}
	case opSlice:
		for i := range n.rows {
			for j := range n.cols {
				m.Set(i, j, args[0].At(n.params[0]+i, n.params[2]+j))
			}
		}
	case opBlock:
		n.eachBlock(func(k, row, col int) {
			rows, cols := args[k].Dims()
			for i := range rows {
				for j := range cols {
					m.Set(row+i, col+j, args[k].At(i, j))
				}
			}
		})
	default:
		for i := range n.rows {
			for j := range n.cols {
				switch {
				case n.op == opDiagonal && i != j:
				case n.op == opSymmetric && j < i:
					m.Set(i, j, m.At(j, i))
				default:
					m.Set(i, j, indeterminate(n, i, j))
				}
			}
		}
	}
	return m, nil
}

// eachBlock calls visit with each operand's number and the place of its first entry in the block matrix.
func (n *node) eachBlock(visit func(k, row, col int)) {
	row := 0
	for k := 0; k < len(n.args); {
		height, col := n.args[k].rows, 0
		for range n.params[0] {
			visit(k, row, col)
			col += n.args[k].cols
			k++
		}
		row += height
	}
}
