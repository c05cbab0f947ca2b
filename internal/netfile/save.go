package netfile

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"gonum.org/v1/gonum/mat"

	"github.com/rankproof/rankproof/internal/npz"
	"github.com/rankproof/rankproof/model"
)

// CheckOutput refuses a path that Save could not write to, for its extension,
// its folder, or what is there already.
func CheckOutput(path string) error {
	if extension := strings.ToLower(filepath.Ext(path)); extension != ".npz" && extension != ".json" {
		return problemf(path, "extension %q: want .npz or .json", extension)
	}
	if there, err := os.Stat(path); err == nil && !there.Mode().IsRegular() {
		return problemf(path, "not a regular file")
	}
	folder := filepath.Dir(path)
	if there, err := os.Stat(folder); err != nil || !there.IsDir() {
		return problemf(path, "there is no folder %s", folder)
	}
	return nil
}

// Save writes the model to a .json or .npz file that LoadLinear reads. The file
// appears under its name when it is complete: after an error what was there
// before is there still, and nothing else.
func (l *Linear) Save(path string) error {
	if err := CheckOutput(path); err != nil {
		return err
	}
	return replaceFile(path, func(w io.Writer) error {
		if strings.EqualFold(filepath.Ext(path), ".npz") {
			return npz.Write(w, l.arrays()...)
		}
		counted := &counter{w: w}
		if err := l.WriteJSON(counted, ""); err != nil {
			return err
		}
		if _, err := io.WriteString(counted, "\n"); err != nil {
			return err
		}
		if counted.bytes > MaxJSONBytes {
			return problemf(path, "would have %d bytes, and above %d no .json file is read: write a .npz file", counted.bytes, MaxJSONBytes)
		}
		return nil
	})
}

// counter counts what passes.
type counter struct {
	w     io.Writer
	bytes int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.bytes += int64(n)
	return n, err
}

// replaceFile writes a file beside the one of that name, and then puts it in
// its place.
func replaceFile(path string, write func(io.Writer) error) (err error) {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // a link stays one
	}
	beside := fmt.Sprintf("%s.%d.tmp", path, os.Getpid())
	file, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	open := true
	defer func() {
		if open {
			file.Close() // the first error is the one to report
		}
		if err != nil {
			os.Remove(beside)
		}
	}()
	buffered := bufio.NewWriterSize(file, 1<<16)
	if err := write(buffered); err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	open = false
	if err := file.Close(); err != nil {
		return err
	}
	return os.Rename(beside, path)
}

// arrays returns the arrays that loadLinearArchive reads.
func (l *Linear) arrays() []npz.Array {
	var out []npz.Array
	add := func(name string, data []float64, shape ...int) {
		out = append(out, npz.Array{Name: name, Shape: shape, Data: data})
	}
	matrix := func(name string, m *mat.Dense, rows, cols int) {
		if m == nil {
			add(name, nil, rows, cols)
			return
		}
		rows, cols = m.Dims()
		add(name, m.RawMatrix().Data, rows, cols)
	}
	noise := func(name string, s model.Noise) {
		d, f, h, ok := s.Structure()
		switch {
		case !ok:
			matrix(name, mat.DenseCopyOf(s.Dense()), 0, 0)
		case s.Kind() == model.Isotropic && s.Dim() > 0:
			add(name, d[:1])
		default:
			add(name, d, s.Dim())
		}
		if f != nil {
			matrix(name+"_factor", f, 0, 0)
		}
		if h != nil {
			matrix(name+"_minus", h, 0, 0)
		}
	}
	n := l.Units()
	if l.LDS != nil {
		matrix("A", l.LDS.A(), 0, 0)
		matrix("C", l.LDS.C(), n, 0)
		noise("Q", l.LDS.Q())
		noise("R", l.LDS.R())
	} else if m, loadings, ok := l.RNN.Loadings(); ok {
		matrix("M", m, n, 0)
		matrix("N", loadings, n, 0)
		noise("P", l.RNN.P())
	} else {
		matrix("J", l.RNN.J(), n, n)
		noise("P", l.RNN.P())
	}
	if law, ok := l.Initial(); ok {
		add("mean", law.Mean, len(law.Mean))
		noise("cov", law.Cov)
	}
	return out
}
