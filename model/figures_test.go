package model_test

import (
	"fmt"
	"math"
	"math/big"
	"math/cmplx"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/exact"
	oracle "github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// TestPublishedFigures compares everything that the reference has on family S
// with what this package says, and in rationals where the reference has them.
func TestPublishedFigures(t *testing.T) {
	cases := loadFigures(t, "lds_to_rnn", "rnn_to_lds")
	var names []string
	total, worst := 0, 0.0
	for _, family := range []struct {
		name    string
		compare func(*ledger)
	}{{"lds_to_rnn", compareLDS}, {"rnn_to_lds", compareNetwork}} {
		for _, l := range cases[family.name] {
			family.compare(l)
			l.done()
			names, total, worst = append(names, l.name), total+sum(l.compared), max(worst, l.worst)
		}
	}
	require.Equal(t, []string{"lds_to_rnn/L1_r1_d2", "lds_to_rnn/L4_r2_d6_R0", "rnn_to_lds/R1_r1_d2_P=I", "rnn_to_lds/R3_r2_d6_symmetric"}, names)
	t.Logf("%d numbers of %d cases, worst relative difference %.2g", total, len(names), worst)
}

// compareLDS compares what an LDS has, and what its first-order match has.
func compareLDS(f *ledger) {
	t := f.t
	exactA, a := f.given("A")
	exactC, c := f.given("C")
	exactQ, q := f.given("Q")
	exactR, r := f.given("R")
	system := oracle.ExactLDS{A: exactA, C: exactC, Q: exactQ, R: exactR}
	l := newLDS(t, model.LDSConfig{A: a, C: c, Q: denseNoise(t, q), R: denseNoise(t, r)})
	f.whole("r", l.Latents())
	f.whole("d", l.Units())
	radius, err := l.SpectralRadius()
	require.NoError(t, err)
	f.number("spectral_radius_A", radius)
	stationary, err := l.StationaryCovariance()
	require.NoError(t, err)
	f.matrix("stationary_latent_cov", stationary.Cov)
	v, err := system.StateCovariance()
	require.NoError(t, err)
	f.exactly("stationary_latent_cov_exact", v)
	f.near("stationary_latent_cov_exact", stationary.Cov, v.Float64())
	lambda, err := l.Autocovariances(4)
	require.NoError(t, err)
	f.matrices("autocov", lambda)
	lambda0, err := system.Autocovariance(0)
	require.NoError(t, err)
	f.exactly("autocov0_exact", lambda0)
	f.near("autocov0_exact", lambda[0], lambda0.Float64())
	f.whole("rank_cov0", lambda0.Rank(), rankOf(t, lambda[0]))
	f.whole("rank_Q", exactQ.Rank(), rankOf(t, l.Q().Dense()))
	f.whole("rank_R", exactR.Rank(), rankOf(t, l.R().Dense()))
	hankel, err := l.HankelRank(0)
	require.NoError(t, err)
	f.whole("hankel_rank_k_ge_1", hankel.Rank, exactHankel(t, exactA.Rows(), system.Autocovariance).Rank())

	steady, err := l.SteadyState()
	require.NoError(t, err)
	compareSteadyState(f, l, steady)
	compareRiccati(f, system, l, steady)
	compareMatch(f, l, steady, lambda)
}

func compareSteadyState(f *ledger, l *model.LDS, steady *model.SteadyState) {
	t, innovation := f.t, steady.Innovation.Dense()
	require.True(t, steady.Stabilizing, f.name)
	f.numberOf("predictor_closed_loop_spectral_radius", steady.ClosedLoopRadius, 1)
	f.whole("rank_innovation_cov", rankOf(t, innovation))
	f.matrix("kalman_predictor_cov", steady.PredictorCov)
	f.matrix("innovation_cov", innovation)
	// The gains of a singular S are free off its range; the figures are those of the pseudo-inverse, whose rows are in it.
	onto := rangeOf(t, innovation)
	f.matrix("kalman_predictor_gain_K", product(steady.PredictorGain, onto))
	f.matrix("kalman_filter_gain", product(steady.FilterGain, onto))
}

// compareRiccati repeats the recursion of the reference in rationals,
//
//	Σ ← A Σ Aᵀ + Q − A Σ Cᵀ (C Σ Cᵀ + R)⁻ C Σ Aᵀ,
//
// from Q and from V. The figures show when it stopped: riccati_iterations counts the steps from Q until one changes Σ by
// less than 1e-36, and the two limits are those of both recursions stopped so. They are rounded at about 41 digits.
func compareRiccati(f *ledger, system oracle.ExactLDS, l *model.LDS, steady *model.SteadyState) {
	t := f.t
	v, err := system.StateCovariance()
	require.NoError(t, err)
	stop := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(36), nil))
	settle := func(sigma *exact.Matrix) (*exact.Matrix, int) {
		for steps := 1; ; steps++ {
			seen := sigma.Mul(system.C.T())
			kept := sigma.Sub(seen.Mul(system.C.Mul(seen).Add(system.R).GeneralizedInverse()).Mul(seen.T()))
			next := system.A.Mul(kept).Mul(system.A.T()).Add(system.Q)
			if largestEntry(next.Sub(sigma)).Cmp(stop) < 0 {
				return next, steps
			}
			sigma = next
		}
	}
	fromQ, steps := settle(system.Q)
	fromV, _ := settle(v)
	f.whole("riccati_iterations", steps)
	apart, _ := largestEntry(fromQ.Sub(fromV)).Float64()
	f.rounding("max_diff_riccati_limit_from_P0=Q_vs_from_stationary", apart, 1e-40)
	f.near("Σ_∞ in rationals", steady.PredictorCov, fromV.Float64())

	// The filter itself, started from Q and from V, comes to the same.
	nothing := make([][]float64, steps+1)
	for i := range nothing {
		nothing[i] = make([]float64, l.Units())
	}
	started := newLDS(t, model.LDSConfig{A: l.A(), C: l.C(), Q: l.Q(), R: l.R(),
		Initial: &model.Gaussian{Mean: make([]float64, l.Latents()), Cov: l.Q()}})
	for _, from := range []*model.LDS{started, l} {
		filtered, err := from.Filter(model.Observations{Y: nothing})
		require.NoError(t, err)
		f.near("Σ_t of the filter", filtered.PredictedCov[steps], fromV.Float64())
	}
}

