package registry_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
)

func env(n string, d int) int {
	if v, err := strconv.Atoi(os.Getenv(n)); err == nil {
		return v
	}
	return d
}

func TestZZExplore(t *testing.T) {
	s := theorems.Model()
	only := os.Getenv("ONLY")
	if only == "" {
		only = "*"
	}
	list, _ := registry.Matching(only)
	n := env("K", 60)
	budget := time.Duration(env("MS", 1500)) * time.Millisecond
	for _, th := range list {
		for _, c := range append(append([]theorems.Check{}, th.Claims...), th.Exact...) {
			start := time.Now()
			kinds := map[string]int{}
			first := map[string]string{}
			counts := map[string]int{}
			var slow time.Duration
			var plain, mut time.Duration
			k := 0
			for ; k < n && time.Since(start) < budget; k++ {
				seed := theorems.SeedOf(uint64(env("SEED", 1)), "explore"+c.Name, k)
				rng := rand.New(rand.NewPCG(seed, 3))
				d := c.Draw(seed)
				moves := make([]byte, 4+rng.IntN(28))
				for i := range moves {
					moves[i] = byte(rng.Uint32())
				}
				if k%3 == 0 {
					a := time.Now()
					c.On(s, d)
					plain += 3 * time.Since(a)
				}
				m := c.Mutate(d, moves)
				if err := generators.CheckShape(m); err != nil {
					t.Errorf("%s %s: %v", th.Ref, c.Name, err)
				}
				if k%2 == 0 {
					x := c.Numbers(m)
					for i := range x {
						x[i] *= 1 + 0.1*rng.NormFloat64()
					}
					if y, ok := c.WithNumbers(m, x); ok {
						m = y
						counts["renewed"]++
					} else {
						counts["refused"]++
					}
				}
				a := time.Now()
				out := c.On(s, m)
				slow = max(slow, time.Since(a))
				mut += time.Since(a)
				key := out.Verdict.String()
				if out.Vacuous {
					key = "vacuous"
				}
				counts[key]++
				if out.Verdict == theorems.Fails {
					what := out.Worst.What
					if what == "" {
						what = out.Reason
					}
					what = regexp.MustCompile(`[0-9/^.\[\] \ne-]+`).ReplaceAllString(what, "#")
					if r := []rune(what); len(r) > 60 {
						what = string(r[:60])
					}
					kinds[what]++
					if first[what] == "" {
						fl := theorems.Failure{Check: c.Name, Case: m, Outcome: out}
						if os.Getenv("SHRINK") != "" {
							small := c.Shrink(s, m)
							fl = theorems.Failure{Check: c.Name, Case: small, Outcome: c.On(s, small)}
						}
						w, err := theorems.NewCounterexample(th, s, fl)
						if err != nil {
							first[what] = err.Error()
							continue
						}
						first[what], _ = w.JSON()
					}
				}
			}
			fmt.Printf("%-4s %-60s n=%d %v plain %v mut %v slowest %v\n", th.Ref, c.Name, k, counts, (plain / time.Duration(max(k, 1))).Round(10*time.Microsecond), (mut / time.Duration(max(k, 1))).Round(10*time.Microsecond), slow.Round(time.Millisecond))
			for w, m := range kinds {
				fmt.Printf("     FAIL %d× %s\n       %.900s\n", m, w, first[w])
			}
		}
	}
}
