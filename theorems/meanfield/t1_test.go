package meanfield

import (
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/theoremtest"
)

func t1() []theorems.Theorem {
	return []theorems.Theorem{ExactReduction(), Gauge(), WhatMatters(), Symmetry(), Completion()}
}

func TestT1Run(t *testing.T)    { theoremtest.Run(t, theorems.Model(), t1()...) }
func TestT1Teeth(t *testing.T)  { theoremtest.Teeth(t, theorems.Model(), t1()...) }
func TestT1Needed(t *testing.T) { theoremtest.Needed(t, theorems.Model(), t1()...) }
