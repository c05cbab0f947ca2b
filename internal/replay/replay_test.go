package replay_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/internal/replay"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/stretchr/testify/require"
)

// TestInterrupted waits for a judge that does not end until ctx does.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	block := make(chan struct{})
	defer close(block)
	slow := theorems.Theorem{Ref: "Z1", Claims: []theorems.Check{
		theorems.Claim("slow", generators.Pairs(2), func(theorems.Subject, generators.Pair) (theorems.Finding, error) {
			cancel()
			<-block
			return theorems.Finding{}, nil
		})}}
	_, err := replay.Judge(ctx, theorems.Model(), []byte(`{"ref":"Z1","check":"slow","case":{"W":[[1]],"D":[1],"B":[[1]],"tau":[1]}}`), []theorems.Theorem{slow})
	require.ErrorIs(t, err, context.Canceled)
}

// TestDrawnIsAdmissible: what a generator draws can be kept and judged again.
func TestDrawnIsAdmissible(t *testing.T) {
	all := registry.All()
	for _, th := range all {
		for _, check := range slices.Concat(th.Claims, th.Exact) {
			for seed := range uint64(6) {
				text, err := json.Marshal(check.Draw(seed << 1))
				require.NoError(t, err)
				text, err = json.Marshal(theorems.Counterexample{Theorem: th.ID, Check: check.Name, Case: text})
				require.NoError(t, err)
				c, _, _, err := theorems.ParseCounterexample(text, all)
				require.NoError(t, err)
				require.NoError(t, replay.Admissible(c), "%s", text)
			}
		}
	}
}

// TestNeverPanics mangles an instance of each type, and wants an error
// or a judgement, but no panic: of the judge either, which check.On turns into
// a failure.
func TestNeverPanics(t *testing.T) {
	all, seen := registry.All(), map[string]bool{}
	judged, refused := 0, 0
	for _, th := range all {
		for _, check := range slices.Concat(th.Claims, th.Exact) {
			instance := check.Draw(12)
			if kind := fmt.Sprintf("%T", instance); seen[kind] {
				continue
			} else {
				seen[kind] = true
			}
			for what, mangled := range mangled(t, instance) {
				text, err := json.Marshal(theorems.Counterexample{Theorem: th.ID, Check: check.Name, Case: mangled})
				require.NoError(t, err)
				r, err := replay.Judge(context.Background(), theorems.Model(), text, all)
				if err != nil {
					refused++
					continue
				}
				judged++
				require.NotContains(t, r.Outcome.Reason, "panic", "%s %q with %s", th.Ref, check.Name, what)
			}
		}
	}
	require.GreaterOrEqual(t, len(seen), 6, "types of instances")
	require.Greater(t, judged, 20)
	require.Greater(t, refused, 200)
}

// mangled returns an instance with one field left out or replaced, by what was
// done to it.
func mangled(t *testing.T, instance any) map[string]json.RawMessage {
	t.Helper()
	text, err := json.Marshal(instance)
	require.NoError(t, err)
	var fields map[string]any
	require.NoError(t, json.Unmarshal(text, &fields))
	out := map[string]json.RawMessage{"nothing changed": text}
	for key, value := range fields {
		others := []any{nil, []any{}, []any{[]any{}}, []any{nil}, 0, -1, "x", 1e308, 1e50, 1e-308, []any{1e50}, []any{0}, []any{1, 2, 3, 4, 5, 6, 7, 8, 9}}
		if list, ok := value.([]any); ok && len(list) > 0 {
			others = append(others, list[1:], append(slices.Clone(list), list[0]), append([]any{nil}, list[1:]...))
			if row, ok := list[0].([]any); ok && len(row) > 0 {
				narrow := make([]any, len(list))
				for i := range narrow {
					narrow[i] = list[i].([]any)[1:]
				}
				others = append(others, narrow, append([]any{row[1:]}, list[1:]...))
			}
		}
		changed := maps.Clone(fields)
		for _, other := range others {
			changed[key] = other
			text, err := json.Marshal(changed)
			require.NoError(t, err)
			out[fmt.Sprintf("%s = %v", key, other)] = text
		}
		delete(changed, key)
		text, err := json.Marshal(changed)
		require.NoError(t, err)
		out["no "+key] = text
	}
	return out
}
