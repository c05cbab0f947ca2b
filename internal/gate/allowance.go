package gate

import (
	"maps"
	"sync"

	"github.com/rankproof/rankproof/theorems"
)

// What faults may cost, in crashes.
const (
	hang        = 12  // costs time
	ofTheorem   = 16  // one operation's, among the instances of one theorem
	ofShrinking = 16  // while one failure is shrunk
	ofOperation = 64  // one operation's, among the instances of all theorems
	ofAll       = 256 // of all
	ofSilent    = 16  // those of a child that has never answered
	// unrepeated bounds the children that end for no request's sake.
	unrepeated = 16
)

// asked is a request without its number.
type asked struct{ op, params string }

// allowance counts what faults cost, each request's once, and remembers them: a
// request that a fresh child did not answer is not asked again.
type allowance struct {
	lock    sync.Mutex
	faults  map[asked]*Fault
	reached bool // some limit, since the last theorem began
	charges
	theorem map[string]int // units by operation since the last theorem began
}

// charges are what was charged until now.
type charges struct {
	to       map[asked]bool
	ops      map[string]int // units by operation
	all      int
	answered bool
}

// refusal is why something is not asked, which makes it not tried.
type refusal string

func (r refusal) Error() string { return string(r) }

// Unwrap returns theorems.ErrNotImplemented.
func (r refusal) Unwrap() error { return theorems.ErrNotImplemented }

func newAllowance() *allowance {
	return &allowance{faults: map[asked]*Fault{}, theorem: map[string]int{}, charges: charges{to: map[asked]bool{}, ops: map[string]int{}}}
}

// look returns the fault that a request is known to end in, or why it is not to
// be asked.
func (a *allowance) look(r *request) error {
	a.lock.Lock()
	defer a.lock.Unlock()
	f := a.faults[r.asked]
	if err := a.refuse(r); err != nil && (f == nil || r.shrinking == nil) {
		return err
	}
	if f == nil {
		return nil
	}
	a.charge(r, f)
	return f
}

// refused returns why a request is not to be asked any more.
func (a *allowance) refused(r *request) error {
	a.lock.Lock()
	defer a.lock.Unlock()
	return a.refuse(r)
}

func (a *allowance) refuse(r *request) error {
	why := ""
	switch {
	case !a.answered && a.all >= ofSilent:
		why = "nothing is asked any more, as no request was ever answered"
	case a.all >= ofAll:
		why = "nothing is asked any more after so many faults"
	case r.shrinking != nil && *r.shrinking <= 0:
		why = "no more is asked to shrink this"
	case r.shrinking == nil && a.ops[r.op] >= ofOperation:
		why = r.op + " is not asked any more after so many faults"
	case r.shrinking == nil && a.theorem[r.op] >= ofTheorem:
		why = r.op + " is not asked any more in this theorem after so many faults"
	default:
		return nil
	}
	a.reached = true
	return refusal(why)
}

// remember enters a fault.
func (a *allowance) remember(r *request, f *Fault) {
	a.lock.Lock()
	defer a.lock.Unlock()
	a.faults[r.asked] = f
	a.charge(r, f)
}

func (a *allowance) charge(r *request, f *Fault) {
	if a.to[r.asked] {
		return
	}
	a.to[r.asked] = true
	units := f.units()
	a.all += units
	if r.shrinking != nil {
		*r.shrinking -= units
	} else {
		a.ops[r.op] += units
		a.theorem[r.op] += units
	}
	a.reached = a.reached || a.theorem[r.op] >= ofTheorem || a.ops[r.op] >= ofOperation || a.all >= ofAll || !a.answered && a.all >= ofSilent
}

func (a *allowance) answer() {
	a.lock.Lock()
	a.answered = true
	a.lock.Unlock()
}

// begin begins a theorem, and returns what was charged before.
func (a *allowance) begin() charges {
	a.lock.Lock()
	defer a.lock.Unlock()
	clear(a.theorem)
	a.reached = false
	return a.charges.clone()
}

// again begins a theorem again, as if nothing of it had been asked; what is
// known of faults stays known.
func (a *allowance) again(before charges) {
	a.lock.Lock()
	defer a.lock.Unlock()
	clear(a.theorem)
	a.reached = false
	a.charges = before.clone()
}

func (c charges) clone() charges {
	c.to, c.ops = maps.Clone(c.to), maps.Clone(c.ops)
	return c
}

func (a *allowance) wasReached() bool {
	a.lock.Lock()
	defer a.lock.Unlock()
	return a.reached
}
