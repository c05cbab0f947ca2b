package model_test
import ("testing";"fmt"; "github.com/rankproof/rankproof/model")
func TestZZ(t *testing.T){ s:=latentSystems(t,278)[277]; fmt.Println(s.oracle, s.lds.R().Kind()); d,f,h,_:=s.lds.R().Structure(); fmt.Println(d,f,h); 
		rng := random(uint64(1277))
		steps := 1 + rng.IntN(6)
		obs := model.Observations{Y: s.draw(t, rng, steps)}
		if rng.IntN(2) == 0 {
			obs.Missing = holes(rng, obs.Y, 0.3)
		}
fmt.Println(obs.Y[:1],obs.Missing)
}
