package certificate

import "fmt"

// Expr is a matrix whose entries are rational functions, with integer coefficients, of the indeterminates of its [Builder].
// It is a formula: nothing is multiplied out. The zero Expr is none; leaves come from a Builder. Equal formulas of one
// Builder are equal by ==.
type Expr struct{ node *node }

// Dims returns the numbers of rows and columns.
func (e Expr) Dims() (rows, cols int) { return e.node.rows, e.node.cols }

// apply makes the node of an operation whose shapes have been checked.
func (e Expr) apply(op operation, rows, cols int, params [4]int, others ...Expr) Expr {
	args := []*node{e.node}
	for _, other := range others {
		args = append(args, other.node)
	}
	return e.node.builder.intern(&node{op: op, rows: rows, cols: cols, params: params, args: args})
}

// with panics unless both expressions are of one builder.
func (e Expr) with(others ...Expr) {
	for _, other := range others {
		if other.node.builder != e.node.builder {
			panic(fmt.Sprintf("certificate: %v and %v come from different builders", e, other))
		}
	}
}

// misfit panics: what cannot be done to the expressions, whose formulas and shapes it lists.
func misfit(what string, operands ...Expr) {
	message := "certificate: " + what
	for i, e := range operands {
		if i > 0 {
			message += " and"
		}
		message += fmt.Sprintf(" %v (%d×%d)", e, e.node.rows, e.node.cols)
	}
	panic(message)
}

func (e Expr) sameShape(other Expr, what string) {
	e.with(other)
	if e.node.rows != other.node.rows || e.node.cols != other.node.cols {
		misfit(what, e, other)
	}
}

func (e Expr) square(what string) {
	if e.node.rows != e.node.cols {
		misfit(what, e)
	}
}

// Plus returns A + B, of the same shape.
func (e Expr) Plus(other Expr) Expr {
	e.sameShape(other, "cannot add")
	return e.apply(opPlus, e.node.rows, e.node.cols, [4]int{}, other)
}

// Minus returns A − B, of the same shape.
func (e Expr) Minus(other Expr) Expr {
	e.sameShape(other, "cannot subtract")
	return e.apply(opMinus, e.node.rows, e.node.cols, [4]int{}, other)
}

// Times returns the product A·B (r×c) of A (r×n) and B (n×c). For a scalar times a matrix see [Expr.Scaled].
func (e Expr) Times(other Expr) Expr {
	e.with(other)
	if e.node.cols != other.node.rows {
		misfit("cannot multiply", e, other)
	}
	return e.apply(opTimes, e.node.rows, other.node.cols, [4]int{}, other)
}

// Scaled returns s·A for a scalar s (1×1).
func (e Expr) Scaled(scalar Expr) Expr {
	e.with(scalar)
	if scalar.node.rows != 1 || scalar.node.cols != 1 {
		misfit("cannot scale by", scalar)
	}
	return scalar.apply(opScaled, e.node.rows, e.node.cols, [4]int{}, e)
}

// T returns the transpose Aᵀ.
func (e Expr) T() Expr {
	if e.node.op == opTranspose {
		return Expr{e.node.args[0]}
	}
	return e.apply(opTranspose, e.node.cols, e.node.rows, [4]int{})
}

// Pow returns A^k for square A and k ≥ 0; A^0 = I. For negative powers see [Expr.Inverse].
func (e Expr) Pow(k int) Expr {
	e.square("cannot take a power of")
	if k < 0 {
		misfit(fmt.Sprintf("cannot take the power %d of", k), e)
	}
	return e.apply(opPower, e.node.rows, e.node.cols, [4]int{k})
}

// Det returns the determinant of square A, as a matrix (1×1).
func (e Expr) Det() Expr {
	e.square("no determinant of")
	return e.apply(opDet, 1, 1, [4]int{})
}

// Inverse returns A⁻¹ for square A. That det A is not identically zero is not checked here: a proof fails with
// [ErrSingular] if it is.
func (e Expr) Inverse() Expr {
	e.square("no inverse of")
	if e.node.op == opTranspose {
		return Expr{e.node.args[0]}.Inverse().T() // so that A⁻¹ and A⁻ᵀ share one denominator
	}
	return e.apply(opInverse, e.node.rows, e.node.cols, [4]int{})
}

// Slice returns the submatrix of the rows fromRow ≤ i < toRow and the columns fromCol ≤ j < toCol, counted from 0.
func (e Expr) Slice(fromRow, toRow, fromCol, toCol int) Expr {
	if fromRow < 0 || fromRow > toRow || toRow > e.node.rows || fromCol < 0 || fromCol > toCol || toCol > e.node.cols {
		misfit(fmt.Sprintf("no rows [%d, %d) and columns [%d, %d) in", fromRow, toRow, fromCol, toCol), e)
	}
	return e.apply(opSlice, toRow-fromRow, toCol-fromCol, [4]int{fromRow, toRow, fromCol, toCol})
}

// Column returns column j, counted from 0, as a matrix (r×1).
func (e Expr) Column(j int) Expr { return e.Slice(0, e.node.rows, j, j+1) }

// HStack returns [A, B, …], matrices with equally many rows side by side.
func (b *Builder) HStack(parts ...Expr) Expr { return b.Block([][]Expr{parts}) }

// VStack returns [A; B; …], matrices with equally many columns one above the other.
func (b *Builder) VStack(parts ...Expr) Expr {
	grid := make([][]Expr, len(parts))
	for i, part := range parts {
		grid[i] = []Expr{part}
	}
	return b.Block(grid)
}

// Block returns the matrix that is composed of the given ones: in each row of blocks equally many rows, in each column of
// blocks equally many columns. It panics on an empty or ragged grid.
func (b *Builder) Block(grid [][]Expr) Expr {
	if len(grid) == 0 || len(grid[0]) == 0 {
		panic("certificate: a block matrix without blocks")
	}
	composed := &node{op: opBlock, params: [4]int{len(grid[0])}}
	for i, row := range grid {
		if len(row) != len(grid[0]) {
			panic(fmt.Sprintf("certificate: row %d of a block matrix has %d blocks, row 0 has %d", i, len(row), len(grid[0])))
		}
		for j, part := range row {
			if part.node.builder != b {
				panic(fmt.Sprintf("certificate: %v comes from a different builder than the block matrix", part))
			}
			if part.node.rows != row[0].node.rows {
				misfit("one row of blocks cannot have", row[0], part)
			}
			if part.node.cols != grid[0][j].node.cols {
				misfit("one column of blocks cannot have", grid[0][j], part)
			}
			if i == 0 {
				composed.cols += part.node.cols
			}
			composed.args = append(composed.args, part.node)
		}
		composed.rows += row[0].node.rows
	}
	return b.intern(composed)
}
