package model_test
import ("testing";"fmt";"math"; "github.com/rankproof/rankproof/model")
func TestZZ(t *testing.T){
 must:=noiseOf(t)
 l:=newLatentSystem(t,"unit",model.LDSConfig{A: matrix([]float64{0,0},[]float64{1,0}), C: matrix([]float64{1,1}), Q: must(model.DiagonalNoise([]float64{1,0})), R: model.ZeroNoise(1)})
 w:=0.; wp:=0
 for p:=range 100 { x,err:=l.lds.MarkovLoss(p); y:=math.Log(float64(p+2)/float64(p+1))/2;  if err!=nil {panic(err)}; if e:=math.Abs(x/y-1); e>w {w=e;wp=p}}
 fmt.Println("e-",w,wp)
}
