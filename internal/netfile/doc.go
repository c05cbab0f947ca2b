// Package netfile returns the network that a file holds, read in a convention
// that was stated and never guessed, or an error that names file and field.
//
//	convention, err := netfile.ReadConvention("trained.convention.json")
//	…
//	network, err := netfile.Load("networks/trained.npz", convention)
//	fmt.Println(network.Summary) // keys, shapes, scale, layouts: how it was read
//
// # Formats
//
// A .json file is one network object of the wire protocol: {"W"} (N×N) or
// {"M", "N", "scale"} (N×R, N×R, W = scale · M Nᵀ); "nonlinearity"; "tau", a
// number or N of them; optionally "b" (N) and "B" (N×q), zero if missing, and
// "labels" (N), the population of each unit, 0 … P−1 and none of them empty. It
// says everything about the dynamics, so that the only fields of a Convention
// it may be combined with are form (activation if absent), alpha (the Euler
// step is alpha · τ; τ must be one for all units) and u.
//
// A .npz file holds arrays and does not say what they mean: see Convention.
//
// Low-rank connectivity stays low rank: nothing forms an N×N matrix that the
// file does not hold.
//
// # Latent LDS and linear RNN
//
//	linear, err := netfile.LoadLinear("lds.npz")
//	…
//	err = linear.Save("copy.json")
//
// A .json file may also be an lds, {"A", "C", "Q", "R"}, or a linear rnn,
// {"M", "N", "P"} or {"J", "P"}, each optionally with "initial", or one of them
// as the only member "lds" or "rnn" of an object, beside "conversion", which is
// passed over. LoadModel tells by the keys which it is, or that it is a network
// or a mixture. A covariance is an array of rows, {"iso"}, or {"diag"} with
// "factor" F and "minus" H, diag + F Fᵀ − H Hᵀ; a matrix without rows or columns
// is [].
//
// An archive of an lds or rnn has arrays of these names, laid out as in the
// equations: rows of C, M and N are units. A covariance is a number, a vector
// of variances, or a matrix; the suffixes _factor and _minus make F and H of a
// diagonal one; mean and cov are the initial law. There is no convention to
// state, and an array of another name is refused.
//
// # Mixtures
//
// A .json file with "nonlinearity" and "populations", each with "weight", "mean"
// (2R+1) and "cov" ((2R+1)×(2R+1)) of (m¹ … m^R, n¹ … n^R, I), is the law of
// networks of family M; the covariance may be written in every form above. See
// LoadMixture and SaveMixture.
//
// # Errors
//
// What is wrong with a file or a convention is an *Error, and is
// model.ErrInvalid; a file that cannot be opened is the operating system's
// error. Refused are unknown, missing and double keys, null and strings for
// numbers, text after the end, shapes that do not fit, and every reading that
// the shapes leave open.
package netfile
