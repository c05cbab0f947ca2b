// Package model implements the networks whose mathematics rankproof verifies.
//
// # Rate networks and their two forms
//
// An RNN of N units has connectivity W, a nonlinearity φ, a bias b and input
// weights B. Its dynamics can be written in the net inputs x,
//
//	τ ẋ = −x + W φ(x) + b + B u      (activation form)
//
// or in the outputs r = φ(x),
//
//	τ ṙ = −r + φ(W r + b + B u)      (activity form).
//
// RNN.Field evaluates either, RNN.Simulate integrates either, and
// RNN.ToActivity and RNN.ToActivation carry fixed points, and trajectories,
// from one to the other.
//
// # Low rank
//
// Connectivity is an operator. LowRank is W = scale·M Nᵀ with loadings M and
// N (both N×R); the scale, 1 or 1/N, is never implied. Fixed points, spectra
// and modes of a low-rank network cost O(N R²); nothing expands it to N×N
// unless asked to.
//
// # Linearization
//
// RNN.Linearize gives M_x = τ⁻¹(−I + W D) and M_r = τ⁻¹(−I + D W), D = diag
// φ'(x): one spectrum, different eigenvectors. Linearization.Modes returns
// right and left eigenvectors in both forms, corresponding and biorthonormal;
// RNN.ContextChange splits what a context does to an input's gain;
// Spectrum.EulerStability tells the flow from the map that is simulated.
//
// The statements are those of Pagan, Valente, Ostojic and Brody 2023
// (arXiv:2309.04030). Labels such as L3 name theorems of package theorems.
//
// # Latent systems and linear networks
//
// An LDS hides K latents behind N units, a LinearRNN of rank R has nothing
// hidden, in discrete time:
//
//	x_{t+1} = A x_t + w_t,   y_t = C x_t + v_t,   w ~ N(0, Q),  v ~ N(0, R_v)   (LDS)
//	y_{t+1} = M Nᵀ y_t + ε_t,   ε ~ N(0, P)                                    (LinearRNN)
//
// All noises are white, w and v independent. A Noise may be isotropic,
// diagonal, low-rank or dense, singular or zero. Either model is stationary, or
// starts from a law: of x_1, behind the first observation; of y_0, one step
// before it. StationaryCovariance certifies its answer, or is ErrUnstable.
//
// LinearRNN.ToLDS is exact: K = rank [M, PN] ≤ 2R latents have the law of the
// network (S6), and for a stationary one no LDS has fewer than it returns (S7);
// HankelRank is the least number if w and v may be correlated. With a leak,
// aI + M Nᵀ, 2R latents are in general too few (S13). LDS.FirstOrderMatch is
// exact in special cases only: of all networks it is the nearest, with the Λ_0
// and Λ_1 of the system, Λ_k = Cov(y_{t+k}, y_t) (S1); FirstOrderMatchSteps does
// without a stationary law. LDS.Markov decides whether it is exact (S2, S3), and
// MarkovGap, I(y_{t+1}; y_{t−1} | y_t), tells in nats what is amiss (S4).
//
// What an LDS remembers is in its Kalman filter: Filter, Smooth and
// LogLikelihood, with entries missing, and SteadyState, where the filter ends
// (S12). MarkovLoss is what the best model of p steps loses against it (S5). A
// network and its latent system have one likelihood (S8), and the network comes
// back from that as it was (S9). LDS.Observe keeps a part of the units (S10);
// Transform changes the latents and not the law; Rotate, Permute and Rescale
// change y, and the law as y (S11).
//
// These statements are those of Valente, Ostojic and Pillow 2022
// (arXiv:2110.09804), and some beyond it.
//
// # Gaussian mixtures and their mean field
//
// The loadings of a unit, (m, n, I), may be a draw from a Mixture of Gaussian
// populations. Sample makes a network of N units of it, a ReducedNetwork
//
//	ẋ_i = −x_i + (1/N) Σ_j Σ_r m_i^r n_j^r φ(x_j) + I_i,   x = M κ + I,
//
// which is R equations in κ at any N (M1). As N → ∞ they become those of the
// Circuit,
//
//	dκ/dt = F(κ) = −κ + Σ_p α_p [a_n ⟨φ⟩_p + (Σ_nm κ + Σ_nI) ⟨φ'⟩_p]
//
// (M2); FieldVariance is how far a network is from it, N^-1/2 of a constant that
// is known at every N (M3). Averages computes ⟨φ⟩ and its derivatives; Gauge
// changes the loadings and not the network (M5); Moments.Complete finds the
// smallest Σ_nn, which F does not see and sampling noise does (M4, M14).
//
// Both are vector fields, with exact Jacobians. FixedPoints looks for all fixed
// points by several independent searches, and their indices tell if one was
// missed (M11); FindCycle finds limit cycles with periods and Floquet exponents
// (M8); Integrate solves with step control. FitMixture makes R-dimensional
// dynamics of one's own: its mean field follows the target the better the more
// populations it has (M12), a Sample of it follows the mean field (M15). Truncate
// goes the other way, from a dense W to rank R (M13).
//
// These statements are those of Beiran, Dubreuil, Valente, Mastrogiuseppe and
// Ostojic 2021 (arXiv:2007.02062), and some beyond it.
package model
