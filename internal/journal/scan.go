package journal

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// scanRecord reads the JSON of a record. It is ok only where encodeJSON writes this very text of
// what it returns.
func scanRecord(text []byte) (r Record, ok bool) {
	s := &scanner{rest: text, ok: utf8.Valid(text)}
	r.Plan = s.text(`{"plan":`)
	r.Theorem = s.text(`,"theorem":`)
	r.Block = s.whole(`,"block":`)
	r.Kind = s.text(`,"kind":`)
	r.Instances = s.whole(`,"instances":`)
	r.Holds = s.whole(`,"holds":`)
	r.Fails = s.whole(`,"fails":`)
	r.Unknown = s.whole(`,"unknown":`)
	r.Vacuous = s.whole(`,"vacuous":`)
	r.NotTried = s.whole(`,"not_tried":`)
	r.Exact = s.whole(`,"exact":`)
	if s.passes(`,"top":`) {
		top := s.margin()
		r.Top = &top
	}
	if s.passes(`,"above":[`) {
		for more := true; more && s.ok; more = s.passes(",") {
			r.Above = append(r.Above, s.margin())
		}
		s.expect("]")
	}
	if s.passes(`,"failures":[`) {
		for more := true; more && s.ok; more = s.passes(",") {
			r.Failures = append(r.Failures, s.failure())
		}
		s.expect("]")
	}
	r.Seconds = s.number(`,"seconds":`)
	s.expect("}")
	return r, s.ok && len(s.rest) == 0
}

// scanner reads from the start of a text. Once something is not as expected it is not ok, and stays
// so.
type scanner struct {
	rest []byte
	ok   bool
}

// passes reports whether words come next, and goes on behind them.
func (s *scanner) passes(words string) bool {
	if !s.ok || len(s.rest) < len(words) || string(s.rest[:len(words)]) != words {
		return false
	}
	s.rest = s.rest[len(words):]
	return true
}

func (s *scanner) expect(words string) { s.ok = s.passes(words) }

// take returns the next n bytes.
func (s *scanner) take(n int) []byte {
	out := s.rest[:n]
	s.rest = s.rest[n:]
	return out
}

// text reads a string, behind its key, in which nothing is escaped, nor has to be.
func (s *scanner) text(key string) string {
	s.expect(key)
	s.expect(`"`)
	for i, c := range s.rest {
		if c == '"' {
			out := string(s.take(i))
			s.expect(`"`)
			return out
		}
		separates := c == 0xe2 && (bytes.HasPrefix(s.rest[i:], []byte("\u2028")) || bytes.HasPrefix(s.rest[i:], []byte("\u2029")))
		if !s.ok || c == '\\' || c < ' ' || separates {
			break
		}
	}
	s.ok = false
	return ""
}

func (s *scanner) digits() int {
	n := 0
	for n < len(s.rest) && '0' <= s.rest[n] && s.rest[n] <= '9' {
		n++
	}
	return n
}

// whole reads a number without sign, point and exponent.
func (s *scanner) whole(key string) int {
	s.expect(key)
	n := s.digits()
	if !s.ok || n == 0 || n > 1 && s.rest[0] == '0' {
		s.ok = false
		return 0
	}
	out, err := strconv.Atoi(string(s.take(n)))
	s.ok = err == nil
	return out
}

// number reads a number with the digits that it needs.
func (s *scanner) number(key string) float64 {
	s.expect(key)
	n := bytes.IndexAny(s.rest, ",}")
	if !s.ok || n < 0 {
		s.ok = false
		return 0
	}
	text := s.take(n)
	out, err := strconv.ParseFloat(string(text), 64)
	if err == nil {
		var again []byte
		again, err = json.Marshal(out)
		s.ok = bytes.Equal(again, text)
	}
	s.ok = s.ok && err == nil
	return out
}

func (s *scanner) truth(key string) bool {
	s.expect(key)
	if s.passes("true") {
		return true
	}
	s.expect("false")
	return false
}

func (s *scanner) margin() (m Margin) {
	m.Check = s.text(`{"check":`)
	m.What = s.text(`,"what":`)
	m.Margin = s.number(`,"margin":`)
	m.Index = s.whole(`,"index":`)
	s.expect("}")
	return m
}

func (s *scanner) failure() (f Failure) {
	f.Check = s.text(`{"check":`)
	f.What = s.text(`,"what":`)
	f.Exact = s.truth(`,"exact":`)
	f.Found = s.text(`,"found":`)
	f.Index = s.whole(`,"index":`)
	f.Case = s.object(`,"case":`)
	s.expect("}")
	return f
}

// object reads an object without blanks.
func (s *scanner) object(key string) json.RawMessage {
	s.expect(key)
	depth, quoted := 0, false
	for i := 0; s.ok && i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
		if depth == 0 {
			text := s.take(i + 1)
			var out bytes.Buffer
			s.ok = text[0] == '{' && json.Compact(&out, text) == nil && bytes.Equal(out.Bytes(), text)
			return out.Bytes()
		}
	}
	s.ok = false
	return nil
}