func compareMatch(f *ledger, l *model.LDS, steady *model.SteadyState, lambda []*mat.Dense) {
	t := f.t
	match, err := l.FirstOrderMatch(0)
	require.NoError(t, err)
	j, p := match.RNN.J(), match.RNN.P().Dense()
	// Off the range of Λ_0 J is free: the figures are those of its pseudo-inverse.
	f.matrix("matched_J", product(j, rangeOf(t, lambda[0])))
	f.whole("matched_J_rank", rankOf(t, j))
	f.matrix("matched_noise_P", p)

	innovation := steady.Innovation.Dense()
	n := float64(rankOf(t, innovation)) // of S and P alike: otherwise the rate is infinite
	require.Equal(t, rankOf(t, innovation), rankOf(t, p), f.name)
	logDetS, logDetP := logDet(t, innovation), logDet(t, p)
	f.number("logdet_innov_on_range", logDetS)
	f.number("logdet_matched_P_on_range", logDetP)
	// Densities with respect to Lebesgue measure on that range. E εᵀP⁺ε is its dimension under both laws, as the match has the
	// right covariance of y_{t+1} − J y_t.
	entropy := (n*math.Log(2*math.Pi*math.E) + logDetS) / 2
	f.number("entropy_rate_lds_nats", entropy)
	f.number("cross_entropy_rate_matched_ar1_nats", (n*math.Log(2*math.Pi*math.E)+logDetP)/2)
	loss, err := l.MarkovLoss(1)
	require.NoError(t, err)
	if loss > agreement*entropy {
		f.number("kl_rate_nats_per_step", loss)
	} else { // y is Markov, and the figure is what 40 digits leave of 0
		f.numberOf("kl_rate_nats_per_step", loss, entropy)
		require.Equal(t, model.Markov, match.Markov.Verdict)
	}

	// ‖Λ_k − J^k Λ_0‖/‖Λ_k‖ in the Frobenius norm, k = 1 … 4.
	matched, err := match.RNN.Autocovariances(4)
	require.NoError(t, err)
	mismatch := make([]float64, 4)
	for k := range mismatch {
		var difference mat.Dense
		difference.Sub(lambda[k+1], matched[k+1])
		mismatch[k] = mat.Norm(&difference, 2) / mat.Norm(lambda[k+1], 2)
	}
	f.numbersOf("autocov_rel_mismatch_ar1_k1to4", mismatch, 1)

	m, nn, ok := match.RNN.Loadings()
	require.True(t, ok)
	f.eigenvalues("eig_J_nonzero", eigenvalues(t, product(nn.T(), m)))
	if !f.has("sample_path") { // singular laws have no density
		require.Zero(t, rankOf(t, l.R().Dense()), f.name)
		return
	}
	path := f.within("sample_path")
	y := model.Observations{Y: path.path("y")}
	density, err := lawOfLDS(t, l).LogDensity(y.Y, nil)
	require.NoError(t, err)
	path.number("loglik_dense_gaussian", density.LogDensity)
	kalman, err := l.LogLikelihood(y)
	require.NoError(t, err)
	path.number("loglik_kalman", kalman)
	markov, err := match.RNN.LogLikelihood(y) // y_1 ~ N(0, Λ_0)
	require.NoError(t, err)
	path.number("loglik_matched_ar1", markov)
	f.close("sample_path", path)
}

