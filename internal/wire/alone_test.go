package wire

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/stretchr/testify/require"
)

// TestEachOperationAlone: an implementation of a single operation is judged, about
// all that it can be asked about, and so is every member that it must answer with.
// Numbers off by a thousandth of themselves and one more, all of a member or the
// last alone, and words and truth values turned round make a claim fail that asks
// for no other operation.
func TestEachOperationAlone(t *testing.T) {
	asking, honest := claimsAsking(), plain(loopback(theorems.Model()))
	for _, op := range allOperations() {
		t.Run(op.name, func(t *testing.T) {
			judging, members := judgedAlone(t, op.name, slices.DeleteFunc(slices.Clone(asking[op.name]), func(c *drawnClaim) bool { return isDeep(t, c.Check) }), honest)
			for _, subject := range subjectsOf(op.params) {
				if op.name == "integrate" && subject == "network" {
					continue // its flow is compared with that of what truncate made of it, M13
				}
				require.Contains(t, members, subject, "no claim asks it about this alone")
			}
			for about, seen := range members {
				for name := range membersOf(op.result, false) {
					require.True(t, slices.ContainsFunc(seen, within(name)), "no answer about %s has numbers in %s", about, name)
				}
				for _, member := range seen {
					if op.name == "gauge" && member == "network.tau" {
						continue // its latents are in units of τ, which may be left out
					}
					requireNoticed(t, op.name, about, member, honest, judging)
				}
			}
		})
	}
}

// TestEachOptionalMember: what may be left out of a result and is said is judged
// like what must be said.
func TestEachOptionalMember(t *testing.T) {
	asking, honest := claimsAsking(), loopback(theorems.Model())
	for _, op := range allOperations() {
		optional := membersOf(op.result, true)
		if len(optional) == 0 {
			continue
		}
		t.Run(op.name, func(t *testing.T) {
			judging, members := judgedAlone(t, op.name, asking[op.name], honest)
			for name := range optional {
				said := false
				for about, seen := range members {
					for _, member := range seen {
						if within(name)(member) {
							said = true
							requireNoticed(t, op.name, about, member, honest, judging)
						}
					}
				}
				require.True(t, said, "%s is never said", name)
			}
		})
	}
}

// judgedAlone returns the claims that judge an implementation of one operation, and
// the members of what it answers, by what it is asked about.
func judgedAlone(t *testing.T, op string, asking []*drawnClaim, honest Call) (judging []*drawnClaim, members map[string][]string) {
	t.Helper()
	members = map[string][]string{}
	s := alone(t, op, honest, func(about string, result any) {
		eachLeaf(result, "", func(path string, v any) any {
			if at, there := slices.BinarySearch(members[about], path); !there {
				members[about] = slices.Insert(members[about], at, path)
			}
			return v
		})
	})
	for _, c := range asking {
		judged := false
		for k := range map[bool]int{true: 1, false: 4}[c.IsCostly()] {
			out := c.On(s, c.instance(k))
			require.NotEqual(t, theorems.Fails, out.Verdict, "%s: %v", c.name, out.Finding)
			judged = judged || !out.NotTried && !out.Vacuous
		}
		if judged {
			judging = append(judging, c)
		}
	}
	require.NotEmpty(t, judging, "no claim judges it alone")
	return judging, members
}

// within tells the paths of a member and of what it holds.
func within(name string) func(path string) bool {
	return func(path string) bool { return path == name || strings.HasPrefix(path, name+".") }
}

// requireNoticed fails the test if a member of what an operation answers can be off
// without a claim that fails.
func requireNoticed(t *testing.T, op, about, member string, honest Call, judging []*drawnClaim) {
	t.Helper()
	mistakes := []func(result any, member string){allOff, lastOff}
	if op == "sample" {
		mistakes = mistakes[:1] // what is drawn has a law, a single number of it has none
	}
	for _, mistake := range mistakes {
		s := alone(t, op, honest, func(asked string, result any) {
			if asked == about {
				mistake(result, member)
			}
		})
		require.True(t, noticed(s, judging), "no claim of %v notices that %s about %s is off", names(judging), member, about)
	}
}

// subjects are what several operations can be asked about, one of them at a time.
var subjects = []string{"mixture", "network", "lds", "rnn"}

// aboutOf returns which of them params are about, for an operation that takes
// several; "" for others. A network's state x and its κ are two.
func aboutOf(op string, params json.RawMessage) string {
	var members map[string]json.RawMessage
	if json.Unmarshal(params, &members) != nil {
		return ""
	}
	for _, o := range allOperations() {
		for _, subject := range subjectsOf(o.params) {
			name, state, _ := strings.Cut(subject, " at ")
			if o.name == op && members[name] != nil && (state == "" || members[state] != nil) {
				return subject
			}
		}
	}
	return ""
}

