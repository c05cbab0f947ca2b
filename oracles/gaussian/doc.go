// Package gaussian is the oracle for linear Gaussian processes: what a latent linear dynamical system and a linear network say
// about every finite stretch of observations, computed entry by entry from the recursions that define them.
//
//	LDS  x_{t+1} = A x_t + w_t, y_t = C x_t + v_t     w ~ N(0, Q), v ~ N(0, R), independent and white
//	RNN  y_{t+1} = J y_t + ε_t                        ε ~ N(0, P), white
//
// There is no filter here, no smoother, no Riccati equation and no conversion: the joint covariance of (y_1 … y_T) is written
// down, and every conditional law is read off it by elimination. The arithmetic is binary floating point of 448 bits, and of
// four times as many where these do not decide whether a variance is zero; a result is rounded once, to float64, in the end.
// What cancels is off by 2^-400 or so of what cancelled. The Exact types do the same in rationals, without rounding.
//
// Covariances may be singular, and zero: a pivot is compared with a bound on what the rounding errors before it can have left
// of a zero. Below 2^-298 of the largest terms that went into it, variances of all latents among them, it is one; from 2^-112 on
// it is not; and between these the higher precision decides. Latents whose units differ by a factor of 2^60 pass.
//
// Process does not look whether Q, R, P and an initial covariance are positive semidefinite. Where a law asked for is not,
// because they are not, functions with an error wrap ErrIndefinite, and the others return NaN. So they do, and errors wrap
// ErrUndecided, where more than a third of the digits of the higher precision are lost: in long stretches of a process that grows
// fast.
//
// The package uses the standard library, and packages exact and dense to refuse unstable systems. It shares no kernel with
// package model, which it judges.
//
// Time is counted from one, units and latents from zero. Arguments are not changed. Functions panic on numbers of steps that make no
// sense, which the caller can foresee. A Process is safe for concurrent use.
package gaussian
