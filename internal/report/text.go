package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
)

// Columns is the width that running text is wrapped at.
const Columns = 100

// width is the number of columns that text takes on a terminal. Combining
// marks, as in τ̄, take none.
func width(text string) int {
	n := 0
	for _, r := range text {
		if !unicode.Is(unicode.Mn, r) {
			n++
		}
	}
	return n
}

// left and right pad text with blanks to a width.
func left(text string, to int) string  { return text + blanks(to-width(text)) }
func right(text string, to int) string { return blanks(to-width(text)) + text }

func blanks(n int) string { return strings.Repeat(" ", max(0, n)) }

// wrap breaks text at blanks into lines of at most Columns, the first of which
// starts with first and the others with as many blanks.
func wrap(first, text string) string { return wrapWords(first, strings.Fields(text)) }

// wrapList wraps a list of names, none of which is broken.
func wrapList(first string, names []string) string {
	words := append([]string(nil), names...)
	for i := range len(words) - 1 {
		words[i] += ";"
	}
	return wrapWords(first, words)
}

func wrapWords(first string, words []string) string {
	indent := width(first)
	var out strings.Builder
	out.WriteString(first)
	used := indent
	for i, word := range words {
		switch n := width(word); {
		case i == 0:
			used += n
		case used+1+n > Columns:
			out.WriteString("\n" + blanks(indent))
			used = indent + n
		default:
			out.WriteString(" ")
			used += 1 + n
		}
		out.WriteString(word)
	}
	return strings.TrimRight(out.String(), " ") + "\n"
}

// labelled writes paragraphs beside a label, wrapped.
func labelled(w io.Writer, label string, paragraphs ...string) {
	for i, text := range paragraphs {
		if i > 0 {
			label = ""
		}
		io.WriteString(w, wrap(left(label, labelWidth), text))
	}
}

const labelWidth = 14

// number writes x as short as it can be read back.
func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// Percent writes a share with one decimal.
func Percent(part, of int) string {
	if of == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(of))
}

// Counted writes 1 twin, 2 twins.
func Counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
