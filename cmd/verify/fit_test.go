package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rankproof/rankproof/internal/netfile"
	"github.com/stretchr/testify/require"
)

// quick makes a fit a fast one.
func quick(args ...string) []string {
	return append([]string{"fit", "--populations", "4", "--units", "80", "--time", "2"}, args...)
}

func rowsFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "Rows.CSV")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

const rotation = "x,y,dx,dy\n1,0,0,1\n0,1,-1,0\n-1,0,0,-1\n0,-1,1,0\n0,0,0,0\n2,0,0,2\n0,2,-2,0\n"

// TestFit gives arguments, and expects a status and fragments of what is said.
func TestFit(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(folder, "taken.json"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "mine.json"), []byte(`{"W": [[1]]}`), 0o600))
	for _, c := range []struct {
		args   []string
		status int
		want   []string
	}{
		{quick("--target", "vanderpol"), 0, []string{"vanderpol: rank R = 2, φ is tanh, ridge β = 0.001, seed 1", "41×41 points", "error on the grid", "\n  4       24", "expected of drawn loadings (M3)", "distances to the target:"}},
		{quick("--target", "lorenz", "--rank", "3", "--seed", "7"), 0, []string{"lorenz: rank R = 3", "seed 7", "13×13×13 points of [-22, 22]×[-29, 29]×[-2, 52]"}},
		{quick("--target", "bistable", "--nonlinearity", "erf", "--ridge", "0", "--match=false"), 0, []string{"φ is erf, ridge β = 0,", "(exact sizes, minimal completion); rms"}},
		{quick("--target", "cycle", "--start", "0.5, -0.5"), 0, []string{"from κ = (0.5, -0.5), for 2 τ"}},
		{quick("--target", "random", "--rank", "1"), 0, []string{"random: rank R = 1"}},
		{quick("--target", rowsFile(t, rotation)), 0, []string{"Rows.CSV: 7 rows, R = 2; the columns are x, y, dx, dy", "four of five rows", "from κ = (1, 0)", "distances to the mean field:"}},

		{[]string{"fit"}, 2, []string{"--target is missing, want vanderpol, lorenz, bistable, cycle, random, or a .csv file", "see verify fit --help"}},
		{quick("--target", "duffing"), 2, []string{`--target: there is no target "duffing", want vanderpol,`}},
		{quick("--target", "lorenz", "--rank", "2"), 2, []string{"lorenz has 3 dimensions", "rank is 2, want 3"}},
		{quick("--target", "random", "--rank", "9"), 2, []string{"rank is 9, want 1 to 6"}},
		{quick("--target", "vanderpol", "--rank", "-1"), 2, []string{"--rank is -1"}},
		{quick("--target", "vanderpol", "--populations", "0"), 2, []string{"--populations is 0, want 1 to 2000"}},
		{quick("--target", "vanderpol", "--populations", "2001"), 2, []string{"--populations is 2001"}},
		{quick("--target", "vanderpol", "--units", "3"), 2, []string{"--units is 3, want one a population, 4, to 10000000"}},
		{quick("--target", "vanderpol", "--units", "8"), 2, []string{"--units is 8, and 4 populations with moments of their own exactly need 12"}},
		{quick("--target", "vanderpol", "--units", "many"), 2, []string{"--units"}},
		{quick("--target", "vanderpol", "--ridge", "-1"), 2, []string{"--ridge is -1, want a number ≥ 0"}},
		{quick("--target", "vanderpol", "--ridge", "NaN"), 2, []string{"--ridge is NaN"}},
		{quick("--target", "vanderpol", "--ridge", "Inf"), 2, []string{"--ridge is +Inf"}},
		{quick("--target", "vanderpol", "--spread", "-0.1"), 2, []string{"--spread is -0.1"}},
		{quick("--target", "vanderpol", "--time", "-1"), 2, []string{"--time is -1, want 0 to 1000"}},
		{quick("--target", "vanderpol", "--time", "NaN"), 2, []string{"--time is NaN"}},
		{quick("--target", "vanderpol", "--seed", "-1"), 2, []string{"--seed"}},
		{quick("--target", "vanderpol", "--nonlinearity", "sigmoid"), 2, []string{`--nonlinearity: invalid input: nonlinearity "sigmoid" is unknown`}},
		{quick("--target", "vanderpol", "--start", "1"), 2, []string{"--start has 1 numbers, want 2, one a latent"}},
		{quick("--target", "vanderpol", "--start", "1,x"), 2, []string{`--start: entry 1, "x", is not a number`}},
		{quick("--target", "vanderpol", "--start", "1,NaN"), 2, []string{"--start: entry 1 is NaN"}},
		{quick("--target", "vanderpol", "--out", filepath.Join(folder, "none")), 2, []string{"is neither a .svg file nor a folder that exists"}},
		{quick("--target", "vanderpol", "-o", filepath.Join(folder, "none", "x.svg")), 2, []string{"--out: there is no folder"}},
		{quick("--target", "vanderpol", "-o", filepath.Join(folder, "taken.svg")), 2, []string{"taken.json is not a regular file"}},
		{quick("--target", "vanderpol", "-o", filepath.Join(folder, "mine.svg")), 2, []string{"mine.json, which is there and is none"}},
		{quick("--target", rowsFile(t, strings.Replace(rotation, "x,y,dx,dy", "dx,dy,x,y", 1))), 2, []string{"Rows.CSV:1: columns dx and on come first"}},
		{quick("--target", "nowhere.csv"), 2, []string{"nowhere.csv"}},
		{quick("--target", rowsFile(t, "1,2\n3,four\n")), 2, []string{`Rows.CSV:2:3: column 2 is "four", want a number`}},
		{quick("--target", rowsFile(t, rotation), "--rank", "1"), 2, []string{"4 columns, want 2, x1,…,xR,dx1,…,dxR for rank R = 1"}},
		{quick("--target", "vanderpol", "more"), 2, []string{`fit takes no arguments, but got "more"`}},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			got := verify(c.args...)
			require.Equal(t, c.status, got.status, "%s%s", got.out, got.err)
			said, silent := got.out, got.err
			if c.status > 1 {
				said, silent = got.err, got.out
				require.True(t, strings.HasPrefix(said, "verify: "), said)
			}
			require.Empty(t, silent)
			for _, want := range c.want {
				require.Contains(t, said, want)
			}
		})
	}
}

