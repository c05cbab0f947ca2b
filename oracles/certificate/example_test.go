package certificate_test

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/rankproof/rankproof/oracles/certificate"
)

// W·D and D·W have the same characteristic polynomial, for every W and every diagonal D (10×10).
func ExampleIdentity_Prove() {
	id := certificate.Identity{
		Name: "one characteristic polynomial",
		Build: func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
			w, d := b.Matrix("W", s.N, s.N), b.Diagonal("D", s.N)
			tI := b.Identity(s.N).Scaled(b.Scalar("t"))
			return []certificate.Equation{tI.Minus(w.Times(d)).Det().Equals(tI.Minus(d.Times(w)).Det())}
		},
	}
	rng := rand.New(rand.NewPCG(1, 2))
	proof, err := id.Prove(rng, certificate.Shape{N: 10}, 128)
	fmt.Println(proof, err)
	// Output: N=10: degree ≤ 20, height ≤ 2^33, 3 evaluations, error ≤ 2^-167 <nil>
}

// But they have not the same right eigenvectors: (W·D)·V = V·J does not imply (D·W)·V = V·J.
func ExampleRefuted() {
	id := certificate.Identity{
		Name: "the same eigenvectors",
		Build: func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
			v, j, d := b.Matrix("V", s.N, s.N), b.Diagonal("J", s.N), b.Diagonal("D", s.N)
			w := v.Times(j).Times(v.Inverse()).Times(d.Inverse()) // so that W·D·V = V·J
			return []certificate.Equation{d.Times(w).Times(v).Equals(v.Times(j))}
		},
	}
	rng := rand.New(rand.NewPCG(1, 2))
	_, err := id.Prove(rng, certificate.Shape{N: 2}, 128)
	var refuted *certificate.Refuted
	fmt.Println(errors.As(err, &refuted))
	fmt.Println(refuted.Equation)

	_, err = id.Prove(rng, certificate.Shape{N: 1}, 128)
	fmt.Println("one unit:", err)
	// Output:
	// true
	// D·V·J·V⁻¹·D⁻¹·V = V·J
	// one unit: <nil>
}

// A linear network of rank R with generic noise P needs 2R latent dimensions: M and P·N together have rank 2R.
func ExampleRankClaim_Prove() {
	claim := certificate.RankClaim{
		Name: "latent dimension",
		Build: func(b *certificate.Builder, s certificate.Shape) certificate.Expr {
			m, n, p := b.Matrix("M", s.N, s.R), b.Matrix("N", s.N, s.R), b.Symmetric("P", s.N)
			return b.HStack(m, p.Times(n))
		},
		AtLeast: func(s certificate.Shape) int { return 2 * s.R },
	}
	rng := rand.New(rand.NewPCG(1, 2))
	proof, err := claim.Prove(rng, certificate.Shape{N: 8, R: 3})
	fmt.Println(proof.AtLeast, proof.Exact(), err)

	_, err = claim.Prove(rng, certificate.Shape{N: 5, R: 3})
	fmt.Println(err)
	// Output:
	// 6 true <nil>
	// certificate: latent dimension fails for N=5 R=3: [M, P·N] has rank 5 at random points, not 6
}
