package netfile

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/rankproof/rankproof/model"
)

// MaxJSONBytes is the largest .json file that is read, 128 MiB: a dense W of
// some 2,400 units.
const MaxJSONBytes = 128 << 20

// Network is a network as a file and its convention have it.
type Network struct {
	RNN  *model.RNN
	U    []float64  // the constant input (q), zero if the convention has none
	Form model.Form // what the state of the file's authors is: x or r

	// Alpha is the leak dt/τ of a network in discrete time, 0 for one in
	// continuous time. τ is 1, and dt = Alpha, if an archive's convention gives
	// it; a .json file has a τ of its own, and then dt = Alpha · τ.
	Alpha float64

	// ReadShift (N) is nil, except for a bias inside φ in activation form,
	// τ ẋ = −x + W φ(x + b) + B u. RNN is then in y = x + b, τ ẏ = −y + W φ(y)
	// + b + B u, and the file's own x is y − ReadShift.
	ReadShift []float64

	Labels  []int  // the population of each unit (N), nil if the file has none
	Summary string // one paragraph: how the file was read
}

// Load returns the network in a .npz or .json file. The convention of an
// archive must not be nil; that of a .json file may be.
func Load(path string, c *Convention) (*Network, error) {
	switch extension := strings.ToLower(filepath.Ext(path)); extension {
	case ".npz":
		return loadArchive(path, c)
	case ".json":
		return loadJSON(path, c)
	default:
		return nil, problemf(path, "extension %q: want .npz or .json", extension)
	}
}

// readFile returns the content of a file of at most limit bytes.
func readFile(path string, limit int64) ([]byte, error) {
	// Before it is opened: a pipe would wait there for somebody who writes.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, problemf(path, "not a regular file")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, err
	case info.Size() > limit:
		return nil, problemf(path, "%d bytes, above the limit of %d", info.Size(), limit)
	}
	return io.ReadAll(io.LimitReader(file, limit))
}

// setInput sets U, and refuses one that does not fit the network.
func (net *Network) setInput(file string, u []float64) error {
	net.U = make([]float64, net.RNN.Inputs())
	if u == nil {
		return nil
	}
	if len(u) != len(net.U) {
		return problemf(file, "u: %d numbers, want %d, one an input channel", len(u), len(net.U))
	}
	copy(net.U, u)
	return nil
}

// describe writes the end of Summary, which is common to both formats.
func (net *Network) describe(u []float64) string {
	text := fmt.Sprintf("φ is %s; %v form; ", net.RNN.Nonlinearity().Name(), net.Form)
	switch tau, one := net.RNN.ScalarTau(); {
	case net.Alpha > 0:
		text += fmt.Sprintf("discrete time with leak α = %v (τ = %v, dt = %v)", net.Alpha, tau, net.Alpha*tau)
	case one:
		text += fmt.Sprintf("continuous time with τ = %v", tau)
	default:
		text += "continuous time with a τ for each unit"
	}
	switch {
	case len(net.U) == 0:
		text += "; no input"
	case u == nil:
		text += fmt.Sprintf("; input u = 0 (%d channels, none given)", len(net.U))
	default:
		text += fmt.Sprintf("; input u = %v", net.U)
	}
	return text
}
