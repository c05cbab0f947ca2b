package hunt_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/rankproof/rankproof/internal/hunt"
	"github.com/rankproof/rankproof/internal/journal"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/conjectures"
	"github.com/stretchr/testify/require"
)

// TestBlocksDiffer: no block judges the instances of another one, of another
// theorem or of another root seed; and each judges the same whenever it is asked.
func TestBlocksDiffer(t *testing.T) {
	l6 := theorem(t, "L9")
	_, o := ground(t, theorems.Model(), l6)
	other := l6
	other.ID = "another/theorem"
	o.Starts[other.ID] = o.Starts[l6.ID]
	first := map[string]string{}
	for root := range uint64(2) {
		o.Grounds.Seed, o.Grounds.Size = root, 4
		for _, th := range []theorems.Theorem{l6, other} {
			for block := range 16 {
				name, text := fmt.Sprint(root, th.ID, block), instances(t, o.Grounds, th, block)
				require.Equal(t, text, instances(t, o.Grounds, th, block), name)
				require.Empty(t, first[text], "block %s is another one", name)
				first[text] = name
			}
		}
	}
}

// instances are those of a block, as text.
func instances(t *testing.T, g hunt.Grounds, th theorems.Theorem, block int) string {
	t.Helper()
	text := ""
	g.Each(th, block, func(_ int, c theorems.Check, instance any, _ theorems.Outcome) bool {
		one, err := json.Marshal(instance)
		require.NoError(t, err)
		text += c.Name + string(one)
		return true
	})
	return text
}

// TestBlocksStartFromWhatWasKept: blocks that mutate or climb, and no others,
// depend on it.
func TestBlocksStartFromWhatWasKept(t *testing.T) {
	l6 := theorem(t, "L9")
	_, o := ground(t, theorems.Model(), l6)
	one, other := o.Grounds, o.Grounds
	one.Size, other.Size = 8, 8
	kept := o.Starts[l6.ID][0]
	one.Starts = map[string][]hunt.Start{l6.ID: {kept}}
	other.Starts = map[string][]hunt.Start{l6.ID: {{Check: kept.Check, Instance: kept.Check.Draw(1)}}}
	differ := [4]int{} // by kind
	for block := range 32 {
		if instances(t, one, l6, block) != instances(t, other, l6, block) {
			differ[block%4]++
		}
	}
	require.Zero(t, differ[0]+differ[2], "a block that draws")
	require.Equal(t, 8, differ[1], "blocks that mutate")
	require.Positive(t, differ[3], "blocks that climb")
}

// TestEveryClaimIsClimbed in its turn.
func TestEveryClaimIsClimbed(t *testing.T) {
	canary := conjectures.Canary()
	g := hunt.Grounds{Subject: theorems.Model(), Size: 1}
	climbed := map[string]bool{}
	for turn := range canary.Claims {
		g.Each(canary, 3+4*turn, func(_ int, c theorems.Check, _ any, _ theorems.Outcome) bool {
			climbed[c.Name] = true
			return true
		})
	}
	require.Len(t, climbed, len(canary.Claims))
}

// TestMarginsAboveTheLedger: a block records the largest margin of each quantity
// that is above that of the ledger, and of an empty ledger all are.
func TestMarginsAboveTheLedger(t *testing.T) {
	l6 := theorem(t, "L9")
	_, o := ground(t, theorems.Model(), l6)
	o.Grounds.Size = 40
	block := func(ledger *theorems.Ledger) journal.Record {
		o.Grounds.Ledger = ledger
		r, ok := o.Block(context.Background(), l6, 0, func([]string) {})
		require.True(t, ok)
		return r
	}
	r, ledger := block(&theorems.Ledger{}), &theorems.Ledger{}
	require.NotEmpty(t, r.Above)
	most := 0.0
	for _, m := range r.Above {
		most = max(most, m.Margin)
		ledger.Raise(theorems.Extreme{Theorem: l6.ID, Check: m.Check, What: m.What, Margin: m.Margin})
	}
	require.Equal(t, r.Top.Margin, most)
	require.Empty(t, block(ledger).Above)
}

// TestPartsDivideBlocks: every block is of one part, and parts have equally many
// blocks of each kind.
func TestPartsDivideBlocks(t *testing.T) {
	const kinds = 4
	for of := 1; of <= 12; of++ {
		counts := map[[2]int]int{} // by part and kind
		for block := range kinds * of {
			var parts []int
			for i := range of {
				if (hunt.Shard{Index: i, Of: of}).Has(block) {
					parts = append(parts, i)
				}
			}
			require.Len(t, parts, 1, "block %d of %d parts", block, of)
			counts[[2]int{parts[0], block % kinds}]++
		}
		require.Len(t, counts, kinds*of, "of %d parts one has no block of a kind", of)
	}
}

// TestFits: a plan is for one build, arithmetic, set of starts and statements.
func TestFits(t *testing.T) {
	here, _ := ground(t, theorems.Model(), theorem(t, "L9"))
	require.NoError(t, hunt.Fits(here, here))
	for want, change := range map[string]func(p *journal.Plan){
		"format":               func(p *journal.Plan) { p.Format++ },
		"build":                func(p *journal.Plan) { p.Build += "0" },
		"rounded differently":  func(p *journal.Plan) { p.Environment += "0" },
		"corpus or ledger":     func(p *journal.Plan) { p.Starts += "0" },
		"in another version":   func(p *journal.Plan) { p.Theorems[0].Version += "0" },
		"L9 (another/theorem)": func(p *journal.Plan) { p.Theorems[0].ID = "another/theorem" },
	} {
		p := here
		p.Theorems = slices.Clone(here.Theorems)
		change(&p)
		require.ErrorContains(t, hunt.Fits(p, here), want)
	}
}
