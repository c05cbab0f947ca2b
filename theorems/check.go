package theorems

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"sync"

	"github.com/rankproof/rankproof/generators"
	"pgregory.net/rapid"
)

// ErrUndecided is returned by an exact decision, or a claim's oracle, on an
// instance that it does not reach, such as one whose hypotheses fail.
var ErrUndecided = errors.New("undecided")

// Violation is a statement found false by exact arithmetic.
type Violation struct{ What string }

// Error tells what was violated.
func (v *Violation) Error() string { return "violated exactly: " + v.What }

// Violatedf returns a Violation.
func Violatedf(format string, args ...any) error { return &Violation{fmt.Sprintf(format, args...)} }

// Check is one claim with its generator, the case type C erased: something
// that draws instances and judges them, by floating point with a bound, by
// exact arithmetic, or by the second where the first abstains.
type Check struct {
	Name  string
	Edges []string // tags that the generator declares, each of which a default run visits

	rounds int // judged in one round of so many, 0 and 1 in all: see OneRoundIn
	draw   func(seed int) any
	judge  func(Subject, any) (Finding, error) // nil: exact alone
	decide func(any) error                     // nil: floating point alone
	again  []decision                          // of the statement where the claim failed: see Deciding
	never  string                              // why there can be none: see NotExactly
	shrink func(instance any, fails func(any) bool) any
	decode func([]byte) (any, error)
	tags   func(any) []string

	given   func(any) bool // what a changed instance must meet beside; nil: nothing
	domain  func() *generators.Domain
	mutate  func(instance any, moves []byte, within *generators.Domain) any
	numbers func(instance any, within *generators.Domain) []float64
	renew   func(instance any, x []float64, within *generators.Domain) (any, bool)
	takes   func(any) bool // instances of its type
	layout  func() error   // what of its type makes no instance
	copy    func(any) any
}

// Claim is a check of an implementation: judge computes a residual of the
// subject on an instance and the bound that it must keep there.
func Claim[C any](name string, gen *rapid.Generator[C], judge func(Subject, C) (Finding, error)) Check {
	c := check(name, gen)
	c.judge = func(s Subject, instance any) (Finding, error) { return judge(s, instance.(C)) }
	return c
}

// Decide is a check of the statement itself by exact arithmetic, with no
// tolerance and no subject. It returns nil where the statement holds, a
// Violation where it does not, and ErrUndecided where it cannot tell.
func Decide[C any](name string, gen *rapid.Generator[C], decide func(C) error) Check {
	c := check(name, gen)
	c.decide = func(instance any) error { return decide(instance.(C)) }
	return c
}

// Escalating returns a Claim that hands the instances on which it abstains to
// an exact decision of the statement.
func Escalating[C any](c Check, decide func(C) error) Check {
	c.decide = func(instance any) error { return decide(instance.(C)) }
	return c
}

// Visiting declares the edges that the check's generator visits.
func (c Check) Visiting(edges ...string) Check {
	c.Edges = append(append([]string(nil), c.Edges...), edges...)
	return c
}

// OneRoundIn has the check judged in one of so many rounds over the checks of
// its theorem, not in each: for a claim whose instances are costly. Twins see it
// in every second round.
func (c Check) OneRoundIn(rounds int) Check {
	c.rounds = rounds
	return c
}

// IsCostly reports whether the check sits out rounds.
func (c Check) IsCostly() bool { return c.rounds > 1 }

// rota returns which of the checks judge the instances, in turn: instance i is
// the (i mod length)th's. It has so many rounds over the checks that all who sit
// some out have had their turn as often as they ask for.
func rota(checks []Check) []Check {
	rounds := 1
	for _, c := range checks {
		rounds = lcm(rounds, max(c.rounds, 1))
	}
	var out []Check
	for round := range rounds {
		for _, c := range checks {
			if round%max(c.rounds, 1) == 0 {
				out = append(out, c)
			}
		}
	}
	return out
}

func lcm(a, b int) int {
	x, y := a, b
	for y != 0 {
		x, y = y, x%y
	}
	return a / x * b
}

func check[C any](name string, gen *rapid.Generator[C]) Check {
	return checkOf(name, reflect.TypeFor[C](), func(seed int) any { return gen.Example(seed) })
}

// checkOf is a check on instances of a type. No more than its caller is compiled
// once for each.
func checkOf(name string, of reflect.Type, draw func(seed int) any) Check {
	return Check{
		Name:   name,
		draw:   draw,
		shrink: generators.Shrink,
		decode: func(text []byte) (any, error) {
			c := reflect.New(of)
			dec := json.NewDecoder(bytes.NewReader(text))
			dec.DisallowUnknownFields()
			if err := dec.Decode(c.Interface()); err != nil {
				return nil, err
			}
			instance := c.Elem().Interface()
			return instance, generators.CheckShape(instance)
		},
		tags:    generators.Tags,
		domain:  sync.OnceValue(func() *generators.Domain { return generators.DomainOf(draw) }),
		mutate:  generators.Mutate,
		numbers: generators.Numbers,
		renew:   generators.WithNumbers,
		takes:   func(instance any) bool { return reflect.TypeOf(instance) == of },
		layout:  func() error { return generators.CheckLayout(of) },
		copy:    generators.Copy,
	}
}

