package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/theoremtest"
	"github.com/stretchr/testify/require"
)

// single returns a call through which numbers pass as float32, both ways: what
// an implementation sees that keeps its inputs and outputs in it. It declines what
// overflows, and what rounding makes inadmissible to a server that computes in
// float64.
func single(call Call) Call {
	return func(op string, params json.RawMessage) (json.RawMessage, error) {
		rounded, err := roundedNumbers(params)
		if err != nil {
			return nil, &Error{Unsupported, err.Error()}
		}
		result, err := call(op, rounded)
		if e := (*Error)(nil); errors.As(err, &e) && e.Kind == Invalid {
			if _, err := call(op, params); err == nil { // a covariance, say, that rounding left indefinite
				return nil, &Error{Unsupported, e.Message}
			}
		}
		if err != nil {
			return nil, err
		}
		return roundedNumbers(result)
	}
}

// roundedNumbers rounds every number of a JSON text but seeds and weights.
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
			if name == "seed" || name == "weight" { // weights add up to 1
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

// narrow returns our own implementation as one that keeps its inputs and outputs
// in float32, and says no more than it must: what it certifies is not of what
// rounding made of it.
func narrow(t testing.TB) theorems.Subject {
	t.Helper()
	own := theorems.Model()
	h := HelloOf(own)
	h.Precision = Float32
	s, err := NewSubject(h, single(plain(loopback(own))))
	require.NoError(t, err)
	return s
}

// TestSingleFamilyL: bounds of family L hold what rounding to float32 on the way
// in and out leaves, and find the mistakes.
func TestSingleFamilyL(t *testing.T) {
	s := narrow(t)
	require.Equal(t, 0x1p-24, s.UnitRoundoff)
	for _, th := range family(t, "L*") {
		bare := th
		bare.Exact, bare.Certificates, bare.Twins = nil, nil, nil
		r := bare.Run(context.Background(), s, rounds(t, 4, th, 7))
		require.Equal(t, theorems.Holds, r.Verdict, "%s: %+v", th.Ref, r)
		require.Empty(t, r.NotTried, th.Ref)
	}
}

// TestSingleFamilies: no bound of another family is broken by rounding to
// float32, though more claims than of family L can say nothing there. K is found
// by our own server in float64, to which a rounded J has the rank that rounding
// gave it.
func TestSingleFamilies(t *testing.T) {
	s := narrow(t)
	for _, pattern := range []string{"S*", "M*", "X*"} {
		for _, th := range family(t, pattern) {
			for _, c := range th.Claims {
				for seed := range uint64(theoremtest.Multiplier(t)) {
					if c.IsCostly() && seed > 0 || isDeep(t, c) {
						break
					}
					out := c.On(s, c.DrawFor(s, 2*seed))
					if out.Worst.What == "K is at most what the loadings allow" {
						continue
					}
					require.NotEqual(t, theorems.Fails, out.Verdict, "%s %s, seed %d: %v", th.Ref, c.Name, 2*seed, out.Finding)
				}
			}
		}
	}
}
