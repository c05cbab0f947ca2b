package linearization_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/linearization"
	"github.com/stretchr/testify/require"
)

func TestScratch(t *testing.T) {
	require.NoError(t, theorems.Validate(linearization.Family()))
	for _, th := range linearization.Family() {
		r := th.Run(context.Background(), theorems.Model(), theorems.DefaultEffort(1, 2))
		fmt.Printf("%-4s %v inst %d margin %.3g unknown %d esc %d exact %d bits %.0f sec %.2f unvisited %v\n", r.Ref, r.Verdict, r.Instances, r.WorstMargin, r.Unknown, r.Escalated, r.Exact, r.CertificateBits(), r.Seconds, r.Unvisited)
		if r.Worst != nil {
			fmt.Println("     worst:", r.Worst.Check, r.Worst.Outcome.Worst)
		}
		for _, f := range r.Failures {
			fmt.Printf("     FAIL %s: %v\n        %+v\n", f.Check, f.Outcome, f.Case)
		}
		for _, p := range r.Proofs {
			if p.Err != nil {
				fmt.Println("     PROOF", p.Err)
			}
		}
		for _, tw := range r.Twins {
			fmt.Printf("     twin %-35s %v after %d by %s\n", tw.Name, tw.Refuted, tw.After, tw.By)
		}
		for _, w := range th.Needed {
			o := w.Check.On(theorems.Model(), w.Case)
			if o.Verdict != theorems.Fails {
				fmt.Println("     WITNESS DOES NOT FAIL:", w.Without, o)
			}
		}
	}
}
