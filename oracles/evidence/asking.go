package evidence

import (
	"fmt"
	"iter"
)

// Level is the probability at most with which a claim about an instance accuses a program that is right. It is for the
// longest hunt: of 10¹³ instances, each with samples of its own, the probability that any is a false alarm is at most 10⁻⁹,
// whoever chose the instances, and by whatever was seen of those before. Claims spend half of it: a mean that is bet on is
// known to rounding, and what that adds to E is kept below a factor of 2.
const Level = 1e-22

// Patience is how many times the samples planned for it a test may take while it is in doubt.
//
// At α = Level a mixture of 42 is in doubt from E = 1/∛α on, where the sum of n samples is √(2 ln(42/∛α)) = 6.4 deviations,
// and rejects from √(2 ln(42/α)) = 10.4 on. An effect that brings doubt in n samples once in a thousand times is one of 6.4
// − 3.1 = 3.3 deviations in them. Where it did, the sum of 16 n is (6.4 + 15·3.3)/4 = 14.0 of its deviations in the mean:
// below 10.4 once in ten thousand times.
const Patience = 16

// doubt is the share of ln 1/α that ln E has to reach for a test to be in doubt: of Level, one in 2·10⁷.
const doubt = 1.0 / 3

// Sequential is what Rounds asks: a Test, or a Vector of them.
type Sequential interface {
	// Rejected reports whether E has ever reached 1/α.
	Rejected() bool
	// InDoubt reports whether E has ever reached 1/∛α, and not 1/α.
	InDoubt() bool
	fmt.Stringer
}

// Rounds yields 0, 1, 2, … for as long as samples are asked for, one round each: as many as are planned, and then up to
// Patience times as many for as long as a test is in doubt. It ends when one has rejected.
//
// To go on is no retry. All samples since the first stay in E, which decides by the same 1/α, and whose probability to ever
// be there does not depend on when one stops. A correct program pays nothing for so small an α, but once in 2·10⁷ times.
func Rounds(planned int, tests ...Sequential) iter.Seq[int] {
	return func(yield func(int) bool) {
		for round := range Patience * planned {
			rejected, inDoubt := false, false
			for _, t := range tests {
				rejected, inDoubt = rejected || t.Rejected(), inDoubt || t.InDoubt()
			}
			if rejected || round >= planned && !inDoubt || !yield(round) {
				return
			}
		}
	}
}

// A rarity is the product of ½ + ½x/p: half of what is owned is bet on the next sample at the odds of the null.
type rarity struct {
	capital
	most float64
}

func (r *rarity) add(x float64) { r.multiply(0.5 + 0.5*x/r.most) }

// NewRare returns the test of E X ≤ most for X ∈ [0, 1], 0 < most < 1: of an event (X = 1) of at most that probability given
// those before.
//
// It turns a test of fixed level into one of a smaller level: the event is that it rejects. Each event multiplies E by
// 1/(2·most), and what is no event halves it. The error wraps ErrInvalid.
func NewRare(most, alpha float64) (*Test, error) {
	if !(0 < most && most < 1) {
		return nil, fmt.Errorf("%w: an event of probability %v at most", ErrInvalid, most)
	}
	return newTest(alpha, 0, 1, fmt.Sprintf("event of probability at most %g", most), &rarity{capital{mantissa: 1}, most})
}
