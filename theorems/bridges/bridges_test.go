package bridges

import (
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/theoremtest"
	"github.com/stretchr/testify/require"
)

func TestWIP(t *testing.T) {
	require.NoError(t, theorems.Validate(Family()))
	theoremtest.Run(t, theorems.Model(), Family()...)
}
func TestWIPTeeth(t *testing.T)  { theoremtest.Teeth(t, theorems.Model(), Family()...) }
func TestWIPNeeded(t *testing.T) { theoremtest.Needed(t, theorems.Model(), Family()...) }
