package hunt

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/theorems"
)

// Environment names what decides the last bits of numbers: the build's, and what
// rounds them.
func Environment() string {
	e := report.CurrentEnvironment()
	return fmt.Sprintf("%s %s %s numeric %s", e.Go, e.Platform, e.Level, theorems.Rounding())
}

// Build names this program by a digest of its file: a version's name would not
// tell a changed bound from the one before. Its error is that of reading the file.
func Build() (string, error) {
	name, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	digest := sha256.New()
	if _, err := io.Copy(digest, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(digest.Sum(nil))[:16], nil
}
