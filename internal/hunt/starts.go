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
	kept, err := replay.Corpus(corpus, list, registry.All())
	if err != nil {
		return g, "", err
	}
	extremes, err := replay.Ledger(ledger, list)
	if err != nil {
		return g, "", err
	}
	sum := sha256.New()
	for _, k := range append(kept, extremes...) {
		text, err := json.Marshal(k.Case)
		if err != nil {
			return g, "", fmt.Errorf("%s: %w", k.From, err)
		}
		fmt.Fprintf(sum, "%s\x00%s\x00%s\n", k.Theorem.ID, k.Check.Name, text)
		g.Starts[k.Theorem.ID] = append(g.Starts[k.Theorem.ID], Start{k.Check, k.Case})
	}
	for _, e := range ledger.Extremes { // what counts as above it
		fmt.Fprintf(sum, "%s\x00%s\x00%s\x00%v\n", e.Theorem, e.Check, e.What, e.Margin)
	}
	return g, hex.EncodeToString(sum.Sum(nil))[:16], nil
}
