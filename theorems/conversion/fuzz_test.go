package conversion_test

import (
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/conversion"
	"github.com/rankproof/rankproof/theorems/theoremtest"
)

func FuzzConversion(f *testing.F) { theoremtest.Fuzz(f, theorems.Model(), conversion.Family()...) }
