package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/rankproof/rankproof/internal/gate"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/stretchr/testify/require"
)

// BenchmarkGate judges the same instances of every theorem by turns in this process
// and through children that are verify serve, and states how many instances a
// second that makes, and their ratio, for each number of requests in line.
func BenchmarkGate(b *testing.B) {
	b.Setenv(asVerify, "1")
	workers := runtime.GOMAXPROCS(0)
	for _, family := range []string{"L*", "S*", "M*", "X*"} {
		list, err := registry.Matching(family)
		require.NoError(b, err)
		for _, depth := range []int{1, 4, 16} {
			b.Run(fmt.Sprintf("%s/depth=%d", family[:1], depth), func(b *testing.B) {
				p, err := gate.New(context.Background(), gate.Options{Command: []string{os.Args[0], "serve"},
					Children: workers, Depth: depth, Start: time.Minute, Request: time.Minute})
				require.NoError(b, err)
				defer p.Close()
				child, err := p.Subject()
				require.NoError(b, err)
				var here, there time.Duration
				instances := 0
				judge := func(t theorems.Theorem, s theorems.Subject, workers int) time.Duration {
					e := theorems.DefaultEffort(1, workers)
					e.Checks = 60
					start := time.Now()
					r := t.RunClaims(context.Background(), s, e)
					require.Empty(b, r.Failures)
					return time.Since(start)
				}
				for b.Loop() {
					for _, t := range gate.Claims(list) {
						here += judge(t, theorems.Model(), workers)
						there += judge(t, child, workers*depth)
						instances += 60
					}
				}
				b.ReportMetric(float64(instances)/here.Seconds(), "here/s")
				b.ReportMetric(float64(instances)/there.Seconds(), "gated/s")
				b.ReportMetric(there.Seconds()/here.Seconds(), "ratio")
			})
		}
	}
}
