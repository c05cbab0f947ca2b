package gate

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// cut returns the beginning of what a child wrote, as one line of text in which
// nothing moves a terminal's cursor, and no word is a command to what runs the gate.
func cut(text []byte, most int) string {
	dots := ""
	if len(text) > most {
		for most > 0 && !utf8.RuneStart(text[most]) {
			most--
		}
		text, dots = text[:most], "…"
	}
	words := strings.Fields(plain(string(text)))
	for i, word := range words { // any of which may come to begin a line
		if strings.HasPrefix(word, "::") {
			words[i] = "�" + word[1:]
		}
	}
	return strings.Join(words, " ") + dots
}

// commands are what GitHub's and Azure's runners obey wherever it is in a line.
var commands = strings.NewReplacer("##[", "#�[", "##vso[", "#�vso[")

// plain is text with U+FFFD for what is no text: what is no UTF-8, and what is
// obeyed in place of being shown. Lines and tabs stay.
func plain(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	return commands.Replace(strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(text, "�")))
}

// Behind is text of several lines with a bar before each, so that none begins as the
// child would have it.
func Behind(indent, text string) string {
	return indent + "| " + strings.ReplaceAll(text, "\n", "\n"+indent+"| ")
}
