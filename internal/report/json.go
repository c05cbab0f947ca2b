package report

import (
	"encoding/json"
	"io"
	"math"

	"github.com/rankproof/rankproof/theorems"
)

// Document is a run as JSON.
type Document struct {
	Version     string            `json:"version"`
	Seed        uint64            `json:"seed"`
	Checks      int               `json:"checks"`
	Corpus      *CorpusDocument   `json:"corpus,omitempty"`
	Ledger      *LedgerDocument   `json:"ledger,omitempty"`
	Theorems    []TheoremDocument `json:"theorems"`
	Interrupted bool              `json:"interrupted"`
	Environment Environment       `json:"environment"`
}

// CorpusDocument says how many kept counterexamples were judged again, and which
// files hold one that fails. What fails is among the failures of its theorem.
type CorpusDocument struct {
	Instances int      `json:"instances"`
	Failed    []string `json:"failed"`
}

// LedgerDocument says the same of the instances of the largest margins, how many
// bounds are slack by more than 10⁶, which entries are not what their instances
// give now, and which inequalities of the run have none.
type LedgerDocument struct {
	Inequalities int          `json:"inequalities"`
	Instances    int          `json:"instances"`
	Failed       []string     `json:"failed"`
	Slack        int          `json:"slack"`
	Stale        []StaleEntry `json:"stale,omitempty"`
	Missing      []string     `json:"missing,omitempty"`
}

// TheoremDocument is what a run found for a theorem, as JSON. The keys after
// seconds appear where they say something.
type TheoremDocument struct {
	Ref             string         `json:"ref"`
	ID              string         `json:"id"`
	Verdict         string         `json:"verdict"` // holds, refuted, unknown
	Instances       int            `json:"instances"`
	WorstMargin     float64        `json:"worst_margin"`
	Unknown         int            `json:"unknown"`
	Exact           int            `json:"exact"`
	CertificateBits float64        `json:"certificate_bits"`
	Twins           []TwinDocument `json:"twins"`
	Seconds         float64        `json:"seconds"`

	Certificates []ProofDocument           `json:"certificates,omitempty"`
	Failures     []theorems.Counterexample `json:"failures,omitempty"` // each is what verify replay reads
	Reasons      []string                  `json:"reasons,omitempty"`  // of another verdict than holds, failures apart
	NotTried     []string                  `json:"not_tried,omitempty"`
	Tags         map[string]int            `json:"tags,omitempty"`      // with --stats: instances by tag
	Unvisited    []string                  `json:"unvisited,omitempty"` // with --stats: declared edges
}

// TwinDocument is a false twin as JSON; after counts instances, 0 if it
// survived.
type TwinDocument struct {
	Name    string `json:"name"`
	Refuted bool   `json:"refuted"`
	After   int    `json:"after"`
}

// ProofDocument is a certificate as JSON.
type ProofDocument struct {
	Identity   string  `json:"identity"`
	Shapes     int     `json:"shapes"`
	Degree     int     `json:"degree"`
	Log2Height int     `json:"log2_height"`
	Bits       float64 `json:"bits"`
	Refuted    string  `json:"refuted,omitempty"`
}

// NewDocument returns the JSON of a run, with tags if stats are wanted.
func NewDocument(r Run, stats bool) (Document, error) {
	d := Document{Version: r.Environment.Version, Seed: r.Effort.Seed, Checks: r.Effort.Checks,
		Theorems: []TheoremDocument{}, Interrupted: r.Interrupted, Environment: r.Environment}
	if r.Corpus != nil {
		d.Corpus = &CorpusDocument{r.Corpus.Instances, r.Corpus.Names()}
	}
	if r.Ledger != nil {
		d.Ledger = &LedgerDocument{Inequalities: len(r.Bounds), Instances: r.Ledger.Instances, Failed: r.Ledger.Names(),
			Stale: r.Ledger.Stale, Missing: r.NotInLedger()}
		for _, l := range r.Bounds {
			if l.Slack() {
				d.Ledger.Slack++
			}
		}
	}
	for _, t := range r.Results {
		td := TheoremDocument{Ref: t.Ref, ID: t.ID, Verdict: t.Verdict.String(), Instances: t.Instances,
			WorstMargin: finite(t.WorstMargin), Unknown: t.Unknown, Exact: t.Exact, CertificateBits: finite(t.CertificateBits()),
			Twins: []TwinDocument{}, Seconds: t.Seconds, Reasons: t.Doubts(r.Effort.TwinAttempts), NotTried: t.NotTried}
		for _, tw := range t.Twins {
			td.Twins = append(td.Twins, TwinDocument{tw.Name, tw.Refuted, tw.After})
		}
		for _, p := range t.Proofs {
			pd := ProofDocument{p.Identity, p.Shapes, p.Degree, p.Log2Height, finite(p.Bits), ""}
			if p.Err != nil {
				pd.Refuted = p.Err.Error()
			}
			td.Certificates = append(td.Certificates, pd)
		}
		for _, f := range t.Failures {
			c, err := theorems.NewCounterexample(t.Theorem, r.Subject, f)
			if err != nil {
				return d, err
			}
			td.Failures = append(td.Failures, c)
		}
		if stats {
			td.Tags, td.Unvisited = t.Tags, unvisited(declared(t.Theorem), t.Tags)
		}
		d.Theorems = append(d.Theorems, td)
	}
	return d, nil
}

// finite keeps JSON from refusing a number. No instance that holds has a margin
// beyond 1, so that this changes none.
func finite(x float64) float64 {
	if math.IsNaN(x) {
		return math.MaxFloat64
	}
	return min(max(x, -math.MaxFloat64), math.MaxFloat64)
}

// WriteJSON writes a value indented, mathematical letters and brackets as they
// are.
func WriteJSON(w io.Writer, value any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(value)
}
