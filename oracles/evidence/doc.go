// Package evidence is the oracle for claims about random things: tests of a mean whose probability of a false alarm is fixed
// before the first sample is drawn.
//
// A null is a claim, "X has this mean", with an assumption on the law of X that the test cannot check: a range, a bound on
// the variance, or on the second moment. An e-process is a number E that starts at 1, is never negative, is updated by each
// sample, and never grows in expectation while the null holds: what a gambler owns who bets against the null at fair odds.
// Ville's inequality then says that, under the null, E ever reaches 1/α with probability at most α: ever, at whatever number
// of samples, so that a test may stop when it likes and look as often as it likes. A test rejects when E has reached 1/α. It
// needs the samples to be neither independent nor of one law: only that each has the claimed mean, and satisfies the
// assumption, given those before.
//
// There are no retries. A rejection stands, whatever comes after it; samples are not dropped; a second test of the same
// claim spends another α, and who runs k tests and asks whether any rejects fixes α/k for each beforehand (Vector does so).
// More samples of the same test spend nothing: see Rounds. With seeded samples the outcome of a run is one and the same: α
// is the probability, over the choice of the seed, that it accuses a correct program. Not to reject is no proof: what is
// found is an error large enough for the samples spent, for which see Samples.
//
// # The tests
//
//	NewBounded      X ∈ [a, b]                     betting (Waudby-Smith and Ramdas 2024)
//	NewVariance     E(X − μ)² ≤ σ²                 self-normalised (Delyon 2009), mixed over λ
//	NewMeanSquare   X ≥ 0, E X² ≤ B                betting upwards, Delyon downwards
//	NewRare         events, P ≤ p                  half of what is owned, at odds 1/p
//
// Each but the last is two-sided, the average of bets either way: an average of e-processes is one. So are bets that depend
// on the samples before, but not on the one that they are placed on.
//
// # Delyon's inequality
//
// For y real, e^(y − y²/6) ≤ 1 + y + y²/3: the derivative of ln(1 + y + y²/3) − y + y²/6 is (y³/9)/(1 + y + y²/3), of the
// sign of y, and the function vanishes at 0. With y = λ(X − μ), E X = μ and E(X − μ)² ≤ σ², and 1 + v ≤ e^v,
//
//	E exp(λ(X − μ) − λ²((X − μ)² + 2σ²)/6) ≤ e^(−λ²σ²/3) (1 + λ²σ²/3) ≤ 1.
//
// No tail of X enters. To the order λ² nothing is given away: the growth is the λδ − λ²σ²/2 of a normal law of known
// variance.
//
// # Asking on
//
// Claims about instances are tested at Level, so small that a hunt of years has no false alarm. Where a test of so many
// samples as are planned comes to nothing, that is all; where E has reached 1/∛α, which chance does once in 2·10⁷ times,
// Rounds has more samples drawn until E is at 1/α, or Patience is at its end and the verdict is unknown. What is found after
// n samples at ∛α is refuted after about 2.6 n at α.
//
// # Cost
//
// Measured on a busy core: Add 20 to 40 ns, and LogE 0.9 µs, which Add needs only while E is within reach of 1/α.
//
// # Power
//
// Measured medians at α = 1e-6: a mean of 0.52 for 0.5 of variables on [0, 1] is found by 6.6k samples if they are uniform
// and by 20k if they are coins; 2 % in the mean square of one normal coordinate by 135k to 195k, 10 % of it by 6k.
//
// The package uses the standard library only. It shares no kernel with package model, which it judges.
package evidence