// rankOf is a rank: what the figures say is zero is no more than what they and
// this package may differ by (Weyl).
func rankOf(t *testing.T, m mat.Matrix) (rank int) {
	t.Helper()
	var svd mat.SVD
	require.True(t, svd.Factorize(m, mat.SVDNone))
	values := svd.Values(nil)
	for _, s := range values {
		if s > agreement*mat.Norm(m, 2) {
			rank++
		}
	}
	return rank
}

// onRange returns the eigenvectors (n×rank) of a covariance with eigenvalues that are not zero, and these.
func onRange(t *testing.T, m mat.Matrix) (*mat.Dense, []float64) {
	t.Helper()
	n, _ := m.Dims()
	s := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			s.SetSym(i, j, m.At(i, j))
		}
	}
	var eig mat.EigenSym
	require.True(t, eig.Factorize(s, true))
	var vectors mat.Dense
	eig.VectorsTo(&vectors)
	rank := rankOf(t, m)
	return mat.DenseCopyOf(vectors.Slice(0, n, n-rank, n)), eig.Values(nil)[n-rank:]
}

// rangeOf returns the orthogonal projector to the range of a covariance.
func rangeOf(t *testing.T, m mat.Matrix) *mat.Dense {
	t.Helper()
	basis, _ := onRange(t, m)
	return product(basis, basis.T())
}

// logDet is that of a covariance on its range.
func logDet(t *testing.T, m mat.Matrix) (sum float64) {
	t.Helper()
	_, values := onRange(t, m)
	for _, x := range values {
		sum += math.Log(x)
	}
	return sum
}

func product(factors ...mat.Matrix) *mat.Dense {
	out := mat.DenseCopyOf(factors[0])
	for _, f := range factors[1:] {
		var next mat.Dense
		next.Mul(out, f)
		out = &next
	}
	return out
}

// eigenvalues are those that are not zero.
func eigenvalues(t *testing.T, m mat.Matrix) (out []complex128) {
	t.Helper()
	var eig mat.Eigen
	require.True(t, eig.Factorize(m, mat.EigenNone))
	for _, z := range eig.Values(nil) {
		if cmplx.Abs(z) > agreement*mat.Norm(m, 2) {
			out = append(out, z)
		}
	}
	return out
}

func largestEntry(m *exact.Matrix) *big.Rat {
	most := new(big.Rat)
	for i := range m.Rows() {
		for j := range m.Cols() {
			if x := m.At(i, j); x.Abs(x).Cmp(most) > 0 {
				most = x
			}
		}
	}
	return most
}

// exactHankel is (Λ_{i+j−1}), i, j = 1 … size, which has the rank of all.
func exactHankel(t *testing.T, size int, autocovariance func(int) (*exact.Matrix, error)) *exact.Matrix {
	t.Helper()
	var blocks []*exact.Matrix
	for i := 1; i <= size; i++ {
		var row []*exact.Matrix
		for j := 1; j <= size; j++ {
			lambda, err := autocovariance(i + j - 1)
			require.NoError(t, err, fmt.Sprintf("Λ_%d", i+j-1))
			row = append(row, lambda)
		}
		blocks = append(blocks, exact.HStack(row...))
	}
	return exact.VStack(blocks...)
}
