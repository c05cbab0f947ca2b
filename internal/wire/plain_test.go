package wire

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/stretchr/testify/require"
)

// plain returns a call of which results have the members that they must have,
// and no other.
func plain(call Call) Call {
	return func(op string, params json.RawMessage) (json.RawMessage, error) {
		result, err := call(op, params)
		if err != nil {
			return nil, err
		}
		for _, o := range allOperations() {
			if o.name == op {
				return required(result, o.result)
			}
		}
		return result, nil
	}
}

// needed are members that an implementation may leave out on some instances
// alone: without them there is another result.
var needed = []string{"none", "point", "period", "exponents", "orbit", "filtered", "infinite", "nats", "initial", "J", "M", "N", "rnn", "lds", "mixture", "network"}

// required returns an object without the members that may be left out.
func required(text json.RawMessage, t reflect.Type) (json.RawMessage, error) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return text, nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, err
	}
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if strings.Contains(options, "omitempty") && !slices.Contains(needed, name) {
			delete(members, name)
		}
	}
	return json.Marshal(members)
}

func family(t *testing.T, pattern string) []theorems.Theorem {
	t.Helper()
	list, err := registry.Matching(pattern)
	require.NoError(t, err)
	require.NotEmpty(t, list)
	return list
}

// TestPlainFamilyL: an implementation that says no more than it must is judged,
// and its mistakes are found.
func TestPlainFamilyL(t *testing.T) {
	s, err := NewSubject(HelloOf(theorems.Model()), plain(loopback(theorems.Model())))
	require.NoError(t, err)
	for _, th := range family(t, "L*") {
		bare := th
		bare.Exact, bare.Certificates, bare.Twins = nil, nil, nil
		r := bare.Run(context.Background(), s, rounds(t, 4, th, 7))
		require.Equal(t, theorems.Holds, r.Verdict, "%s: %+v", th.Ref, r)
		require.Empty(t, r.NotTried, th.Ref)
		for _, twin := range th.Twins {
			if twin.Break == nil {
				continue
			}
			r := th.RunTwin(s, twin, theorems.Effort{Seed: 7, TwinAttempts: 300})
			require.True(t, r.Refuted, "%s: %s", th.Ref, twin.Name)
		}
	}
}
