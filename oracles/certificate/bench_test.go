package certificate

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// benchmark proves an identity to 128 bits for all given shapes.
func benchmark(b *testing.B, id Identity, shapes []Shape) {
	rng := seeded(1)
	for b.Loop() {
		for _, s := range shapes {
			_, err := id.Prove(rng, s, 128)
			require.NoError(b, err)
		}
	}
}

func upTo16() (square, lowRank []Shape) {
	for n := 1; n <= 16; n++ {
		square = append(square, Shape{N: n})
		for r := 1; r <= n; r++ {
			lowRank = append(lowRank, Shape{N: n, R: r})
		}
	}
	return square, lowRank
}

func BenchmarkCharacteristicPolynomialsTo16(b *testing.B) {
	square, _ := upTo16()
	benchmark(b, characteristicPolynomials, square)
}

func BenchmarkLowRankPolynomialsTo16(b *testing.B) {
	_, lowRank := upTo16()
	benchmark(b, lowRankPolynomials, lowRank)
}

func BenchmarkLeftEigenvectorsTo16(b *testing.B) {
	square, _ := upTo16()
	benchmark(b, leftEigenvectors, square)
}
