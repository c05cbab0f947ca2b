package hunt

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/rankproof/rankproof/internal/replay"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
)

// NewGrounds returns what blocks are judged with: a subject, kept
// counterexamples, the instances of a ledger, and for each theorem of a list
// those that its checks take. Digest tells grounds apart.
func NewGrounds(s theorems.Subject, list []theorems.Theorem, corpus []registry.Kept, ledger *theorems.Ledger) (g Grounds, digest string, err error) {
	g = Grounds{Subject: s, Starts: map[string][]Start{}, Ledger: ledger}
	sum := sha256.New()
	add := func(name string, text []byte) error {
		c, t, check, err := theorems.ParseCounterexample(text, list)
		if t.ID == "" {
			return nil // of another theorem than these
		}
		if err == nil {
			err = replay.Admissible(c)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		fmt.Fprintf(sum, "%s\x00%s\x00%s\n", t.ID, check.Name, c.Case)
		g.Starts[t.ID] = append(g.Starts[t.ID], Start{check, c.Instance()})
		return nil
	}
	for _, k := range corpus {
		if err := add(k.Name, k.Text); err != nil {
			return g, "", err
		}
	}
	for _, e := range ledger.Extremes {
		text, err := json.Marshal(theorems.Counterexample{Theorem: e.Theorem, Check: e.Check, Case: e.Case})
		if err == nil {
			err = add("ledger", text)
		}
		if err != nil {
			return g, "", err
		}
		fmt.Fprintf(sum, "%s\x00%v\n", e.What, e.Margin)
	}
	return g, hex.EncodeToString(sum.Sum(nil))[:16], nil
}
