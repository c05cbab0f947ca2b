package markdown

import (
	"strings"
	"unicode"
)

// escaped is prose that Markdown shows as it is. Formulas are full of what
// Markdown takes for its own: x*, ‖A‖_F, [a, b], i<j. An underscore
// between two letters or digits is left alone, as Markdown does, for M_x is to
// be readable in the source too.
func escaped(text string) string {
	var out strings.Builder
	runes := []rune(text)
	for i, r := range runes {
		switch r {
		case '\\', '`', '*', '[', ']', '<', '~', '$', '&':
			out.WriteByte('\\')
		case '_':
			if i == 0 || i+1 == len(runes) || !isWord(runes[i-1]) || !isWord(runes[i+1]) {
				out.WriteByte('\\')
			}
		}
		out.WriteRune(r)
	}
	return out.String()
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
