package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/jstemmer/go-junit-report/v2/junit"
)

// WriteJUnit writes a claim of each theorem as a test case, and beside them what
// belongs to none. What is known to fail, and what was not tried on half of its
// instances, is skipped.
func (g Gate) WriteJUnit(w io.Writer) error {
	name := orUnnamed(g.Hello.Name)
	var all junit.Testsuites
	for i, r := range g.Results {
		suite := junit.Testsuite{Name: r.Ref + " " + r.ID, ID: i, Time: seconds(r.Seconds), Package: name}
		for _, c := range r.Theorem.Claims {
			test := junit.Testcase{Classname: r.ID, Name: r.Ref + "/" + c.Name}
			var failing, known []string
			for _, f := range r.Findings {
				switch {
				case f.Failure.Check != c.Name:
				case f.Known != "":
					known = append(known, f.ID+" is known to fail: "+f.Known)
				default:
					failing = append(failing, f.ID+": "+short(f))
					if text, err := f.Saved.JSON(); err == nil {
						test.SystemOut = &junit.Output{Data: xmlText(text)}
					}
				}
			}
			switch {
			case len(failing) > 0:
				test.Failure = caseResult("failed", failing)
			case len(known) > 0:
				test.Skipped = caseResult("known", known)
			case r.JudgedBy(c.Name) == 0:
				test.Skipped = caseResult("not tried", []string{r.Share(c.Name)})
			case !r.Mostly(c.Name):
				test.Skipped = caseResult("in part", []string{r.Share(c.Name)})
			default:
				test.SystemOut = &junit.Output{Data: r.Share(c.Name)}
			}
			suite.AddTestcase(test)
		}
		if reasons := doubtsOf(r); VerdictOf(r) == GateUnknown {
			suite.AddTestcase(junit.Testcase{Classname: r.ID, Name: r.Ref, Error: caseResult("unknown", reasons)})
		}
		if n := r.Untold(); n > 0 {
			suite.AddTestcase(junit.Testcase{Classname: r.ID, Name: r.Ref + "/beyond those told", Failure: caseResult("failed", []string{Counted(n, "kind") + " of failure"})})
		}
		all.AddSuite(suite)
	}
	suite := junit.Testsuite{Name: "gate", ID: len(all.Suites), Time: seconds(g.Seconds), Package: name}
	suite.AddProperty("seed", fmt.Sprint(g.Effort.Seed))
	suite.AddProperty("checks", fmt.Sprint(g.Effort.Checks))
	add := func(name string, lines ...string) {
		suite.AddTestcase(junit.Testcase{Classname: "gate", Name: name, Failure: caseResult("failed", lines)})
	}
	for _, f := range g.Faults {
		if f.Known == "" {
			add(f.ID, short(f))
		}
	}
	for _, k := range g.Expectations.Passing {
		add(k.ID, "is known to fail, and does not fail any more: "+k.Reason)
	}
	for _, unmet := range g.Unmet {
		add("required", unmet)
	}
	if g.Ended != "" {
		add("given up", g.Ended)
	}
	if g.Stopped != "" {
		suite.AddTestcase(junit.Testcase{Classname: "gate", Name: "stopped", Error: caseResult("unknown", []string{g.Stopped})})
	}
	for _, op := range g.Missing() {
		suite.AddTestcase(junit.Testcase{Classname: "gate", Name: op, Skipped: caseResult("not implemented", []string{"not implemented"})})
	}
	all.AddSuite(suite)
	all.Time = seconds(g.Seconds)
	return all.WriteXML(w)
}

func caseResult(kind string, lines []string) *junit.Result {
	text := xmlText(strings.Join(lines, "\n"))
	first, _, _ := strings.Cut(text, "\n")
	return &junit.Result{Message: first, Type: kind, Data: text}
}

// xmlText is text without what XML has no way to write.
func xmlText(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF {
			return '�'
		}
		return r
	}, text)
}

func seconds(s float64) string { return fmt.Sprintf("%.3f", s) }
