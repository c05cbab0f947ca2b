package linearization_test

import (
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/linearization"
	"github.com/rankproof/rankproof/theorems/theoremtest"
)

func FuzzLinearization(f *testing.F) { theoremtest.Fuzz(f, theorems.Model(), linearization.Family()...) }
