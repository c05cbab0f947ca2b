package evidence

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

var (
	// ErrInvalid is wrapped where a null or an α makes no sense.
	ErrInvalid = errors.New("evidence: invalid")
	// ErrAssumption is wrapped where a sample contradicts what the null assumes, or is not finite.
	ErrAssumption = errors.New("evidence: sample outside the null's assumption")
)

// A process is an e-process; the zero value of each kind is at E = 1.
type process interface {
	add(x float64)
	logE() float64
	// ceiling is not below logE, and cheap.
	ceiling() float64
}

// A Test is a null with the e-process that bets against it. Make one with NewBounded, NewVariance, NewMeanSquare or NewRare;
// it is not safe for concurrent use.
type Test struct {
	null         string
	alpha        float64
	threshold    float64 // ln 1/α
	lower, upper float64 // of legal samples
	parts        []process
	samples      int
	doubtedAt    int // 0 as long as not
	rejectedAt   int // the same
}

// newTest returns a test of the average of processes.
func newTest(alpha, lower, upper float64, null string, parts ...process) (*Test, error) {
	if !(alpha > 0 && alpha < 1) {
		return nil, fmt.Errorf("%w: α = %v, not between 0 and 1", ErrInvalid, alpha)
	}
	return &Test{null: null, alpha: alpha, threshold: -math.Log(alpha), lower: lower, upper: upper, parts: parts}, nil
}

// Add takes a sample, in constant memory and time.
//
// The error wraps ErrAssumption where x is outside the range of the null, or infinite or NaN: then the null is refuted
// without any probability, and the sample is not taken.
func (t *Test) Add(x float64) error {
	if !(x >= t.lower && x <= t.upper) || math.IsInf(x, 0) {
		return fmt.Errorf("%w: sample %d of %s is %v", ErrAssumption, t.samples+1, t.null, x)
	}
	t.samples++
	for _, p := range t.parts {
		p.add(x)
	}
	if t.doubtedAt == 0 && t.reached(doubt*t.threshold) {
		t.doubtedAt = t.samples
	}
	if t.rejectedAt == 0 && t.reached(t.threshold) {
		t.rejectedAt = t.samples
	}
	return nil
}

// reached reports whether ln E is at a level. Where no part may be, their average is not.
func (t *Test) reached(level float64) bool {
	for _, p := range t.parts {
		if p.ceiling() >= level {
			return t.LogE() >= level
		}
	}
	return false
}

// LogE returns ln E, natural, after the samples so far.
func (t *Test) LogE() float64 {
	var logs [4]float64
	return logMeanExp(logs[:0], t.parts)
}

func logMeanExp(logs []float64, parts []process) float64 {
	for _, p := range parts {
		logs = append(logs, p.logE())
	}
	return logSumExp(logs) - math.Log(float64(len(logs)))
}

// logSumExp returns ln Σ e^l.
func logSumExp(logs []float64) float64 {
	top := math.Inf(-1)
	for _, l := range logs {
		top = max(top, l)
	}
	if math.IsInf(top, 0) {
		return top
	}
	sum := 0.0
	for _, l := range logs {
		sum += math.Exp(l - top)
	}
	return top + math.Log(sum)
}

// E returns the e-value after the samples so far: +Inf from 1.8e308 on.
func (t *Test) E() float64 { return math.Exp(t.LogE()) }

// Rejected reports whether E has ever reached 1/α: under the null, of probability at most α.
func (t *Test) Rejected() bool { return t.rejectedAt > 0 }

// RejectedAt returns the number of samples at which E reached 1/α first, 0 if it has not.
func (t *Test) RejectedAt() int { return t.rejectedAt }

// InDoubt reports whether E has ever reached 1/∛α, and not 1/α: more samples would tell.
func (t *Test) InDoubt() bool { return t.doubtedAt > 0 && t.rejectedAt == 0 }

// Samples returns the number of samples so far.
func (t *Test) Samples() int { return t.samples }

// Alpha returns the probability of a false alarm.
func (t *Test) Alpha() float64 { return t.alpha }

// String says what was tested, and how it went, in a line.
func (t *Test) String() string {
	verdict := "not rejected"
	switch {
	case t.Rejected():
		verdict = fmt.Sprintf("rejected at sample %d", t.rejectedAt)
	case t.InDoubt():
		verdict = fmt.Sprintf("in doubt since sample %d", t.doubtedAt)
	}
	return fmt.Sprintf("%s: %s at α = %g; ln E = %.4g after %d samples", t.null, verdict, t.alpha, t.LogE(), t.samples)
}

// A Vector tests the means of several coordinates at once, each at its share of α.
type Vector struct{ tests []*Test }

// NewVector returns the tests that of makes for coordinates 0 to k−1 at α/k each: the probability that any of them rejects,
// while every null holds, is at most α, however the coordinates depend on each other.
func NewVector(k int, alpha float64, of func(coordinate int, alpha float64) (*Test, error)) (*Vector, error) {
	if k < 1 {
		return nil, fmt.Errorf("%w: %d coordinates", ErrInvalid, k)
	}
	v := &Vector{}
	for i := range k {
		t, err := of(i, alpha/float64(k))
		if err != nil {
			return nil, fmt.Errorf("coordinate %d: %w", i, err)
		}
		v.tests = append(v.tests, t)
	}
	return v, nil
}

// Add takes a sample of every coordinate. The error wraps ErrInvalid where their number is another, or is that of Test.Add.
func (v *Vector) Add(x []float64) error {
	if len(x) != len(v.tests) {
		return fmt.Errorf("%w: %d coordinates, not %d", ErrInvalid, len(x), len(v.tests))
	}
	for i, t := range v.tests {
		if err := t.Add(x[i]); err != nil {
			return fmt.Errorf("coordinate %d: %w", i, err)
		}
	}
	return nil
}

// Rejected reports whether the test of any coordinate has rejected.
func (v *Vector) Rejected() bool {
	return slices.ContainsFunc(v.tests, (*Test).Rejected)
}

// InDoubt reports whether no test has rejected, and any is in doubt.
func (v *Vector) InDoubt() bool {
	return !v.Rejected() && slices.ContainsFunc(v.tests, (*Test).InDoubt)
}

// String is that of the first test that has rejected, or else is in doubt, or else of the first.
func (v *Vector) String() string {
	at := max(0, slices.IndexFunc(v.tests, (*Test).InDoubt))
	if i := slices.IndexFunc(v.tests, (*Test).Rejected); i >= 0 {
		at = i
	}
	return fmt.Sprintf("coordinate %d: %v", at, v.tests[at])
}

// Test returns that of a coordinate.
func (v *Vector) Test(coordinate int) *Test { return v.tests[coordinate] }

// Len returns the number of coordinates.
func (v *Vector) Len() int { return len(v.tests) }
