package wire

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write docs/protocol.schema.json anew")

const schemaFile = "../../docs/protocol.schema.json"

// schema is a JSON Schema, or a part of one.
type schema = map[string]any

func reference(name string) schema { return schema{"$ref": "#/$defs/" + name} }

func list(of schema) schema { return schema{"type": "array", "items": of} }

// schemas writes the schema of the wire from the types of its operations.
type schemas struct {
	defs   schema
	strict bool // members that are not known are refused: in params
}

// objects are the types with a definition of their own.
var objects = map[reflect.Type]string{
	reflect.TypeFor[Network](): "network", reflect.TypeFor[Mixture](): "mixture", reflect.TypeFor[Population](): "population",
	reflect.TypeFor[LDS](): "lds", reflect.TypeFor[LinearRNN](): "rnn", reflect.TypeFor[Initial](): "initial",
	reflect.TypeFor[Complex](): "complex", reflect.TypeFor[Noise](): "noise",
}

// alternatives are sets of members of which an object has one, and that alone.
var alternatives = [][][]string{
	{{"W"}, {"M", "N", "scale"}},
	{{"J"}, {"M", "N"}},
	{{"lds"}, {"rnn"}},
	{{"mixture"}, {"network"}},
	{{"nats"}, {"infinite"}},
	{{"none"}, {"point", "period"}},
}

// words are the strings that a member may be.
var words = map[string][]string{
	"nonlinearity": nil,
	"form":         {"activation", "activity"}, "from": {"activation", "activity"},
	"method": {"euler", "rk4", "leaky-map"},
	"flow":   {"stable", "unstable", "undecided"}, "map": {"stable", "unstable", "undecided"}, "stability": {"stable", "unstable", "undecided"},
	"precision": {Float64, Float32},
	"kind":      {Invalid, Unstable, Singular, Unsupported, Internal},
}

func (s *schemas) of(t reflect.Type, name string) schema {
	if object, ok := objects[t]; ok {
		return reference(object)
	}
	switch t {
	case reflect.TypeFor[TimeConstants]():
		return schema{"anyOf": []any{schema{"type": "number", "exclusiveMinimum": 0}, list(schema{"type": "number", "exclusiveMinimum": 0})}}
	case reflect.TypeFor[[]float64]():
		return reference("vector")
	case reflect.TypeFor[[][]float64]():
		return reference("matrix")
	case reflect.TypeFor[[]Complex]():
		return reference("complex_vector")
	case reflect.TypeFor[[][]Complex]():
		return reference("complex_matrix")
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem(), name)
	case reflect.Slice:
		return list(s.of(t.Elem(), name))
	case reflect.Struct:
		if reflect.PointerTo(t).Implements(unmarshaler) { // y: T×N, null for what is missing
			return list(list(schema{"type": []any{"number", "null"}}))
		}
		return s.object(t)
	case reflect.Interface:
		return schema{"anyOf": []any{reference("matrix"), reference("vector")}}
	case reflect.Float64:
		return schema{"type": "number"}
	case reflect.Bool:
		return schema{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return schema{"type": "integer"}
	case reflect.Uint64:
		return schema{"type": "integer", "minimum": 0}
	case reflect.String:
		if allowed := words[name]; allowed != nil {
			return schema{"type": "string", "enum": allowed}
		}
		return schema{"type": "string"}
	}
	panic(fmt.Sprintf("no schema of %v", t))
}

func (s *schemas) object(t reflect.Type) schema {
	properties, required, optional := schema{}, []string{}, map[string]bool{}
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		properties[name] = s.of(t.Field(i).Type, name)
		if strings.Contains(options, "omitempty") {
			optional[name] = true
		} else {
			required = append(required, name)
		}
	}
	out := schema{"type": "object", "properties": properties}
	if len(required) > 0 {
		out["required"] = required
	}
	if s.strict {
		out["additionalProperties"] = false
	}
	for _, a := range alternatives {
		if there := optional[a[0][0]] && optional[a[1][0]]; !there {
			continue
		}
		var each []any
		for _, members := range a {
			each = append(each, schema{"required": members})
		}
		out["oneOf"] = each
	}
	return out
}

