package exact

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

// decideCase is one instance of L2 and L9: W a 6×6 matrix of small integers and D a diagonal of small integers.
type decideCase struct {
	w [][]int64
	d []*big.Rat
}

func decideCases() []decideCase {
	r := rand.New(rand.NewPCG(40, 2023))
	cases := make([]decideCase, 60)
	for k := range cases {
		w := make([][]int64, 6)
		for i := range w {
			w[i] = make([]int64, 6)
			for j := range w[i] {
				if k%3 != 0 || j > i { // a third strictly triangular, hence nilpotent: the longest rank sequences
					w[i][j] = r.Int64N(7) - 3
				}
			}
		}
		if k%3 == 1 { // a third singular
			copy(w[5], w[0])
		}
		d := make([]*big.Rat, 6)
		for i := range d {
			d[i] = rat(r.Int64N(4), 1)
		}
		cases[k] = decideCase{w, d}
	}
	return cases
}

// decide returns whether WD and DW have one characteristic polynomial, and both rank sequences.
func (c decideCase) decide() (bool, []int, []int) {
	w, d := FromInt64(c.w), Diagonal(c.d)
	wd, dw := w.Mul(d), d.Mul(w)
	return wd.CharPoly().Equal(dw.CharPoly()), wd.RankSequence(6), dw.RankSequence(6)
}

func BenchmarkDecide6x6(b *testing.B) {
	cases := decideCases()
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if equal, _, _ := cases[i%len(cases)].decide(); !equal {
			b.Fatal("WD and DW must have one characteristic polynomial")
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "cases/s")
}

// BenchmarkStability6x6 decides both regions for the characteristic polynomial of W.
func BenchmarkStability6x6(b *testing.B) {
	cases := decideCases()
	polys := make([]Poly, len(cases))
	for k, c := range cases {
		polys[k] = FromInt64(c.w).CharPoly()
	}
	b.ResetTimer()
	for i := range b.N {
		p := polys[i%len(polys)]
		p.HalfPlane()
		p.UnitDisc()
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "cases/s")
}
