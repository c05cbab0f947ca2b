package model_test
import ("testing";"fmt";"math";"github.com/rankproof/rankproof/model")
func TestAdhoc(t *testing.T) {
	for _, c := range []model.LDSConfig{
	 {A: matrix(row(-.75,0),row(1,-.75)), C: matrix(row(0,1)), Q: factored(t, row(0,0), column(0.000244140625,-7)), R: diagonal(t, 0)},
	 {A: matrix(row(.5,0),row(0,.5)), C: matrix(row(1,0),row(0,1)), Q: factored(t, row(0,1.4901161193847656e-8), column(-1,-1)), R: factored(t, row(0,0), column(0,1))},
	 {A: matrix(row(0,0,0),row(0,0,-1),row(0,-1.1937117960769683e-12,0)), C: matrix(row(0,-1,0)), Q: factored(t, row(0,0,0), column(-1,1,1)), R: diagonal(t, 0)},
	} {
		l := newLDS(t, c)
		d, err := l.Markov(0)
		law := lawOfLDS(t, l)
		fmt.Println(d, err, law.OrderLoss(1, 4), law.MarkovGap())
		z, o := law.Autocovariance(0), law.Autocovariance(1)
		tt := law.Autocovariance(2)
		if len(z) == 1 { fmt.Println("true", tt[0][0]/z[0][0] - o[0][0]*o[0][0]/z[0][0]/z[0][0]) }
	}
	_ = math.Pi
	worst := 0.0
	rng := random(13)
	for range 300 {
		n, r := 1+rng.IntN(4), 1+rng.IntN(2)
		m, nn := eighths(rng, n, r), eighths(rng, n, r)
		m.Scale(0.25, m)
		kinds := noiseKinds(t, rng, n)
		nearly := gaussian(rng, n, 2, 1)
		for i := range n { nearly.Set(i, 1, nearly.At(i, 0)+0x1p-20*nearly.At(i, 1)) }
		kinds["nearly of rank one"] = factored(t, make([]float64, n), nearly)
		for _, kind := range sortedKinds(kinds) {
			d, err := converted(t, linearNetwork(t, model.LinearRNNConfig{M: m, N: nn, P: kinds[kind]})).LDS.Markov(0)
			if err != nil { fmt.Println(err); continue }
			if d.Bound > 0 && d.Violation/d.Bound > worst { worst = d.Violation/d.Bound; fmt.Println(kind, d, worst) }
		}
	}
}