// protocolSchema returns the schema of all messages: of requests, of responses,
// and, in $defs, of params and result of each operation.
func protocolSchema(t testing.TB) []byte {
	number := schema{"type": "number"}
	s := &schemas{defs: schema{
		"vector":         list(number),
		"matrix":         schema{"description": "rows of one length; [] where a size is 0", "type": "array", "items": reference("vector")},
		"complex":        schema{"description": "[re, im]", "type": "array", "items": number, "minItems": 2, "maxItems": 2},
		"complex_vector": list(reference("complex")),
		"complex_matrix": list(reference("complex_vector")),
		"noise": schema{"description": "a covariance", "anyOf": []any{
			reference("matrix"),
			schema{"type": "object", "properties": schema{"iso": schema{"type": "number", "minimum": 0}}, "required": []string{"iso"}, "additionalProperties": false},
			schema{"type": "object", "properties": schema{"diag": list(schema{"type": "number", "minimum": 0}), "factor": reference("matrix")},
				"required": []string{"diag"}, "additionalProperties": false},
		}},
		"error": (&schemas{}).object(reflect.TypeFor[Error]()),
	}}
	for t, name := range objects {
		if s.defs[name] == nil {
			s.defs[name] = (&schemas{}).object(t)
		}
	}
	names := []string{"hello"}
	s.defs["hello"] = schema{"type": "object", "properties": schema{"params": schema{"type": "object"}, "result": s.object(reflect.TypeFor[Hello]())}}
	var cases []any
	for _, o := range allOperations() {
		require.NotContains(t, s.defs, o.name)
		result := o.result
		if result.Kind() == reflect.Pointer {
			result = result.Elem()
		}
		s.defs[o.name] = schema{"type": "object", "properties": schema{
			"params": (&schemas{strict: true}).object(o.params), "result": (&schemas{}).object(result)}}
		names = append(names, o.name)
		cases = append(cases, schema{
			"if":   schema{"properties": schema{"op": schema{"const": o.name}}},
			"then": schema{"required": []string{"params"}, "properties": schema{"params": reference(o.name + "/properties/params")}},
		})
	}
	s.defs["request"] = schema{"type": "object", "required": []string{"id", "op"}, "additionalProperties": false, "allOf": cases,
		"properties": schema{"id": schema{"type": "integer"}, "op": schema{"type": "string", "enum": names}, "params": schema{"type": "object"}}}
	s.defs["response"] = schema{"type": "object", "required": []string{"id"},
		"properties": schema{"id": schema{"type": "integer"}, "result": schema{"type": "object"}, "error": reference("error")},
		"oneOf":      []any{schema{"required": []string{"result"}}, schema{"required": []string{"error"}}}}
	root := schema{
		"$schema":     "https://json-schema.org/draft/2020-12/schema",
		"title":       fmt.Sprintf("rankproof wire protocol, version %d", Version),
		"description": "A line is a request or a response. $defs has params and result of each operation, which a response does not name: validate {\"result\": …} against $defs/OPERATION.",
		"anyOf":       []any{reference("request"), reference("response")},
		"$defs":       s.defs,
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	require.NoError(t, e.Encode(root))
	return text.Bytes()
}

func TestSchemaIsCurrent(t *testing.T) {
	want := protocolSchema(t)
	if *update {
		require.NoError(t, os.WriteFile(schemaFile, want, 0o644))
	}
	have, err := os.ReadFile(schemaFile)
	require.NoError(t, err)
	require.Equal(t, string(want), strings.ReplaceAll(string(have), "\r\n", "\n"), "stale: run go test ./internal/wire -run TestSchemaIsCurrent -update")
}
