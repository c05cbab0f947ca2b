package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkRead is what a task or a merge reads when it starts: records of about the length that
// they have.
func BenchmarkRead(b *testing.B) {
	p := planOf(0, "linearization/input-gain", "meanfield/finite-size")
	p.BlockSize = 250
	var text []byte
	for block := range 2000 {
		r := recordOf(p, p.Theorems[block%2].ID, block)
		r.Seconds = float64(block) / 7919
		for i := range r.Above {
			r.Above[i].Check, r.Above[i].Margin = "variance, by two-dimensional quadrature", float64(block)/7919
		}
		if block%16 > 0 {
			r.Holds, r.Fails, r.Failures = r.Holds+r.Fails, 0, nil
		}
		for i := range r.Failures {
			r.Failures[i].Found = "refuted: ‖AB − BA‖ ≤ 1.25 ‖A‖ ‖B‖: error 189, bound 1.26e-12, scale 315"
			r.Failures[i].Case = fmt.Appendf(nil, `{"a":[[1,1,-0.9012666452908564],[0,1,1.078980389479052],[0,1,-0.%d]],"b":[[28.658439994735325,-49.140459370826605],[83.77064928094862,-7.24190475611631]]}`, block)
		}
		l, err := line(r)
		require.NoError(b, err)
		text = append(text, l...)
	}
	b.Logf("%d bytes a line", len(text)/2000)
	dir := b.TempDir()
	require.NoError(b, os.WriteFile(filepath.Join(dir, filePrefix+"host-1-0001"+fileSuffix), text, 0o600))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		_, problems, err := Merge(p, dir)
		require.NoError(b, err)
		require.Equal(b, 2000, problems.Records)
	}
}
