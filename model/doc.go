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
package model
