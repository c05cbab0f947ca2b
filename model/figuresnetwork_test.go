package model_test

import (
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/exact"
	oracle "github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// compareNetwork compares what a network has, and what its latent system has.
func compareNetwork(f *ledger) {
	t := f.t
	exactM, m := f.given("M")
	exactN, n := f.given("N")
	exactP, p := f.given("P")
	process := oracle.ExactRNN{J: exactM.Mul(exactN.T()), P: exactP}
	net := linearNetwork(t, model.LinearRNNConfig{M: m, N: n, P: denseNoise(t, p)})
	gotM, gotN, ok := net.Loadings()
	require.True(t, ok)
	_, rank := gotM.Dims()
	f.whole("d", net.Units())
	f.whole("r", rank)
	f.matrix("latent_NtM", product(gotN.T(), gotM))
	radius, err := net.SpectralRadius()
	require.NoError(t, err)
	f.number("spectral_radius", radius)
	stationary, err := net.StationaryCovariance()
	require.NoError(t, err)
	f.matrix("S_NtCov0N", stationary.Z)
	lambda, err := net.Autocovariances(4)
	require.NoError(t, err)
	f.matrices("autocov", lambda)
	lambda0, err := process.Autocovariance(0)
	require.NoError(t, err)
	f.exactly("autocov0_exact", lambda0)
	f.near("Λ_0 in rationals", lambda[0], lambda0.Float64())
	hankel, err := net.HankelRank(0)
	require.NoError(t, err)
	f.whole("hankel_rank_k_ge_1", hankel.Rank, exactHankel(t, exactM.Cols(), process.Autocovariance).Rank())
	overlap := exactN.T().Mul(exactM)
	f.truth("NtM_invertible", overlap.Det().Sign() != 0, rankOf(t, product(gotN.T(), gotM)) == rank)

	// K latents are enough, and fewer than rank [Λ_1, Λ_1ᵀ] are not (S6, S7).
	conversion := converted(t, net)
	lambda1, err := process.Autocovariance(1)
	require.NoError(t, err)
	span := exact.HStack(exactM, exactP.Mul(exactN)).Rank()
	f.whole("rank_span_M_PN", span, conversion.Dimension)
	f.whole("upper_bound_min_latent_dim_independent_noise", span, conversion.Dimension)
	f.whole("lower_bound_min_latent_dim_independent_noise", exact.HStack(lambda1, lambda1.T()).Rank(), conversion.Dimension)
	wide := compareConversion(f, process, exactM, exactN, conversion.LDS)

	path := f.within("sample_path")
	y := model.Observations{Y: path.path("y")}
	markov, err := net.LogLikelihood(y) // y_1 ~ N(0, Λ_0)
	require.NoError(t, err)
	path.number("loglik_rnn", markov)
	for _, l := range []*model.LDS{conversion.LDS, wide} {
		kalman, err := l.LogLikelihood(y)
		require.NoError(t, err)
		path.number("loglik_converted_lds_kalman", kalman)
		// Steps count from 0: from the second observation on the innovation is ε.
		filtered, err := l.Filter(y)
		require.NoError(t, err)
		off := 0.0
		for _, sigma := range filtered.PredictedCov[1:] {
			innovation := product(l.C(), sigma, l.C().T())
			innovation.Add(innovation, l.R().Dense())
			innovation.Sub(innovation, p)
			off = max(off, largest(innovation))
		}
		path.numberOf("max_abs_innovation_cov_minus_P_t_ge_1", off, mat.Norm(p, 2))
	}
	density, err := lawOfRNN(t, net).LogDensity(y.Y, nil)
	require.NoError(t, err)
	path.number("loglik_rnn", density.LogDensity)
	f.close("sample_path", path)
}

// compareConversion compares the latent system of the figures, which has 2R
// latents whether or not they are needed, with l, which has as few as can be:
//
//	A = [NᵀM I; 0 0],  C = [M PNG⁻¹],  Q = diag(0, G),  R_v = P − PNG⁻¹NᵀP,  G = NᵀPN,
//
// the latents being Nᵀ of what was fed back before, and Nᵀε. Its numbers are
// those of this formula in rationals. It has the law of l, and with it R_v, Cov(η) = C Q Cᵀ and C A^k Q Cᵀ = J^k Cov(η).
func compareConversion(f *ledger, process oracle.ExactRNN, m, n *exact.Matrix, l *model.LDS) *model.LDS {
	t := f.t
	group := f.within("lds_2r")
	r := m.Cols()
	pn := process.P.Mul(n)
	g := n.T().Mul(pn)
	inverse, err := g.Inverse()
	require.NoError(t, err)
	none := exact.Zero(r, r)
	want := oracle.ExactLDS{
		A: exact.VStack(exact.HStack(n.T().Mul(m), exact.Identity(r)), exact.Zero(r, 2*r)),
		C: exact.HStack(m, pn.Mul(inverse)),
		Q: exact.VStack(exact.HStack(none, none), exact.HStack(none, g)),
		R: process.P.Sub(pn.Mul(inverse).Mul(pn.T())),
	}
	var a, c, q, rv [][]float64
	for _, x := range []struct {
		field string
		want  *exact.Matrix
		got   *[][]float64
	}{{"A", want.A, &a}, {"C", want.C, &c}, {"Q", want.Q, &q}, {"R", want.R, &rv}} {
		group.decode(x.field, x.got)
		group.matrix(x.field, matrixOf(x.want.Float64()))
	}
	group.matrix("R", l.R().Dense())
	group.whole("R_rank", want.R.Rank(), rankOf(t, l.R().Dense()))
	left := product(l.R().Dense(), matrixOf(n.Float64()))
	group.truth("RN_is_zero", want.R.Mul(n).IsZero(), mat.Norm(left, 2) <= agreement*mat.Norm(l.R().Dense(), 2)*mat.Norm(matrixOf(n.Float64()), 2))
	v, err := want.StateCovariance() // an error unless it is stable
	require.NoError(t, err)
	group.truth("stationary_ok_exact", want.A.Mul(v).Mul(want.A.T()).Add(want.Q).Equal(v))
	same := func(from, to int) bool {
		for k := from; k <= to; k++ {
			x, err := want.Autocovariance(k)
			require.NoError(t, err)
			y, err := process.Autocovariance(k)
			require.NoError(t, err)
			if !x.Equal(y) {
				return false
			}
		}
		return true
	}
	group.truth("autocov0_ok_exact", same(0, 0))
	group.truth("autocov_1to6_ok_exact", same(1, 6))
	f.close("lds_2r", group)

	wide := newLDS(t, model.LDSConfig{A: matrixOf(a), C: matrixOf(c), Q: denseNoise(t, matrixOf(q)), R: denseNoise(t, matrixOf(rv))})
	var lambda [2][]*mat.Dense
	for i, l := range []*model.LDS{wide, l} {
		lambda[i], err = l.Autocovariances(6)
		require.NoError(t, err)
	}
	drive, narrow := product(wide.Q().Dense(), wide.C().T()), product(l.Q().Dense(), l.C().T())
	for k := range lambda[0] {
		f.near("Λ_k of the converted", lambda[1][k], rowsOf(lambda[0][k]))
		x, err := process.Autocovariance(k)
		require.NoError(t, err)
		f.near("Λ_k in rationals", lambda[1][k], x.Float64())
		f.near("C A^k Q Cᵀ", product(l.C(), narrow), rowsOf(product(wide.C(), drive)))
		drive, narrow = product(wide.A(), drive), product(l.A(), narrow)
	}
	return wide
}
