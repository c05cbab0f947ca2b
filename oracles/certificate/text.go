package certificate

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// binding says how tightly a formula holds together, and so whether it needs parentheses inside another.
type binding int

const (
	negative binding = iota // −3
	sum                     // A + B
	product                 // A·B
	postfix                 // Aᵀ, A⁻¹, A³
	atom                    // A, det(…), […]
)

// formula is the text of a node.
type formula struct {
	text    string
	binding binding
}

// within returns the text, in parentheses if it binds less tightly than its place requires.
func (f formula) within(required binding) string {
	if f.binding < required {
		return "(" + f.text + ")"
	}
	return f.text
}

// maxRendered is the length in characters from which a part of a formula is elided.
const maxRendered = 300

// String returns the formula, as in det(t·I − W·D). Parts longer than a few lines are elided.
func (e Expr) String() string {
	// The step never fails, so neither does interpret.
	values, _ := interpret([]*node{e.node}, func(n *node, args []formula) (formula, error) {
		for i, arg := range args {
			if utf8.RuneCountInString(arg.text) > maxRendered {
				args[i] = formula{"(…)", atom}
			}
		}
		return n.formula(args), nil
	})
	return values[e.node].text
}

func (n *node) formula(args []formula) formula {
	switch n.op {
	case opConstant:
		return n.constantFormula()
	case opPlus:
		return formula{args[0].text + " + " + args[1].within(sum), sum}
	case opMinus:
		return formula{args[0].text + " − " + args[1].within(product), sum}
	case opTimes, opScaled:
		return formula{args[0].within(product) + "·" + args[1].within(product), product}
	case opTranspose:
		if base, ok := strings.CutSuffix(args[0].text, "⁻¹"); ok && n.args[0].op == opInverse {
			return formula{base + "⁻ᵀ", postfix}
		}
		return formula{args[0].within(atom) + "ᵀ", postfix}
	case opPower:
		return formula{args[0].within(atom) + superscript(n.params[0]), postfix}
	case opDet:
		return formula{"det(" + args[0].text + ")", atom}
	case opInverse:
		return formula{args[0].within(atom) + "⁻¹", postfix}
	case opSlice:
		return formula{fmt.Sprintf("%s[%d:%d, %d:%d]", args[0].within(atom),
			n.params[0], n.params[1], n.params[2], n.params[3]), atom}
	case opBlock:
		var s strings.Builder
		for i, arg := range args {
			switch {
			case i == 0:
			case i%n.params[0] == 0:
				s.WriteString("; ")
			default:
				s.WriteString(", ")
			}
			s.WriteString(arg.text)
		}
		return formula{"[" + s.String() + "]", atom}
	default:
		return formula{n.name, atom}
	}
}

func (n *node) constantFormula() formula {
	if n.name != "" {
		return formula{n.name, atom}
	}
	if n.rows == 1 && n.cols == 1 {
		if n.integers[0] < 0 {
			return formula{integer(n.integers[0]), negative}
		}
		return formula{integer(n.integers[0]), atom}
	}
	rows := make([]string, n.rows)
	for i := range rows {
		row := make([]string, n.cols)
		for j := range row {
			row[j] = integer(n.integers[i*n.cols+j])
		}
		rows[i] = strings.Join(row, " ")
	}
	return formula{"[" + strings.Join(rows, "; ") + "]", atom}
}

// integer writes k with a minus sign rather than a hyphen.
func integer(k int64) string {
	return strings.Replace(strconv.FormatInt(k, 10), "-", "−", 1)
}

// superscript writes k ≥ 0 as an exponent.
func superscript(k int) string {
	digits := [...]string{"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"}
	var s strings.Builder
	for _, digit := range strconv.Itoa(k) {
		s.WriteString(digits[digit-'0'])
	}
	return s.String()
}
