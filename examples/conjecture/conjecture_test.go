package conjecture

import (
	"testing"

	"github.com/rankproof/rankproof/theorems/theoremtest"
)

func TestTheorem(t *testing.T)    { theoremtest.Run(t, Subject(), ParticipationRatio()) }
func TestHypotheses(t *testing.T) { theoremtest.Needed(t, Subject(), ParticipationRatio()) }
func TestTeeth(t *testing.T)      { theoremtest.Teeth(t, Subject(), ParticipationRatio()) }
func TestConjecture(t *testing.T) { theoremtest.Refute(t, GrowsWithLatents()) }
func FuzzTheorem(f *testing.F)    { theoremtest.Fuzz(f, Subject(), ParticipationRatio()) }
