package conversion

import (
	"encoding/json"
	"fmt"
	"github.com/rankproof/rankproof/theorems"
	"os"
	"strconv"
	"testing"
	"time"
)

func TestAdhoc(t *testing.T) {
	ref := os.Getenv("REF")
	if ref == "" {
		return
	}
	n, _ := strconv.Atoi(os.Getenv("COUNT"))
	if n == 0 {
		n = 200
	}
	for _, th := range Family() {
		if th.Ref != ref {
			continue
		}
		for _, c := range append(append([]theorems.Check{}, th.Claims...), th.Exact...) {
			reasons := map[string]int{}
			ex := map[string]string{}
			st := time.Now()
			var slow time.Duration
			var slowcase any
			var draw time.Duration
			for i := 0; i < n; i++ {
				s0 := time.Now()
				in := c.Draw(uint64(i) * 7919 * 2654435761)
				draw += time.Since(s0)
				s1 := time.Now()
				out := c.On(theorems.Model(), in)
				d := time.Since(s1)
				if d > slow {
					slow = d
					slowcase = in
				}
				if out.Verdict != theorems.Holds {
					k := out.Verdict.String() + " " + out.Reason + " " + out.Worst.What
					reasons[k]++
					if ex[k] == "" {
						b, _ := json.Marshal(in)
						ex[k] = fmt.Sprint(out.Finding) + " " + string(b)
					}
				}
				if out.Vacuous {
					reasons["vacuous"]++
				}
			}
			t.Logf("%s: %v each (draw %v), slowest %v", c.Name, time.Since(st)/time.Duration(n), draw/time.Duration(n), slow)
			if slow > 20*time.Millisecond {
				b, _ := json.Marshal(slowcase)
				t.Logf("   slow: %s", b)
			}
			for k, v := range reasons {
				t.Logf("   %d× %s   e.g. %.700s", v, k, ex[k])
			}
		}
	}
}
