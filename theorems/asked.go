package theorems

import (
	"reflect"
	"slices"
)

// idleTurns is how often a claim may not ask for what a twin gets wrong before
// others have its turns.
const idleTurns = 2

// turnsOf are claims in turn, as long as they ask for what a twin gets wrong: costly
// ones in every second round, since most twins are refuted before it.
type turnsOf struct {
	all, left []Check
	idle      []int // of those left
	at        int
}

func newTurnsOf(checks []Check) *turnsOf {
	var cheap, costly []Check
	for _, c := range checks {
		if c.IsCostly() {
			costly = append(costly, c)
		} else {
			cheap = append(cheap, c)
		}
	}
	left := cheap
	if len(costly) > 0 {
		left = slices.Concat(cheap, cheap, costly)
	}
	return &turnsOf{all: checks, left: slices.Clone(left), idle: make([]int, len(left)), at: -1}
}

func (t *turnsOf) next() Check {
	t.at = (t.at + 1) % len(t.left)
	return t.left[t.at]
}

// pass says that the claim whose turn it was did not ask.
func (t *turnsOf) pass() {
	t.idle[t.at]++
	switch {
	case t.idle[t.at] < idleTurns:
	case len(t.left) == 1: // none asks: all have their turns
		*t = *newTurnsOf(t.all)
	default:
		t.left, t.idle = slices.Delete(t.left, t.at, t.at+1), slices.Delete(t.idle, t.at, t.at+1)
		t.at--
	}
}

// watchBroken returns a broken subject that tells whether a function in which it
// differs from the whole one has been asked since it told last. Where the two
// differ in no function, it always has: what differs is not known.
func watchBroken(whole, broken Subject) (watched Subject, asked func() bool) {
	w := &askedWatch{}
	w.watch(reflect.ValueOf(&broken).Elem(), reflect.ValueOf(whole))
	return broken, func() bool {
		was := w.asked || !w.differs
		w.asked = false
		return was
	}
}

type askedWatch struct{ differs, asked bool }

// watch puts a function that takes note in the place of each that differs.
func (w *askedWatch) watch(broken, whole reflect.Value) {
	for i := range broken.NumField() {
		field, was := broken.Field(i), whole.Field(i)
		switch {
		case field.Kind() == reflect.Struct:
			w.watch(field, was)
		case field.Kind() == reflect.Func && !field.IsNil() && field.Pointer() != was.Pointer():
			w.differs = true
			f := reflect.ValueOf(field.Interface()) // not the field, which is about to change
			field.Set(reflect.MakeFunc(field.Type(), func(in []reflect.Value) []reflect.Value {
				w.asked = true
				return f.Call(in)
			}))
		}
	}
}
