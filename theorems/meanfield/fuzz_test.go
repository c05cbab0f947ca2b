package meanfield_test

import (
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/meanfield"
	"github.com/rankproof/rankproof/theorems/theoremtest"
)

func FuzzMeanfield(f *testing.F) { theoremtest.Fuzz(f, theorems.Model(), meanfield.Family()...) }
