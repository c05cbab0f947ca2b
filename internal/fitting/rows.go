package fitting

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/rankproof/rankproof/model"
)

const (
	mostRows   = 100_000
	fewestRows = 5 // one of them is held out
	fileTime   = 20
)

// ReadProblem returns the problem of a .csv file with rows x1,…,xR,dx1,…,dxR,
// the field dx at the state x, in units of 1/τ. The first row may be names. Rank
// 0 is what the file has.
func ReadProblem(path string, rank int) (*Problem, error) {
	// Before it is opened: a pipe would wait there for somebody who writes.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readProblem(path, f, rank)
}

func readProblem(path string, in io.Reader, rank int) (*Problem, error) {
	rows, header, err := readRows(path, in)
	if err != nil {
		return nil, err
	}
	switch columns := len(rows[0]); {
	case columns%2 != 0:
		return nil, fmt.Errorf("%s: %d columns, want an even number, x1,…,xR,dx1,…,dxR", path, columns)
	case rank == 0:
		rank = columns / 2
	case columns != 2*rank:
		return nil, fmt.Errorf("%s: %d columns, want %d, x1,…,xR,dx1,…,dxR for rank R = %d", path, columns, 2*rank, rank)
	}
	if rank > mostRank {
		return nil, fmt.Errorf("%s: rank is %d, want at most %d", path, rank, mostRank)
	}
	if len(rows) < fewestRows {
		return nil, fmt.Errorf("%s: %d rows, want at least %d", path, len(rows), fewestRows)
	}
	if header != nil && startsWithD(header[0]) && !startsWithD(header[rank]) {
		return nil, fmt.Errorf("%s:1: columns %s and on come first, want x1,…,xR before dx1,…,dxR", path, header[0])
	}
	p := &Problem{Name: path, Start: rows[0][:rank:rank], Time: fileTime,
		Region: model.Box{Lower: slices.Clone(rows[0][:rank]), Upper: slices.Clone(rows[0][:rank])}}
	if rank > 1 {
		p.Across[1] = 1
	}
	for _, row := range rows {
		p.rows.points, p.rows.values = append(p.rows.points, row[:rank:rank]), append(p.rows.values, row[rank:])
		for i, x := range row[:rank] {
			p.Region.Lower[i], p.Region.Upper[i] = math.Min(p.Region.Lower[i], x), math.Max(p.Region.Upper[i], x)
		}
	}
	columns := "the columns are x1,…,xR,dx1,…,dxR by their order"
	if header != nil {
		columns = "the columns are " + strings.Join(header, ", ")
	}
	p.Read = fmt.Sprintf("%s: %d rows, R = %d; %s", path, len(rows), rank, columns)
	return p, nil
}

// readRows returns the numbers of a file, and the names of its first row, nil
// if that is of numbers too.
func readRows(path string, in io.Reader) (rows [][]float64, header []string, err error) {
	r := csv.NewReader(in)
	r.TrimLeadingSpace = true
	for first := true; ; first = false {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if fault := (*csv.ParseError)(nil); errors.As(err, &fault) {
			return nil, nil, fmt.Errorf("%s:%d:%d: %w", path, fault.Line, fault.Column, fault.Err)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", path, err)
		}
		if first {
			record[0] = strings.TrimPrefix(record[0], "\ufeff") // of spreadsheets
			if areNames(record) {
				header = record
				continue
			}
		}
		row := make([]float64, len(record))
		for k, field := range record {
			x, err := strconv.ParseFloat(strings.TrimSpace(field), 64)
			line, column := r.FieldPos(k)
			switch {
			case errors.Is(err, strconv.ErrRange):
				return nil, nil, fmt.Errorf("%s:%d:%d: column %d is %.40q, beyond the range of float64", path, line, column, k+1, field)
			case err != nil:
				return nil, nil, fmt.Errorf("%s:%d:%d: column %d is %.40q, want a number", path, line, column, k+1, field)
			case math.IsNaN(x) || math.IsInf(x, 0):
				return nil, nil, fmt.Errorf("%s:%d:%d: column %d is %v, want a finite number", path, line, column, k+1, x)
			}
			row[k] = x
		}
		if rows = append(rows, row); len(rows) > mostRows {
			return nil, nil, fmt.Errorf("%s: more than %d rows", path, mostRows)
		}
	}
	if len(rows) == 0 {
		return nil, nil, fmt.Errorf("%s: no rows of numbers", path)
	}
	return rows, header, nil
}

// startsWithD says whether a name is one of a derivative: dx, d_x, dot …
func startsWithD(name string) bool {
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(name)), "d")
}

// areNames says whether no field is a number.
func areNames(record []string) bool {
	for _, field := range record {
		if _, err := strconv.ParseFloat(strings.TrimSpace(field), 64); err == nil {
			return false
		}
	}
	return true
}
