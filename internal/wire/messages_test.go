package wire

import (
	"encoding/json"
	"os"
	"reflect"
	"strconv"
	"sync"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
)

// message is a call that was answered.
type message struct{ params, result json.RawMessage }

// recorder keeps a few messages of each operation.
type recorder struct {
	sync.Mutex
	of map[string][]message
}

const keptMessages = 2

func (r *recorder) through(call Call) Call {
	return func(op string, params json.RawMessage) (json.RawMessage, error) {
		result, err := call(op, params)
		r.Lock()
		defer r.Unlock()
		if err == nil && len(r.of[op]) < keptMessages {
			r.of[op] = append(r.of[op], message{params, result})
		}
		return result, err
	}
}

// recorded are messages of every operation, as the claims of all theorems ask
// for them first.
var recorded = sync.OnceValue(func() map[string][]message {
	r := &recorder{of: map[string][]message{}}
	s, err := NewSubject(HelloOf(theorems.Model()), r.through(loopback(theorems.Model())))
	if err != nil {
		panic(err)
	}
	asking := claimsAsking()
	for _, op := range Operations() {
		for seed := uint64(0); seed < 8 && len(r.of[op]) < keptMessages; seed++ {
			for _, c := range asking[op] {
				c.On(s, c.Draw(2*seed))
				if len(r.of[op]) == keptMessages {
					break
				}
			}
		}
	}
	return r.of
})

// protocolRoot is the schema of the messages.
var protocolRoot = sync.OnceValues(func() (root jsonschema.Schema, err error) {
	text, err := os.ReadFile(schemaFile)
	if err == nil {
		err = json.Unmarshal(text, &root)
	}
	return root, err
})

// protocol returns the schema of the messages, or of one of its definitions.
func protocol(t *testing.T, definition string) *jsonschema.Resolved {
	t.Helper()
	root, err := protocolRoot()
	require.NoError(t, err)
	if definition != "" {
		root.AnyOf, root.Ref = nil, "#/$defs/"+definition
	}
	resolved, err := root.Resolve(nil)
	require.NoError(t, err)
	return resolved
}

func validate(t *testing.T, by *jsonschema.Resolved, text []byte) error {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal(text, &v))
	return by.Validate(v)
}

func asJSON(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return text
}

// TestMessagesFollowTheSchema: those of every operation, in both directions.
func TestMessagesFollowTheSchema(t *testing.T) {
	line := protocol(t, "")
	hello := HelloOf(theorems.Model())
	require.NoError(t, validate(t, line, asJSON(t, Request{ID: 1, Op: "hello", Params: json.RawMessage("{}")})))
	require.NoError(t, validate(t, protocol(t, "hello"), asJSON(t, map[string]any{"result": hello})))
	require.NoError(t, validate(t, line, asJSON(t, failed(7, Unstable, "spectral radius 1.02 ≥ 1"))))
	require.Error(t, validate(t, line, asJSON(t, failed(7, "odd", ""))))
	for _, op := range Operations() {
		messages := recorded()[op]
		require.NotEmpty(t, messages, "no theorem asks for %s", op)
		definition := protocol(t, op)
		for _, m := range messages {
			require.NoError(t, validate(t, line, asJSON(t, Request{1, op, m.params})), "%s: %s", op, m.params)
			require.NoError(t, validate(t, line, asJSON(t, Response{ID: 1, Result: m.result})))
			require.NoError(t, validate(t, definition, asJSON(t, map[string]any{"params": m.params, "result": m.result})), "%s: %s", op, m.result)
		}
	}
}

// broken returns a value with a fault in each place where one can be: a null, or
// a string, for a number. What is in a list has its fault in the first entry.
func broken(v any, with any) []any {
	var out []any
	switch x := v.(type) {
	case float64:
		return []any{with}
	case []any:
		if len(x) > 0 {
			for _, b := range broken(x[0], with) {
				out = append(out, append([]any{b}, x[1:]...))
			}
		}
	case map[string]any:
		for name := range x {
			for _, b := range broken(x[name], with) {
				other := map[string]any{}
				for k, y := range x {
					other[k] = y
				}
				other[name] = b
				out = append(out, other)
			}
		}
	}
	return out
}

// TestBrokenMessagesAreRefused: a null, a string for a number, and a member that
// is missing, by the schema and by what decodes a result or params.
func TestBrokenMessagesAreRefused(t *testing.T) {
	for _, o := range allOperations() {
		definition := protocol(t, o.name)
		for _, m := range recorded()[o.name][:1] {
			for side, text := range map[string]json.RawMessage{"params": m.params, "result": m.result} {
				var v map[string]any
				require.NoError(t, json.Unmarshal(text, &v))
				refuse := func(fault any, why string) {
					t.Helper()
					text := asJSON(t, fault)
					require.Error(t, validate(t, definition, asJSON(t, map[string]any{side: fault})), "%s of %s, %s: %s", side, o.name, why, text)
					if side == "params" {
						require.Error(t, decodeParams(text, reflect.New(o.params).Interface()), "%s of %s, %s: %s", side, o.name, why, text)
					} else if o.name != "field" || why == "null" { // whose values are of two shapes: its client decodes one
						require.Error(t, decodeResult(text, reflect.New(o.result).Interface()), "%s of %s, %s: %s", side, o.name, why, text)
					}
				}
				for _, fault := range broken(v, "1") {
					refuse(fault, "a string")
				}
				for name := range v {
					if y, isRecording := v[name].([]any); isRecording && name == "y" && len(y) > 0 {
						continue // in which null is a missing entry
					}
					for _, fault := range broken(map[string]any{name: v[name]}, nil) {
						whole := map[string]any{}
						for k, x := range v {
							whole[k] = x
						}
						whole[name] = fault.(map[string]any)[name]
						refuse(whole, "null")
					}
				}
				for _, name := range requiredOf(t, o, side) {
					whole := map[string]any{}
					for k, x := range v {
						if k != name {
							whole[k] = x
						}
					}
					refuse(whole, "no "+strconv.Quote(name))
				}
			}
		}
	}
}

// requiredOf returns the members that the schema requires.
func requiredOf(t *testing.T, o operation, side string) []string {
	t.Helper()
	of := o.params
	if side == "result" {
		of = o.result
	}
	for of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	required, _ := (&schemas{}).object(of)["required"].([]string)
	return required
}
