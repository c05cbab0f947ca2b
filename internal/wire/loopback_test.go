package wire

import (
	"encoding/json"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/stretchr/testify/require"
)

// loopback calls what Serve answers with, over the bytes of a line each way.
func loopback(s theorems.Subject) Call {
	v := newServer(s, HelloOf(s))
	return func(op string, params json.RawMessage) (json.RawMessage, error) {
		line, err := json.Marshal(Request{1, op, params})
		if err != nil {
			return nil, err
		}
		var r Response
		if err := json.Unmarshal(encoded(v.answer(line)), &r); err != nil {
			return nil, err
		}
		if r.Error != nil {
			return nil, r.Error
		}
		return r.Result, nil
	}
}

// remote returns a subject as it is seen through the wire.
func remote(t testing.TB, s theorems.Subject) theorems.Subject {
	t.Helper()
	out, err := NewSubject(HelloOf(s), loopback(s))
	require.NoError(t, err)
	return out
}

func TestFamilyLThroughTheWire(t *testing.T) {
	s := remote(t, theorems.Model())
	list, err := registry.Matching("L*")
	require.NoError(t, err)
	for _, th := range list {
		for _, c := range th.Claims {
			for seed := range uint64(20) {
				out := c.On(s, c.Draw(2*seed))
				require.False(t, out.NotTried, "%s %s: %v", th.Ref, c.Name, out.Finding)
				require.NotEqual(t, theorems.Fails, out.Verdict, "%s %s: %v", th.Ref, c.Name, out.Finding)
			}
		}
	}
}
