package markdown

import (
	"strings"
	"testing"

	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestEscaped(t *testing.T) {
	for text, want := range map[string]string{
		"x* and M_x v":       `x\* and M_x v`,
		"‖A‖_F, c_{k+1}":     `‖A‖\_F, c\_{k+1}`,
		"|x| < 1, [[1](2)":   `|x| \< 1, \[\[1\](2)`,
		"a_":                 `a\_`,
		"plain, (α), 2⁻⁵³·u": "plain, (α), 2⁻⁵³·u",
	} {
		require.Equal(t, want, escaped(text))
	}
}

func TestCode(t *testing.T) {
	require.Equal(t, "`a*b`", code("a*b"))
	require.Equal(t, "`` a`b ``", code("a`b"))
}

// TestEverythingIsSaid writes a theorem each of whose fields is a word of its
// own, and looks for all of them.
func TestEverythingIsSaid(t *testing.T) {
	proved := theorems.Certificate{
		Identity: certificate.Identity{Name: "theIdentity"},
		Shapes:   []certificate.Shape{{N: 1}, {N: 2}, {N: 7, R: 3}},
	}
	page := string(Theorems([]theorems.Theorem{{
		Ref: "Z9", ID: "family/conclusion", Statement: "theStatement", Source: "theSource", Given: []string{"theHypothesis"},
		Needed: []theorems.Witness{{Without: "theNeeded", Shows: "theInstead", Check: theorems.Check{Name: "theWitness"}}},
		Why:    "theWhy", Claims: []theorems.Check{{Name: "theClaim", Edges: []string{"theEdge", "otherEdge"}}},
		Exact: []theorems.Check{{Name: "theExact"}}, Certificates: []theorems.Certificate{proved},
		Twins:      []theorems.Twin{{Name: "theTwin", Mistake: "theMistake", FalseIdentity: &proved}},
		MaxUnknown: 0.0625,
	}}))
	for _, said := range []string{
		"| [Z9](#Z9) | family/conclusion | floating-point, exact, certificate | 1 |", "\n## Family\n", "Z9 · family/conclusion",
		"theStatement", "*Source:* theSource.", "- theHypothesis", "- **theNeeded**: else theInstead, against `theWitness`", "theWhy",
		"- floating point `theClaim`, visiting theEdge; otherEdge", "- exact `theExact`\n", "- certificate `theIdentity`, 3 shapes, N=1 to N=7 R=3",
		"- **theTwin**, about the statement: theMistake", "at most 6.25 % may stay unknown",
	} {
		require.Contains(t, page, said)
	}
	require.False(t, strings.Contains(page, "%!"), "a format without its value")
}

// number is a case of one number.
type number struct {
	X float64 `json:"theField"`
}

// TestEverythingIsSaidOfConjectures as of theorems; and what is not refuted has
// no page.
func TestEverythingIsSaidOfConjectures(t *testing.T) {
	refuted := func(number) error { return theorems.Violatedf("theViolation") }
	conjecture := func(decide func(number) error) []theorems.Conjecture {
		return []theorems.Conjecture{{Ref: "Z9", ID: "conjectures/the-conclusion", Statement: "the_Statement", Source: "theSource.", Instead: "theInstead", Minimal: "theMinimal",
			ByHand: func(instance any) []string { return []string{"line one", "line * two"} },
			Levels: []theorems.Level{{Size: theorems.Size{N: 3, K: 2}, Check: theorems.Decide("at", rapid.Just(number{7}), decide)}}}}
	}
	text, err := Conjectures(conjecture(refuted))
	require.NoError(t, err)
	for _, said := range []string{"| [Z9](#Z9) | the-conclusion | N = 3, K = 2 |", `## <a id="Z9"></a>Z9 · the-conclusion`, "the_Statement", "*Source:* theSource.\n",
		"```text\ntheField  0\n```", "```text\nline one\nline * two\n```", "*Exactly:* theViolation.", "*Nothing smaller:* theMinimal", "*Instead:* theInstead"} {
		require.Contains(t, string(text), said)
	}
	_, err = Conjectures(conjecture(func(number) error { return nil }))
	require.ErrorContains(t, err, "Z9 is not refuted")
}
