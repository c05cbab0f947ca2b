package registry_test

import (
	"context"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
)

// BenchmarkCertificates proves every identity of a theorem for all of its
// shapes, N ≤ 16, to 128 bits.
func BenchmarkCertificates(b *testing.B) {
	for _, t := range registry.All() {
		if len(t.Certificates) == 0 {
			continue
		}
		t.Claims, t.Exact, t.Twins = nil, nil, nil
		b.Run(t.Ref, func(b *testing.B) {
			for i := range b.N {
				r := t.Run(context.Background(), theorems.Model(), theorems.DefaultEffort(uint64(i+1), 1))
				b.ReportMetric(r.CertificateBits(), "bits")
			}
		})
	}
}

// BenchmarkInstances judges random instances on one core: of a theorem's
// claims, and of its exact checks.
func BenchmarkInstances(b *testing.B) {
	for _, t := range registry.All() {
		for kind, checks := range map[string][]theorems.Check{"float": t.Claims, "exact": t.Exact} {
			if len(checks) == 0 {
				continue
			}
			b.Run(t.Ref+"/"+kind, func(b *testing.B) {
				s := theorems.Model()
				for i := range b.N {
					c := checks[i%len(checks)]
					c.On(s, c.Draw(uint64(i)*2654435761))
				}
			})
		}
	}
}
