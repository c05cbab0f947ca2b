package meanfield_test

import (
	"context"
	"testing"
	"time"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/meanfield"
	"github.com/rankproof/rankproof/theorems/theoremtest"
)

var dev = map[string]func() theorems.Theorem{"M2": meanfield.MeanField, "M6": meanfield.Trapping, "M9": meanfield.RankOne, "M3": meanfield.FiniteSize, "M15": meanfield.FromUnitsToField}

func TestDev(t *testing.T) {
	for name, of := range dev {
		t.Run(name, func(t *testing.T) {
			t.Run("valid", func(t *testing.T) {
				if err := theorems.Validate([]theorems.Theorem{of()}); err != nil {
					t.Fatal(err)
				}
			})
			t.Run("run", func(t *testing.T) { theoremtest.Run(t, theorems.Model(), of()) })
			t.Run("needed", func(t *testing.T) { theoremtest.Needed(t, theorems.Model(), of()) })
			t.Run("teeth", func(t *testing.T) { theoremtest.Teeth(t, theorems.Model(), of()) })
		})
	}
}

func TestClaims(t *testing.T) {
	for name, of := range dev {
		th := of()
		for _, c := range append(append([]theorems.Check(nil), th.Claims...), th.Exact...) {
			const n = 100
			var draw, judge time.Duration
			worst := 0.0
			unknown := 0
			for i := range n {
				a := time.Now()
				instance := c.Draw(uint64(i) * 7919)
				b := time.Now()
				out := c.On(theorems.Model(), instance)
				judge += time.Since(b)
				draw += b.Sub(a)
				worst = max(worst, out.Worst.Margin())
				if out.Verdict == theorems.Unknown {
					unknown++
				}
			}
			t.Logf("%-4s %-50s draw %8v judge %8v a piece, worst margin %.3g, %d unknown", name, c.Name, draw/n, judge/n, worst, unknown)
		}
		for _, c := range th.Certificates {
			a := time.Now()
			th := theorems.Theorem{Certificates: []theorems.Certificate{c}}
			th.Run(context.Background(), theorems.Model(), theorems.DefaultEffort(1, 1))
			t.Logf("%-4s certificate %v", name, time.Since(a))
		}
	}
}
