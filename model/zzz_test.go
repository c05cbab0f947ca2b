package model_test
import ("testing";"fmt";"math"; "github.com/rankproof/rankproof/model")
func TestZZ(t *testing.T){ 
	w:=[6]float64{}
	for i:=range 400 {
		rng := random(uint64(i))
		n,k := 1 + rng.IntN(5), 1+rng.IntN(4)
		must:=noiseOf(t)
		pw:=func(n int) []float64 { d:=make([]float64,n); for i:=range d {d[i]=math.Ldexp(1,-2*rng.IntN(31))}; return d}
		c:=model.LDSConfig{A: stable(rng,k,rng.IntN(5)), C: eighths(rng,n,k), Q: must(model.DiagonalNoise(pw(k))), R: must(model.DiagonalNoise(pw(n)))}
		if i%2==0 {c.Q=must(model.IsotropicNoise(k,1))}
		s:=newLatentSystem(t,"",c)
		y:=s.draw(t,rng,4)
		p,_:=s.oracle.Process()
		o:=model.Observations{Y:y}
		f,err:=s.lds.Filter(o)
		if err!=nil {fmt.Println(i,err);continue}
		sm,err:=s.lds.Smooth(o)
		if err!=nil {fmt.Println(i,err);continue}
		d,err:=p.LogDensity(y,nil)
		if err!=nil {fmt.Println(i,err);continue}
		e:=math.Abs(f.LogLikelihood-d.LogDensity)/(1+math.Abs(d.Quadratic))
		if !(e<=w[0]) {w[0]=e; fmt.Println("ll",i,e,d.Condition)}
		see:=func(k int, what string, got,want float64, size float64) { e:=math.Abs(got-want)/size; if !(e<=w[k]) {w[k]=e; fmt.Println(what,i,e,d.Condition)}}
		for tt:=1;tt<=4;tt++ {
			m,v,_:=p.Posterior(y,nil,tt,tt)
			ms,vs,_:=p.Posterior(y,nil,tt,4)
			for j:=range m {
				see(1,"filtered mean/sd",f.FilteredMean[tt-1][j],m[j],math.Sqrt(v[j][j]))
				see(2,"filtered var rel",f.FilteredCov[tt-1].At(j,j),v[j][j],v[j][j])
				see(3,"smoothed mean/sd",sm.Mean[tt-1][j],ms[j],math.Sqrt(vs[j][j]))
				see(4,"smoothed var rel",sm.Cov[tt-1].At(j,j),vs[j][j],vs[j][j])
			}
		}
		if i%8==0 {
		g,_:=s.lds.MarkovGap(); og:=p.MarkovGap()
		see(5,"gap rel",g,og,og)
		}
	}
	fmt.Println(w)
}
