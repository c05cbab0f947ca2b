package theorems

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"runtime"
	"sync"

	"gonum.org/v1/gonum/mat"
)

// Rounding names what rounds numbers here: a digest of the architecture, and of
// what functions and sums return that compiler, processor and kernels round as
// they like. Where it is the same, one program finds the same last bits.
func Rounding() string { return rounding() }

var rounding = sync.OnceValue(func() string {
	digest := sha256.New()
	digest.Write([]byte(runtime.GOARCH))
	addends := mat.NewVecDense(512, nil)
	for i := range 512 {
		x := math.Ldexp(float64(i)-255.5, -4) * 1.000123
		for _, f := range []func(float64) float64{math.Exp, math.Tanh, math.Erf, math.Sin, math.Log1p, fused} {
			binary.Write(digest, binary.LittleEndian, f(math.Abs(x)))
		}
		addends.SetVec(i, math.Sqrt(math.Abs(x)))
	}
	binary.Write(digest, binary.LittleEndian, mat.Dot(addends, addends))
	return hex.EncodeToString(digest.Sum(nil))[:12]
})

// fused rounds once or twice, as the compiler has it.
func fused(x float64) float64 { return x*x*1.1 - x*1.3 }
