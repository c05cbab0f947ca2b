package wire

import (
	"encoding/json"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
)

// TestUnanswered: nothing fails about somebody who declines every instance, or
// whom an interrupt keeps from answering; where a refusal is demanded neither.
func TestUnanswered(t *testing.T) {
	for name, answer := range map[string]error{"unsupported": &Error{Unsupported, "not here"}, "interrupted": theorems.ErrUndecided} {
		t.Run(name, func(t *testing.T) {
			s, err := NewSubject(HelloOf(theorems.Model()), func(string, json.RawMessage) (json.RawMessage, error) { return nil, answer })
			require.NoError(t, err)
			s.Partial = true
			holdsAbout(t, "*", s, 4, 3, func(th theorems.Theorem, r theorems.Report) {
				require.NotEqual(t, theorems.Holds, r.Verdict, th.Ref)
			})
		})
	}
}