// TestFitFiles: picture and mixture are written, the same again for one seed,
// and verify check reads the mixture.
func TestFitFiles(t *testing.T) {
	var first []byte
	for range 2 {
		folder := t.TempDir()
		got := verify(quick("--target", "vanderpol", "--out", folder)...)
		require.Zero(t, got.status, got.err)
		picture, mixture := filepath.Join(folder, "vanderpol.svg"), filepath.Join(folder, "vanderpol.json")
		require.Contains(t, got.out, "\npicture: "+picture+"\nmixture: "+mixture+"\n")
		entries, err := os.ReadDir(folder)
		require.NoError(t, err)
		require.Len(t, entries, 2)
		svg, err := os.ReadFile(picture)
		require.NoError(t, err)
		require.Equal(t, 3, longPaths(t, svg), "target, mean field and network")
		text, err := os.ReadFile(mixture)
		require.NoError(t, err)
		m, err := netfile.LoadMixture(mixture)
		require.NoError(t, err)
		require.Equal(t, 4, m.Populations())
		require.Equal(t, 0.25, m.Population(3).Weight)
		all := append(svg, text...)
		if first == nil {
			first = all
		}
		require.True(t, bytes.Equal(first, all), "the bytes are those of the seed")
	}
	path := filepath.Join(t.TempDir(), "Picture.SVG")
	got := verify(quick("--target", rowsFile(t, rotation), "-o", path, "--json")...)
	require.Zero(t, got.status, got.err)
	var d struct {
		Target, Read, Picture, Mixture, Nonlinearity string
		Rank, Populations, Units                     int
		Ridge, Spread, Time                          float64
		Matched                                      bool `json:"moments_matched"`
		Seed                                         uint64
		Curve                                        []map[string]float64
		Errors                                       map[string]float64
		Start                                        []float64
		Trajectories                                 []struct {
			Name   string
			Period *float64
			Apart  float64 `json:"largest_distance"`
			Aside  float64 `json:"distance_of_curves"`
			End    []float64
		}
	}
	strictly(t, got.out, &d)
	require.Equal(t, path, d.Picture)
	require.Equal(t, strings.TrimSuffix(path, ".SVG")+".json", d.Mixture)
	require.Len(t, d.Curve, 3)
	require.Len(t, d.Trajectories, 2)
	require.FileExists(t, d.Mixture)
}

// longPaths parses an SVG to its end and counts the paths of trajectories.
func longPaths(t *testing.T, document []byte) (count int) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(document))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return count
		}
		require.NoError(t, err)
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "path" {
			for _, a := range e.Attr {
				if a.Name.Local == "d" && strings.Count(a.Value, "L") > 1000 {
					count++
				}
			}
		}
	}
}

// TestFitInterrupted gives up waiting for a fit, which goes on beside the tests after
// it: what comes after its interruption is little.
func TestFitInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	out, err := &bytes.Buffer{}, &cancelling{at: "fitting", cancel: cancel}
	folder := t.TempDir()
	status := execute(ctx, []string{"fit", "--target", "lorenz", "--populations", "20", "--units", "600", "--time", "1", "--out", folder}, streams{out: out, err: struct{ io.Writer }{err}, live: true}) // without its WriteString
	require.Equal(t, statusUnknown, status)
	require.Contains(t, err.String(), "lorenz: interrupted before there was anything to report")
	require.Empty(t, out.String())
	entries, e := os.ReadDir(folder)
	require.NoError(t, e)
	require.Empty(t, entries, "nothing is left behind")
}

// TestFitProgress is shown on a terminal, and wiped before the results.
func TestFitProgress(t *testing.T) {
	var out, err bytes.Buffer
	require.Zero(t, execute(context.Background(), quick("--target", "bistable"), streams{out: &out, err: &err, live: true}))
	require.Contains(t, err.String(), "fitting, P = 1")
	require.True(t, strings.HasSuffix(err.String(), "\r"))
	require.NotContains(t, err.String(), "\n")
}

func TestFitUnwritable(t *testing.T) {
	path := filepath.Join(t.TempDir(), strings.Repeat("x", 245)+".svg") // the files beside it have too long a name
	got := verify(quick("--target", "bistable", "--out", path)...)
	require.Equal(t, statusUnknown, got.status)
	require.Contains(t, got.err, "cannot write ")
	require.Contains(t, got.out, "distances to the target:", "the report is not lost with the file")
	for _, args := range [][]string{quick("--target", "bistable"), quick("--target", "bistable", "--json")} {
		var err strings.Builder
		require.Equal(t, statusUnknown, execute(context.Background(), args, streams{out: broken{}, err: &err}))
		require.Equal(t, 1, strings.Count(err.String(), "no space left"), err.String())
	}
}
