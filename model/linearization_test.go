package model_test

import (
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// Both connectivities are the operator that their numbers say, to the bit for
// small integers.
func TestConnectivity(t *testing.T) {
	m, n := matrix([]float64{1, 2}, []float64{0, 1}, []float64{3, -1}), matrix([]float64{2, 0}, []float64{1, 1}, []float64{0, 4})
	low := lowRank(t, m, n, 0.5)
	require.Equal(t, 3, low.Units())
	require.Equal(t, 2, low.Rank())
	require.Equal(t, 0.5, low.Scale())
	w := matrix([]float64{1, 1.5, 4}, []float64{0, 0.5, 2}, []float64{3, 1, -2}) // ½ M Nᵀ
	require.True(t, mat.Equal(w, low.Dense()))
	require.True(t, mat.Equal(m, low.M()))
	require.True(t, mat.Equal(n, low.N()))

	kappa := make([]float64, 2)
	low.Latent(kappa, []float64{1, -1, 2})
	require.Equal(t, []float64{0.5 * (2 - 1), 0.5 * (-1 + 8)}, kappa)
	for _, c := range []model.Connectivity{low, dense(t, w)} {
		dst := []float64{99, 99, 99}
		c.Apply(dst, []float64{1, -1, 2})
		require.Equal(t, []float64{7.5, 3.5, -2}, dst)
		c.ApplyTranspose(dst, []float64{1, -1, 2})
		require.Equal(t, []float64{7, 3, -2}, dst)
		require.True(t, mat.Equal(w, c.Dense()))
	}
}

// M_x = τ⁻¹(−I + W D), M_r = τ⁻¹(−I + D W), τ⁻¹B, τ⁻¹D B, by hand, at slopes 1
// and ½ (softplus at ∞ and at 0) and time constants 2 and ¼.
func TestLinearizationByHand(t *testing.T) {
	const far = 1e3 // φ' = 1 there
	b := matrix([]float64{1, 2}, []float64{3, 4})
	for _, w := range []model.Connectivity{
		dense(t, matrix([]float64{4, 2}, []float64{-1, 6})),
		lowRank(t, matrix([]float64{4, 2}, []float64{-1, 6}), matrix([]float64{2, 0}, []float64{0, 2}), 0.5),
	} {
		net := network(t, w, model.Softplus(), withTau(2, 0.25), withInput(b))
		l := linearized(t, net, []float64{far, 0})
		require.Same(t, net, l.Network())
		require.Equal(t, []float64{1, 0.5}, l.Slopes())
		want := map[model.Form]*mat.Dense{
			model.Activation: matrix([]float64{(4 - 1) / 2.0, 2 * 0.5 / 2}, []float64{-1 * 4, (6*0.5 - 1) * 4}),
			model.Activity:   matrix([]float64{(4 - 1) / 2.0, 2 / 2.0}, []float64{-1 * 0.5 * 4, (6*0.5 - 1) * 4}),
		}
		inputs := map[model.Form]*mat.Dense{
			model.Activation: matrix([]float64{0.5, 1}, []float64{12, 16}),
			model.Activity:   matrix([]float64{0.5, 1}, []float64{6, 8}),
		}
		for _, form := range model.Forms {
			require.True(t, mat.Equal(want[form], l.Matrix(form)), "%v: %v", form, l.Matrix(form))
			require.True(t, mat.Equal(inputs[form], l.Input(form)), form)
			for _, v := range [][]float64{{1, 0}, {0, 1}, {2, -4}} {
				dst, product := make([]float64, 2), mat.NewVecDense(2, nil)
				l.Apply(form, dst, v)
				product.MulVec(want[form], mat.NewVecDense(2, v))
				require.Equal(t, product.RawVector().Data, dst, "%v: M v without forming M", form)
			}
		}
	}
	plain := network(t, dense(t, column(1)), model.Tanh())
	require.Nil(t, linearized(t, plain, nil).Input(model.Activity))
	require.Nil(t, plain.Input())
	require.Zero(t, plain.Inputs())
}

// Fields and the maps between the forms, by hand, with unit-wise τ and input.
func TestFieldsByHand(t *testing.T) {
	net := network(t, dense(t, matrix([]float64{0, 2}, []float64{-1, 1})), model.ReLU(),
		withTau(2, 0.25), withBias(1, -1), withInput(matrix([]float64{1, 0}, []float64{3, 1})))
	in := []float64{2, -1} // b + B u = (3, 4)
	field := func(form model.Form, state ...float64) []float64 {
		f, err := net.Field(form, state, in)
		require.NoError(t, err)
		return f
	}
	require.Equal(t, []float64{(-5 + 0 + 3) / 2.0, (2 - 5 + 4) * 4.0}, field(model.Activation, 5, -2)) // φ(x) = (5, 0)
	require.Equal(t, []float64{(-5 + 0) / 2.0, (2 + 0) * 4.0}, field(model.Activity, 5, -2)[:2])       // W r + b + Bu = (−1, −3)
	require.Equal(t, []float64{(-1 + 5) / 2.0, (-1 + 4) * 4.0}, field(model.Activity, 1, 1))           // (5, 4)

	x, err := net.ToActivation([]float64{1, 2}, in)
	require.NoError(t, err)
	require.Equal(t, []float64{4 + 3, -1 + 2 + 4}, x)
	r, err := net.ToActivity([]float64{-3, 4})
	require.NoError(t, err)
	require.Equal(t, []float64{0, 4}, r)
	d, err := net.Derivatives([]float64{-3, 4})
	require.NoError(t, err)
	require.Equal(t, []float64{0, 1}, d)

	require.Equal(t, 2, net.Inputs())
	require.Equal(t, []float64{1, -1}, net.Bias())
	require.Equal(t, 0.25, net.Tau(1))
	_, scalar := net.ScalarTau()
	require.False(t, scalar)
	tau, scalar := network(t, dense(t, mat.NewDense(2, 2, nil)), model.Tanh(), withTau(3, 3)).ScalarTau()
	require.True(t, scalar)
	require.Equal(t, 3.0, tau)
}

// The maps between forms by hand, unit-wise τ: there by D, back by
// (I+λτ)⁻¹W and (λI+τ⁻¹)⁻¹Wᵀτ⁻¹.
func TestCarryByHand(t *testing.T) {
	net := network(t, dense(t, matrix([]float64{0, 2}, []float64{-1, 1})), model.ReLU(), withTau(2, 0.25))
	l := linearized(t, net, []float64{1, -1}) // D = diag(1, 0)
	v, lambda := []complex128{1 + 1i, 4}, complex(1, 2)
	there, err := l.CarryRight(model.Activation, lambda, v)
	require.NoError(t, err)
	require.Equal(t, []complex128{1 + 1i, 0}, there)
	there, err = l.CarryLeft(model.Activity, lambda, v)
	require.NoError(t, err)
	require.Equal(t, []complex128{1 + 1i, 0}, there)

	// Divisors: 1 + λτ = (3+4i, 1.25+0.5i) and λ + 1/τ = (1.5+2i, 5+2i). Complex
	// division rounds a handful of times: 8u of the size.
	back, err := l.CarryRight(model.Activity, lambda, v)
	require.NoError(t, err)
	requireClose(t, []complex128{8 / (3 + 4i), (-1 - 1i + 4) / (1.25 + 0.5i)}, back)
	back, err = l.CarryLeft(model.Activation, lambda, v)
	require.NoError(t, err)
	requireClose(t, []complex128{-16 / (1.5 + 2i), (1 + 1i + 16) / (5 + 2i)}, back)

	for _, from := range model.Forms {
		pole := complex(-4, 0) // −1/τ_1
		right, errRight := l.CarryRight(from, pole, v)
		left, errLeft := l.CarryLeft(from, pole, v)
		if from == model.Activation {
			require.NoError(t, errRight)
			require.Len(t, right, 2)
			require.ErrorIs(t, errLeft, model.ErrNoImage)
			require.ErrorContains(t, errLeft, "(-4+0i) is −1/tau[1]")
		} else {
			require.NoError(t, errLeft)
			require.Len(t, left, 2)
			require.ErrorIs(t, errRight, model.ErrNoImage)
			require.ErrorContains(t, errRight, "(-4+0i) is −1/tau[1]")
		}
	}
	_, err = l.CarryRight(model.Activation, lambda, []complex128{0, 1})
	require.ErrorIs(t, err, model.ErrNoImage, "D v = 0")
	_, err = l.CarryLeft(model.Activity, lambda, []complex128{0, 1})
	require.ErrorIs(t, err, model.ErrNoImage, "D l = 0")
}

func requireClose(t testing.TB, want, got []complex128) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		require.LessOrEqual(t, math.Hypot(real(got[i]-want[i]), imag(got[i]-want[i])), 8*u*math.Hypot(real(want[i]), imag(want[i])))
	}
}
