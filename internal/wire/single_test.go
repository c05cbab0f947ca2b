package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/stretchr/testify/require"
)

// single returns a call through which numbers pass as float32, both ways: what
// an implementation sees that keeps its inputs and outputs in it. Where one
// overflows it declines.
func single(call Call) Call {
	return func(op string, params json.RawMessage) (json.RawMessage, error) {
		rounded, err := roundedNumbers(params)
		if err != nil {
			return nil, &Error{Unsupported, err.Error()}
		}
		result, err := call(op, rounded)
		if err != nil {
			return nil, err
		}
		return roundedNumbers(result)
	}
}

// roundedNumbers rounds every number of a JSON text but a seed.
func roundedNumbers(text json.RawMessage) (json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	v, err := rounded(v)
	if err != nil {
		return nil, err
	}
	return json.Marshal(v)
}

func rounded(v any) (any, error) {
	var err error
	switch x := v.(type) {
	case map[string]any:
		for name := range x {
			if name == "seed" {
				continue
			}
			if x[name], err = rounded(x[name]); err != nil {
				return nil, err
			}
		}
	case []any:
		for i := range x {
			if x[i], err = rounded(x[i]); err != nil {
				return nil, err
			}
		}
	case json.Number:
		wide, err := strconv.ParseFloat(string(x), 64)
		if err != nil {
			return nil, err
		}
		y := float64(float32(wide))
		if math.IsInf(y, 0) {
			return nil, fmt.Errorf("%v is outside of float32's range", wide)
		}
		return json.Number(strconv.FormatFloat(y, 'g', -1, 64)), nil
	}
	return v, nil
}

// optional are the members of results that an implementation need not give.
var optional = map[string][]string{
	"modes":        {"mu", "dropped", "condition"},
	"spectrum":     {"mu", "uncertainty"},
	"fixed_points": {"index", "radius", "residual_errors", "on_kink", "uncertainty", "isolation", "stability", "truncated", "continuum", "degree"},
}

// plain returns a call of which results have no optional members.
func plain(call Call) Call {
	return func(op string, params json.RawMessage) (json.RawMessage, error) {
		result, err := call(op, params)
		if err != nil || optional[op] == nil {
			return result, err
		}
		var members map[string]json.RawMessage
		if err := json.Unmarshal(result, &members); err != nil {
			return nil, err
		}
		for _, name := range optional[op] {
			delete(members, name)
		}
		return json.Marshal(members)
	}
}

func TestSingleSurvey(t *testing.T) {
	h := HelloOf(theorems.Model())
	call := plain(loopback(theorems.Model()))
	if os.Getenv("WIDE") == "" {
		h.Precision = Float32
		call = single(call)
	}
	s, err := NewSubject(h, call)
	require.NoError(t, err)
	list, err := registry.Matching(os.Getenv("PAT"))
	require.NoError(t, err)
	for _, th := range list {
		for _, c := range th.Claims {
			count := map[string]int{}
			what := map[string]int{}
			for seed := range uint64(200) {
				out := c.On(s, c.DrawFor(s, 2*seed))
				switch {
				case out.NotTried:
					count["not tried"]++
				case out.Vacuous:
					count["vacuous"]++
				default:
					count[out.Verdict.String()]++
					if out.Verdict == theorems.Fails {
						k := out.Worst.What
						if out.Reason != "" {
							k = out.Reason
						}
						if what[k] == 0 {
							fmt.Println("    ", out.Finding)
						}
						what[k]++
					}
				}
			}
			fmt.Println(th.Ref, c.Name, count, what)
		}
	}
}