// Draw returns the instance of a seed.
func (c Check) Draw(seed uint64) any { return c.draw(int(seed >> 1)) }

// Tags returns the kind and the edges of an instance.
func (c Check) Tags(instance any) []string { return c.tags(instance) }

// Decode reads an instance from the JSON of a witness.
func (c Check) Decode(text []byte) (any, error) { return c.decode(text) }

// IsExact reports whether the check is of the statement alone.
func (c Check) IsExact() bool { return c.judge == nil }

// Outcome is a finding with the evidence it rests on.
type Outcome struct {
	Finding
	Exact bool // decided by exact arithmetic
	// NotTried is true where the subject lacks an operation, or declines it.
	NotTried  bool
	Operation string // that was not there, "" if that is not said
	// Vacuous is true where there was nothing to compare, as modes where every
	// μ is 0: no evidence either way.
	Vacuous bool
}

// Escalates reports whether exact arithmetic decides where the claim abstains.
func (c Check) Escalates() bool { return c.judge != nil && c.decide != nil }

// On judges one instance: floating point first, exact arithmetic where that
// abstains. A subject that refuses or panics on an instance that meets the
// hypotheses fails.
func (c Check) On(s Subject, instance any) (out Outcome) {
	defer func() {
		if p := recover(); p != nil {
			out = Outcome{Finding: Finding{Verdict: Fails, Reason: fmt.Sprintf("panic: %v", p)}}
		}
	}()
	if c.judge != nil {
		given := instance
		if s.Own != nil { // whose functions may write into what they are given
			given = c.copy(instance)
		}
		f, err := c.judge(s, given)
		if s.Own != nil && !reflect.DeepEqual(given, instance) {
			return Outcome{Finding: Finding{Verdict: Fails, Reason: "the instance was changed while it was judged: a function writes into its arguments"}}
		}
		switch {
		case errors.Is(err, ErrNotImplemented) && f.Verdict == Fails:
			return Outcome{Finding: f} // it was tried as far as that
		case errors.Is(err, ErrNotImplemented):
			return Outcome{NotTried: true, Operation: operationOf(err), Finding: Finding{Reason: err.Error()}}
		case errors.Is(err, ErrUndecided):
			return Outcome{Finding: Finding{Verdict: Unknown, Reason: err.Error()}}
		case err != nil:
			return Outcome{Finding: Finding{Verdict: Fails, Reason: err.Error()}}
		case f.Verdict == Holds && f.Compared == 0:
			return Outcome{Vacuous: true}
		case f.Verdict != Unknown || c.decide == nil:
			return Outcome{Finding: f}
		}
	}
	var violation *Violation
	switch err := c.decide(instance); {
	case err == nil:
		return Outcome{Finding: Finding{Verdict: Holds, Compared: 1}, Exact: true}
	case errors.As(err, &violation):
		return Outcome{Finding: Finding{Verdict: Fails, Reason: err.Error()}, Exact: true}
	case errors.Is(err, ErrUndecided):
		return Outcome{Finding: Finding{Verdict: Unknown, Reason: err.Error()}}
	default:
		return Outcome{Finding: Finding{Verdict: Fails, Reason: err.Error()}}
	}
}

// Shrink returns a simpler instance on which the check still fails in the same
// way: with the same quantity, so that one bug does not turn into another, and
// within the hypotheses if it was, so that none turns into what is no failure.
func (c Check) Shrink(s Subject, instance any) any {
	return c.shrinkWithin(s, instance, c.On(s, instance), nil)
}

// shrinkWithin is Shrink of an instance with a known outcome, and with a bound on
// the number of candidates that are judged, which it uses up; nil: none.
func (c Check) shrinkWithin(s Subject, instance any, first Outcome, budget *int) any {
	domain := c.within()
	meant := domain.Holds(instance)
	shrunk := false
	small := c.shrink(instance, func(smaller any) bool {
		if meant && !domain.Holds(smaller) {
			return false
		}
		if budget != nil {
			if *budget == 0 {
				return false
			}
			*budget--
		}
		again := c.On(s, smaller)
		fails := again.Verdict == Fails && again.Exact == first.Exact && again.Way() == first.Way()
		shrunk = shrunk || fails
		return fails
	})
	if shrunk {
		return untagged(small)
	}
	return small
}

// Rational returns the exact value of a float64, which is finite in any instance.
func Rational(x float64) *big.Rat { return new(big.Rat).SetFloat64(x) }

// ErrorOf returns |x − truth| rounded to a float64, the difference itself being
// exact: the error of a result whose true value is known in rationals. Of a
// result that is no number it is +∞.
func ErrorOf(x float64, truth *big.Rat) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return math.Inf(1)
	}
	d, _ := new(big.Rat).Sub(Rational(x), truth).Float64()
	return math.Abs(d)
}
