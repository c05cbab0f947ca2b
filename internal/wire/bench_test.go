package wire

import (
	"testing"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/stretchr/testify/require"
)

// BenchmarkLoopback is what the wire costs beside the computation: the same
// question asked in process, and through the lines of Serve, both ways.
func BenchmarkLoopback(b *testing.B) {
	own := theorems.Model()
	for _, subject := range []struct {
		name string
		s    theorems.Subject
	}{{"in process", own}, {"through lines", remote(b, own)}} {
		for _, units := range []int{8, 100} {
			net, x := largeNetwork(b, units)
			for _, ask := range []struct {
				op string
				f  func(theorems.Subject) error
			}{
				{"linearize", func(s theorems.Subject) error { _, err := s.Linearize(net, x); return err }},
				{"modes", func(s theorems.Subject) error { _, err := s.Modes(net, x); return err }},
				{"simulate", func(s theorems.Subject) error {
					_, err := s.Simulate(net, model.Simulation{Start: x, Method: model.RK4, Dt: 0.1, Steps: 100})
					return err
				}},
			} {
				b.Run(ask.op+"/"+subject.name+"/"+map[int]string{8: "N=8", 100: "N=100"}[units], func(b *testing.B) {
					for b.Loop() {
						if err := ask.f(subject.s); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}

// largeNetwork is a dense one at a state.
func largeNetwork(b *testing.B, units int) (*model.RNN, []float64) {
	b.Helper()
	w, x := make([][]float64, units), make([]float64, units)
	for i := range w {
		w[i], x[i] = make([]float64, units), float64(i%7)/8
		for j := range w[i] {
			w[i][j] = float64((i*31+j*17)%23-11) / float64(7*units)
		}
	}
	net, err := generators.Network{W: w, Nonlinearity: "tanh", Tau: []float64{1}}.RNN(make([]float64, units))
	require.NoError(b, err)
	return net, x
}

// BenchmarkFamilyL is a round over the claims of family L, as a gate spends it.
func BenchmarkFamilyL(b *testing.B) {
	own := theorems.Model()
	for _, subject := range []struct {
		name string
		s    theorems.Subject
	}{{"in process", own}, {"through lines", remote(b, own)}} {
		b.Run(subject.name, func(b *testing.B) {
			list, err := registry.Matching("L*")
			require.NoError(b, err)
			seed := uint64(0)
			for b.Loop() {
				for _, th := range list {
					for _, c := range th.Claims {
						c.On(subject.s, c.Draw(seed))
					}
				}
				seed += 2
			}
		})
	}
}