// subjectsOf lists what params may be about, of several.
func subjectsOf(params reflect.Type) []string {
	var out []string
	has := map[string]bool{}
	for i := range params.NumField() {
		name, options, _ := strings.Cut(params.Field(i).Tag.Get("json"), ",")
		has[name] = strings.Contains(options, "omitempty")
		if has[name] && slices.Contains(subjects, name) {
			out = append(out, name)
		}
	}
	if has["x"] && has["kappa"] {
		return []string{"mixture", "network at kappa", "network at x"}
	}
	return out
}

// alone is an implementation of one operation, whose results are changed.
func alone(t *testing.T, op string, call Call, change func(about string, result any)) theorems.Subject {
	t.Helper()
	h := HelloOf(theorems.Model())
	h.Ops = []string{op}
	s, err := NewSubject(h, func(op string, params json.RawMessage) (json.RawMessage, error) {
		result, err := call(op, params)
		if err != nil {
			return nil, err
		}
		d := json.NewDecoder(bytes.NewReader(result))
		d.UseNumber()
		var v any
		if err := d.Decode(&v); err != nil {
			return nil, err
		}
		change(aboutOf(op, params), v)
		return json.Marshal(v)
	})
	require.NoError(t, err)
	s.Partial = true
	return s
}

// drawnClaim is a claim with instances that are drawn once.
type drawnClaim struct {
	name string
	theorems.Check
	instances []any
}

func (c *drawnClaim) instance(k int) any {
	for len(c.instances) <= k {
		c.instances = append(c.instances, c.Draw(theorems.SeedOf(1, c.name, len(c.instances))))
	}
	return c.instances[k]
}

func names(claims []*drawnClaim) (out []string) {
	for _, c := range claims {
		out = append(out, c.name)
	}
	return out
}

// claimsAsking are the claims of the registry by the operation that they ask
// for first: of what asks for no other it is the one.
var claimsAsking = sync.OnceValue(func() map[string][]*drawnClaim {
	first := ""
	s, err := NewSubject(HelloOf(theorems.Model()), func(op string, _ json.RawMessage) (json.RawMessage, error) {
		if first == "" {
			first = op
		}
		return nil, &Error{Unsupported, "not now"}
	})
	if err != nil {
		panic(err)
	}
	out := map[string][]*drawnClaim{}
	for _, th := range registry.All() {
		for _, claim := range th.Claims {
			c := &drawnClaim{name: th.Ref + ", " + claim.Name, Check: claim}
			for k := range 2 {
				first = ""
				c.On(s, c.instance(k))
				if !slices.Contains(out[first], c) {
					out[first] = append(out[first], c)
				}
			}
		}
	}
	return out
})

// noticed reports whether one of the claims fails, on one of a few instances.
func noticed(s theorems.Subject, claims []*drawnClaim) bool {
	for k := range 24 {
		for _, c := range claims {
			if c.On(s, c.instance(k)).Verdict == theorems.Fails {
				return true
			}
		}
	}
	return false
}

// membersOf are those that a result must have, or those that it may: the ones that
// are needed for what is another result are neither.
func membersOf(result reflect.Type, optional bool) map[string]bool {
	out := map[string]bool{}
	for result.Kind() == reflect.Pointer {
		result = result.Elem()
	}
	for i := range result.NumField() {
		name, options, _ := strings.Cut(result.Field(i).Tag.Get("json"), ",")
		if strings.Contains(options, "omitempty") == optional && !(optional && slices.Contains(needed, name)) {
			out[name] = true
		}
	}
	return out
}

// eachLeaf replaces numbers, truth values and verdicts of a result. The path of one
// is the names of members, joined by points: of what is in arrays it is that of the array.
func eachLeaf(v any, path string, to func(path string, v any) any) any {
	switch x := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(x)) {
			x[name] = eachLeaf(x[name], strings.TrimPrefix(path+"."+name, "."), to)
		}
	case []any:
		for i := range x {
			x[i] = eachLeaf(x[i], path, to)
		}
	case json.Number, bool:
		return to(path, v)
	case string:
		if slices.Contains([]string{"stable", "unstable", "undecided"}, x) {
			return to(path, v)
		}
	}
	return v
}

func allOff(result any, member string) {
	eachLeaf(result, "", func(path string, v any) any {
		if path != member {
			return v
		}
		return off(path, v)
	})
}

func lastOff(result any, member string) {
	count := 0
	eachLeaf(result, "", func(path string, v any) any {
		if path == member {
			count++
		}
		return v
	})
	eachLeaf(result, "", func(path string, v any) any {
		if path == member {
			if count--; count == 0 {
				return off(path, v)
			}
		}
		return v
	})
}

// off returns another number, truth value or verdict. Whole numbers are off by one,
// signs turned round.
func off(path string, v any) any {
	switch x := v.(type) {
	case bool:
		return !x
	case string:
		return map[bool]string{true: "unstable", false: "stable"}[x == "stable"]
	case json.Number:
		switch number, _ := strconv.Atoi(string(x)); path {
		case "dimension", "trivial.count", "labels":
			return number + 1
		case "index":
			return -number
		}
		number, _ := strconv.ParseFloat(string(x), 64) // JSON's numbers are numbers
		return number + 1e-3*math.Abs(number) + 1e-3
	}
	return v
}
