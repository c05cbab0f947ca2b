package meanfield

import (
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/theoremtest"
)

func t3() []theorems.Theorem {
	return []theorems.Theorem{Truncation(), Centred(), Rotation(), Index(), Approximation()}
}

func TestT3Run(t *testing.T)    { theoremtest.Run(t, theorems.Model(), t3()...) }
func TestT3Teeth(t *testing.T)  { theoremtest.Teeth(t, theorems.Model(), t3()...) }
func TestT3Needed(t *testing.T) { theoremtest.Needed(t, theorems.Model(), t3()...) }
