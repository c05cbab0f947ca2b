package model_test
import ("testing";"fmt")
func TestZZ(t *testing.T){ s:=latentSystems(t,2)[1]; fmt.Println(s.oracle.R, s.lds.R().Kind()); d,f,h,_:=s.lds.R().Structure(); fmt.Println(d,f,h); fmt.Println(s.draw(t,random(1001),2))}
