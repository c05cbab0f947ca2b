package bridges_test

import (
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/bridges"
	"github.com/rankproof/rankproof/theorems/theoremtest"
)

func FuzzBridges(f *testing.F) { theoremtest.Fuzz(f, theorems.Model(), bridges.Family()...) }
