package meanfield_test

import (
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/meanfield"
	"github.com/rankproof/rankproof/theorems/theoremtest"
)

var dev = map[string]func() theorems.Theorem{"M2": meanfield.MeanField}

func TestDev(t *testing.T) {
	for name, of := range dev {
		t.Run(name, func(t *testing.T) {
			t.Run("valid", func(t *testing.T) {
				if err := theorems.Validate([]theorems.Theorem{of()}); err != nil {
					t.Fatal(err)
				}
			})
			t.Run("run", func(t *testing.T) { theoremtest.Run(t, theorems.Model(), of()) })
			t.Run("needed", func(t *testing.T) { theoremtest.Needed(t, theorems.Model(), of()) })
			t.Run("teeth", func(t *testing.T) { theoremtest.Teeth(t, theorems.Model(), of()) })
		})
	}
}
