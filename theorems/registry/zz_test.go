package registry_test
import ("testing";"fmt";"time"
"github.com/rankproof/rankproof/theorems"
"github.com/rankproof/rankproof/theorems/registry")
func TestZZ(t *testing.T){
 for _,th:=range registry.All(){
  for _,c:=range th.Claims{
   n:=map[string]int{}; var first string; st:=time.Now()
   for i:=range 40{ r:=th.Recheck(c.Name,c.Draw(theorems.SeedOf(3,c.Name,i))); k:=r.Verdict.String()+" "+r.By; n[k]++; if r.Verdict==theorems.Fails&&first==""{first=r.Reason}}
   fmt.Printf("%-4s %s: %v %s %v\n",th.Ref,c.Name,n,first,time.Since(st))
  }
 }
}
