package theoremtest

import (
	"encoding/binary"
	"testing"

	"github.com/rankproof/rankproof/theorems"
)

// Fuzz is a coverage-guided search for a failure of a family: any bytes are a
// check and an instance of it, which the check judges. A failure is reported
// shrunk, as Run does.
//
//	func FuzzMine(f *testing.F) { theoremtest.Fuzz(f, mySubject(), mytheorems.Family()...) }
func Fuzz(f *testing.F, s theorems.Subject, family ...theorems.Theorem) {
	d := DecoderOf(family...)
	f.Add([]byte{})
	for k := range 4 {
		f.Add([]byte{byte(k * 61), byte(k), 7, 0, 0, 2, 1, 1, 8, 0, 1, 200, 11, 3, 13, 1, 2})
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		th, c, instance := d.Decode(data)
		if c.On(s, instance).Verdict != theorems.Fails {
			return
		}
		small := c.Shrink(s, instance)
		failure := theorems.Failure{Check: c.Name, Case: small, Outcome: c.On(s, small)}
		w, err := theorems.NewCounterexample(th, s, failure)
		if err != nil {
			t.Fatal(err)
		}
		t.Errorf("%s fails: %v\n%s\n%s", th.Ref, failure.Outcome.Finding, w, keepIt)
	})
}

// Decoder reads bytes as instances of a family's checks, but for those that are
// too costly to be judged a thousand times.
type Decoder struct {
	theorems []theorems.Theorem
	checks   []theorems.Check // the theorem of each beside it
}

// DecoderOf returns the decoder of a family.
func DecoderOf(family ...theorems.Theorem) *Decoder {
	var d Decoder
	for _, th := range family {
		for _, list := range [][]theorems.Check{th.Claims, th.Exact} {
			for _, c := range list {
				if !c.IsCostly() {
					d.theorems, d.checks = append(d.theorems, th), append(d.checks, c)
				}
			}
		}
	}
	return &d
}

// Decode reads a check off the first byte, the seed of an instance off the next
// four, and moves that change it off the others, at most 64. Missing bytes of
// these five, and of a move that has begun, are zero: there are no bytes that are
// not an instance. Bytes are not its numbers, since hypotheses such as stability
// hold of what a generator draws, and of next to nothing that is put together.
func (d *Decoder) Decode(data []byte) (theorems.Theorem, theorems.Check, any) {
	head := make([]byte, 5)
	rest := data[copy(head, data):]
	k := int(head[0]) % len(d.checks)
	c := d.checks[k]
	seed := theorems.SeedOf(uint64(binary.LittleEndian.Uint32(head[1:])), c.Name, 0)
	return d.theorems[k], c, c.Mutate(c.Draw(seed), rest)
}
