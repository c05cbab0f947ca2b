package hunt

import (
	"sync"

	"github.com/rankproof/rankproof/internal/journal"
	"github.com/rankproof/rankproof/theorems"
)

// Witness is a failure, shrunk.
type Witness struct {
	Theorem theorems.Theorem
	Failure theorems.Failure
}

// mostForms is how many failures of one kind are shrunk: one bug is told once,
// or a few times where it shows in different forms.
const mostForms = 3

// Shrunk returns a recorded failure with the simplest instance that fails in
// the same way; as it was found if it cannot be read, or fails no more.
func Shrunk(s theorems.Subject, t theorems.Theorem, f journal.Failure) (Witness, bool) {
	c, ok := t.CheckNamed(f.Check)
	if !ok {
		return Witness{}, false
	}
	instance, err := c.Decode(f.Case)
	if err != nil {
		return Witness{}, false
	}
	small := c.Shrink(s, instance)
	out := c.On(s, small)
	return Witness{t, theorems.Failure{Check: f.Check, Case: small, Outcome: out}}, out.Verdict == theorems.Fails
}

// witnesses are those of a hunt, by kind.
type witnesses struct {
	mutex sync.Mutex
	tried map[string]int // how many of a kind were shrunk
	kept  []Witness
}

// add shrinks a failure of a kind that is not known well enough yet.
func (w *witnesses) add(s theorems.Subject, t theorems.Theorem, f journal.Failure) {
	kind := t.ID + "\x00" + f.Check + "\x00" + f.What
	w.mutex.Lock()
	if w.tried == nil {
		w.tried = map[string]int{}
	}
	w.tried[kind]++
	enough := w.tried[kind] > mostForms
	w.mutex.Unlock()
	if enough {
		return
	}
	found, ok := Shrunk(s, t, f)
	if !ok {
		return
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.kept = append(w.kept, found)
}
