package hunt

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/rankproof/rankproof/internal/report"
)

// Environment names what decides the last bits of numbers: the build's, and a
// digest of what the functions return that the processor's instructions
// change.
func Environment() string {
	digest := sha256.New()
	for i := range 512 {
		x := math.Ldexp(float64(i)-255.5, -4) * 1.000123
		for _, f := range []func(float64) float64{math.Exp, math.Tanh, math.Erf, math.Sin, math.Log1p, fused} {
			binary.Write(digest, binary.LittleEndian, f(math.Abs(x)))
		}
	}
	e := report.CurrentEnvironment()
	return fmt.Sprintf("%s %s %s numeric %s", e.Go, e.Platform, e.Level, hex.EncodeToString(digest.Sum(nil))[:12])
}

// fused rounds once or twice, as the compiler has it.
func fused(x float64) float64 { return x*x*1.1 - x*1.3 }

// Build names this program by a digest of its file: a version's name would not
// tell a changed bound from the one before. Its error is that of reading the file.
func Build() (string, error) {
	name, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	digest := sha256.New()
	if _, err := io.Copy(digest, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(digest.Sum(nil))[:16], nil
}
