// Package journal keeps what a hunt finds: an immutable plan, and append-only
// files of checksummed records, one a block of instances. What a directory of
// them says is a pure function of its contents.
package journal

import "encoding/json"

// Record is what was found on one block of instances of a theorem. A block is
// a function of the plan, the theorem and the index: who judged it, when, and
// what was judged before make no difference, Seconds apart.
type Record struct {
	Plan     string    `json:"plan"`    // digest of the plan
	Theorem  string    `json:"theorem"` // ID
	Block    int       `json:"block"`
	Kind     string    `json:"kind"` // how instances were found: draw, mutate, climb
	Counts             // of its instances
	Top      *Margin   `json:"top,omitempty"`   // the largest margin of those that hold
	Above    []Margin  `json:"above,omitempty"` // margins above those of the ledger; block and index name the instance
	Failures []Failure `json:"failures,omitempty"`
	Seconds  float64   `json:"seconds"`
}

// Counts are numbers of instances. Instances is the sum of the five after it.
type Counts struct {
	Instances int `json:"instances"`
	Holds     int `json:"holds"`
	Fails     int `json:"fails"`
	Unknown   int `json:"unknown"`
	Vacuous   int `json:"vacuous"`
	NotTried  int `json:"not_tried"`
	Exact     int `json:"exact"` // of all, those decided by exact arithmetic
}

// Add adds counts.
func (c *Counts) Add(d Counts) {
	c.Instances += d.Instances
	c.Holds += d.Holds
	c.Fails += d.Fails
	c.Unknown += d.Unknown
	c.Vacuous += d.Vacuous
	c.NotTried += d.NotTried
	c.Exact += d.Exact
}

// Margin is how near an instance came to a bound.
type Margin struct {
	Check  string  `json:"check"`
	What   string  `json:"what"`
	Margin float64 `json:"margin"`
	Index  int     `json:"index"` // of the instance in its block
}

// Failure is the first instance of a block on which a check failed in one way,
// as it was found.
type Failure struct {
	Check string          `json:"check"`
	What  string          `json:"what"` // the quantity, or the reason without numbers
	Exact bool            `json:"exact"`
	Found string          `json:"found"` // with numbers
	Index int             `json:"index"`
	Case  json.RawMessage `json:"case"`
}
