package precise

import "testing"

func BenchmarkPhi(b *testing.B) {
	for _, name := range Names() {
		for order := range MaxOrder + 1 {
			b.Run(name+"/"+string(rune('0'+order)), func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					x := float64(i%64-32)/8 + 0.01
					if _, err := Phi(name, x, order); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkActivationField(b *testing.B) {
	n, x, u := graded("tanh", 10, 2, 1)
	for b.Loop() {
		if _, err := n.ActivationField(x, u); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkActivityField(b *testing.B) {
	n, x, u := graded("tanh", 10, 2, 1)
	for b.Loop() {
		if _, err := n.ActivityField(x, u); err != nil {
			b.Fatal(err)
		}
	}
}
