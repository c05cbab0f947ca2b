package fitting

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const fiveRows = "0,1,0.5,-1\n1,0,2,3\n-1,0,1e-3,4\n2,2,5,6\n3,-4,7,8\n"

func TestRows(t *testing.T) {
	for _, text := range []string{fiveRows, "x,y,dx,dy\n" + fiveRows, "\ufeffx,y,dx,dy\r\n" + strings.ReplaceAll(fiveRows, "\n", "\r\n"), strings.ReplaceAll(fiveRows, ",", ", ")} {
		p, err := readProblem("f.csv", strings.NewReader(text), 0)
		require.NoError(t, err)
		require.Equal(t, 2, p.Rank())
		require.Nil(t, p.Field)
		require.Equal(t, []float64{-1, -4}, p.Region.Lower)
		require.Equal(t, []float64{3, 2}, p.Region.Upper)
		require.Equal(t, []float64{0, 1}, p.Start)
		require.Equal(t, [][]float64{{0, 1}, {1, 0}, {-1, 0}, {2, 2}, {3, -4}}, p.rows.points)
		require.Equal(t, [][]float64{{0.5, -1}, {2, 3}, {1e-3, 4}, {5, 6}, {7, 8}}, p.rows.values)
		require.Contains(t, p.Read, "f.csv: 5 rows, R = 2; the columns are x")
	}
	p, err := readProblem("f.csv", strings.NewReader("x,y,dx,dy\n"+fiveRows), 2)
	require.NoError(t, err)
	require.Contains(t, p.Read, "the columns are x, y, dx, dy")
	p, err = readProblem("f.csv", strings.NewReader("1,2\n2,3\n3,4\n4,5\n5,6\n"), 0)
	require.NoError(t, err)
	require.Equal(t, 1, p.Rank())
}

func TestBadRows(t *testing.T) {
	for text, problem := range map[string]string{
		"":                               "f.csv: no rows of numbers",
		"x,dx\n":                         "f.csv: no rows of numbers",
		"1,2,3\n":                        "f.csv: 3 columns, want an even number, x1,…,xR,dx1,…,dxR",
		"1,2\n1,2\n":                     "f.csv: 2 rows, want at least 5",
		"1,2,3,4\n1,2,3\n":               "f.csv:2:1: wrong number of fields",
		"x,dx\n1,2,3,4\n":                "f.csv:2:1: wrong number of fields",
		"1,2\n3,\"4\n":                   `f.csv:2:6: extraneous or missing " in quoted-field`,
		"1,2\n3,4\"4\n":                  `f.csv:2:4: bare " in non-quoted-field`,
		"1,2\n3,four\n":                  `f.csv:2:3: column 2 is "four", want a number`,
		"1,two\n3,4\n":                   `f.csv:1:3: column 2 is "two", want a number`, // no header: 1 is a number
		"x,dx\n1,2\n3,\n":                `f.csv:3:3: column 2 is "", want a number`,
		"1,2\n3,NaN\n":                   "f.csv:2:3: column 2 is NaN, want a finite number",
		"NaN,NaN\n1,2\n":                 "f.csv:1:1: column 1 is NaN, want a finite number",
		"1,-Inf\n":                       "f.csv:1:3: column 2 is -Inf, want a finite number",
		"1,1e999\n":                      `f.csv:1:3: column 2 is "1e999", beyond the range of float64`,
		"1;2\n3;4\n":                     "f.csv: no rows of numbers", // names, as far as one can tell, and then
		strings.Repeat("1,", 13) + "1\n": "f.csv: rank is 7, want at most 6",
	} {
		if text == "1;2\n3;4\n" {
			problem = `f.csv:2:1: column 1 is "3;4", want a number`
		}
		_, err := readProblem("f.csv", strings.NewReader(text), 0)
		require.ErrorContains(t, err, problem, "%q", text)
	}
	_, err := readProblem("f.csv", strings.NewReader(fiveRows), 3)
	require.ErrorContains(t, err, "f.csv: 4 columns, want 6, x1,…,xR,dx1,…,dxR for rank R = 3")
	_, err = readProblem("f.csv", strings.NewReader(strings.Repeat("1,2\n", mostRows+1)), 0)
	require.ErrorContains(t, err, "f.csv: more than 100000 rows")
	_, err = ReadProblem(filepath.Join(t.TempDir(), "none.csv"), 0)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = ReadProblem(t.TempDir(), 0)
	require.ErrorContains(t, err, "not a regular file")
}
