package certificate

import (
	"fmt"
	"slices"
)

// Builder makes the leaves of expressions, and owns every expression made from them. Expressions of two builders do not mix.
// Equal subexpressions are one node, however often they are written, so that each is evaluated once. A Builder is for
// one goroutine. A shape that does not fit is misuse of this package: the constructors panic, with the formulas in the message.
type Builder struct {
	nodes  []*node          // in order of creation: the operands before the operation
	byKey  map[string]*node // what makes equal subexpressions one node
	byName map[string]*node // the indeterminate leaves
}

// NewBuilder returns a builder of no expressions.
func NewBuilder() *Builder {
	return &Builder{byKey: map[string]*node{}, byName: map[string]*node{}}
}

// operation is what a node does to its operands.
type operation uint8

const (
	opMatrix operation = iota // leaf: every entry an indeterminate
	opDiagonal
	opSymmetric
	opConstant
	opPlus
	opMinus
	opTimes
	opScaled // operands: scalar, matrix
	opTranspose
	opPower // params: the exponent
	opDet
	opInverse
	opSlice // params: first row, end of rows, first column, end of columns
	opBlock // params: the number of blocks in a row of blocks; operands: row by row
)

// node is one operation on matrices. Nodes never change once made.
type node struct {
	builder    *Builder
	id         int // position in Builder.nodes
	op         operation
	name       string // of a leaf
	rows, cols int
	args       []*node
	params     [4]int
	integers   []int64 // of a constant, row by row
}

// intern returns the node that equals n, which is n itself if it is new.
func (b *Builder) intern(n *node) Expr {
	ids := make([]int, len(n.args))
	for i, arg := range n.args {
		ids[i] = arg.id
	}
	key := fmt.Sprint(n.op, n.name, n.rows, n.cols, ids, n.params, n.integers)
	if old, ok := b.byKey[key]; ok {
		return Expr{old}
	}
	n.builder, n.id = b, len(b.nodes)
	b.nodes = append(b.nodes, n)
	b.byKey[key] = n
	return Expr{n}
}

// leaf returns the indeterminate matrix of that name. One name is one matrix.
func (b *Builder) leaf(op operation, name string, rows, cols int) Expr {
	if name == "" {
		panic("certificate: a matrix of indeterminates needs a name")
	}
	if rows < 0 || cols < 0 {
		panic(fmt.Sprintf("certificate: %s with shape %d×%d", name, rows, cols))
	}
	n := &node{op: op, name: name, rows: rows, cols: cols}
	if old, ok := b.byName[name]; ok && (old.op != op || old.rows != rows || old.cols != cols) {
		panic(fmt.Sprintf("certificate: %s is %s, and cannot be %s too", name, old.kind(), n.kind()))
	}
	e := b.intern(n)
	b.byName[name] = e.node
	return e
}

func (n *node) kind() string {
	names := [...]string{opMatrix: "generic", opDiagonal: "diagonal", opSymmetric: "symmetric"}
	return fmt.Sprintf("a %s %d×%d matrix", names[n.op], n.rows, n.cols)
}

// Matrix returns the generic matrix (rows×cols): each entry an indeterminate of its own. Asked again for the same name and
// shape it returns the same matrix.
func (b *Builder) Matrix(name string, rows, cols int) Expr { return b.leaf(opMatrix, name, rows, cols) }

// Diagonal returns the generic diagonal matrix (n×n).
func (b *Builder) Diagonal(name string, n int) Expr { return b.leaf(opDiagonal, name, n, n) }

// Symmetric returns the generic symmetric matrix (n×n), of n(n+1)/2 indeterminates.
func (b *Builder) Symmetric(name string, n int) Expr { return b.leaf(opSymmetric, name, n, n) }

// Scalar returns one indeterminate, as a matrix (1×1).
func (b *Builder) Scalar(name string) Expr { return b.leaf(opMatrix, name, 1, 1) }

// Identity returns the identity matrix (n×n).
func (b *Builder) Identity(n int) Expr {
	e := b.constant("I", n, n)
	for i := range n {
		e.integers[i*n+i] = 1
	}
	return b.intern(e)
}

// Zero returns the zero matrix (rows×cols).
func (b *Builder) Zero(rows, cols int) Expr { return b.intern(b.constant("0", rows, cols)) }

// Integer returns k, as a matrix (1×1).
func (b *Builder) Integer(k int64) Expr {
	e := b.constant("", 1, 1)
	e.integers[0] = k
	return b.intern(e)
}

// Constant returns the matrix with the given rows. It panics on rows of different lengths.
func (b *Builder) Constant(rows [][]int64) Expr {
	cols := 0
	if len(rows) > 0 {
		cols = len(rows[0])
	}
	for i, row := range rows {
		if len(row) != cols {
			panic(fmt.Sprintf("certificate: row %d of a constant has %d entries, row 0 has %d", i, len(row), cols))
		}
	}
	e := b.constant("", len(rows), cols)
	copy(e.integers, slices.Concat(rows...))
	return b.intern(e)
}

func (b *Builder) constant(name string, rows, cols int) *node {
	if rows < 0 || cols < 0 {
		panic(fmt.Sprintf("certificate: a constant with shape %d×%d", rows, cols))
	}
	return &node{op: opConstant, name: name, rows: rows, cols: cols, integers: make([]int64, rows*cols)}
}

// interpret gives a value to every node that the roots need, operands first, by one call of step a node. It stops at the
// first error.
func interpret[T any](roots []*node, step func(n *node, args []T) (T, error)) (map[*node]T, error) {
	needed := map[*node]bool{}
	var visit func(n *node)
	visit = func(n *node) {
		if !needed[n] {
			needed[n] = true
			for _, arg := range n.args {
				visit(arg)
			}
		}
	}
	for _, root := range roots {
		visit(root)
	}
	order := make([]*node, 0, len(needed))
	for n := range needed {
		order = append(order, n)
	}
	slices.SortFunc(order, func(a, b *node) int { return a.id - b.id })

	values := make(map[*node]T, len(order))
	for _, n := range order {
		args := make([]T, len(n.args))
		for i, arg := range n.args {
			args[i] = values[arg]
		}
		value, err := step(n, args)
		if err != nil {
			return nil, err
		}
		values[n] = value
	}
	return values, nil
}
