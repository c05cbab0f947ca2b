package npz

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Write writes the arrays as an archive that Read and numpy.load accept:
// deflated members of format 1.0, dtype <f8, C order, whatever DType says. A name that Read would refuse, data of
// another length than Shape, and numbers that are not finite are errors.
func Write(w io.Writer, arrays ...Array) error {
	out := zip.NewWriter(w)
	seen := map[string]bool{}
	for _, a := range arrays {
		if a.Name == "" || strings.ContainsAny(a.Name, `/\`) || seen[a.Name] {
			return fmt.Errorf("array %q: its name is empty, has a path, or occurs twice", a.Name)
		}
		seen[a.Name] = true
		content, err := encode(a)
		if err != nil {
			return fmt.Errorf("array %q: %w", a.Name, err)
		}
		member, err := out.Create(a.Name + ".npy")
		if err != nil {
			return err
		}
		if _, err := member.Write(content); err != nil {
			return err
		}
	}
	return out.Close()
}

func encode(a Array) ([]byte, error) {
	count := 1
	dims := ""
	for _, d := range a.Shape {
		count *= d
		dims += strconv.Itoa(d) + ", "
	}
	if count != len(a.Data) {
		return nil, fmt.Errorf("shape %s is %d numbers, have %d", ShapeString(a.Shape), count, len(a.Data))
	}
	if len(a.Shape) > 1 {
		dims = strings.TrimSuffix(dims, ", ")
	}
	content := []byte(magic + "\x01\x00\x00\x00" + fmt.Sprintf("{'descr': '<f8', 'fortran_order': False, 'shape': (%s), }", dims))
	for len(content)%64 != 63 { // numpy aligns the numbers at 64 bytes
		content = append(content, ' ')
	}
	content = append(content, '\n')
	binary.LittleEndian.PutUint16(content[len(magic)+2:], uint16(len(content)-len(magic)-4))
	for k, x := range a.Data {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, fmt.Errorf("%s%s is %v", a.Name, index(k, a.Shape, false), x)
		}
		content = binary.LittleEndian.AppendUint64(content, math.Float64bits(x))
	}
	return content, nil
}
