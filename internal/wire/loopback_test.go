package wire

import (
	"encoding/json"
	"os"
	"runtime/debug"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/rankproof/rankproof/theorems/theoremtest"
	"github.com/stretchr/testify/require"
)

// TestMain trades memory, of which little is used, for a fifth of the time.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	os.Exit(m.Run())
}

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

// TestFamilyLThroughTheWire: all of family L is tried, and judged by the same
// numbers as the subject itself.
func TestFamilyLThroughTheWire(t *testing.T) {
	own := theorems.Model()
	s := remote(t, own)
	list, err := registry.Matching("L*")
	require.NoError(t, err)
	require.NotEmpty(t, list)
	for _, th := range list {
		for _, c := range th.Claims {
			for seed := range uint64(2 * theoremtest.Multiplier(t)) {
				instance := c.Draw(2 * seed)
				want, got := c.On(own, instance), c.On(s, instance)
				require.False(t, got.NotTried, "%s %s: %v", th.Ref, c.Name, got.Finding)
				require.Equal(t, want, got, "%s %s, seed %d", th.Ref, c.Name, seed)
			}
		}
	}
}
