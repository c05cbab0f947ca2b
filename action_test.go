package rankproof_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// action is action.yml, as far as it may go.
type action struct {
	Name, Description string
	Branding          map[string]string
	Inputs            map[string]struct {
		Description string
		Required    bool
		Default     string
	}
	Runs struct {
		Using string
		Steps []step
	}
}

type step struct {
	Name, Uses, Shell, Run string
	Directory              string `yaml:"working-directory"`
	With, Env              map[string]string
}

// TestAction runs the steps of action.yml one after the other, as a runner does:
// setting up Go apart, which has been done. What comes before the last depends on
// no input, and is done once. The verify that it builds is that of other tests.
func TestAction(t *testing.T) {
	file, err := os.Open("action.yml")
	require.NoError(t, err)
	defer file.Close()
	var a action
	d := yaml.NewDecoder(file)
	d.KnownFields(true)
	require.NoError(t, d.Decode(&a))
	require.Equal(t, "composite", a.Runs.Using)
	require.True(t, a.Inputs["command"].Required)
	for name, input := range a.Inputs {
		require.NotEmpty(t, input.Description, name)
	}

	temp, err := os.MkdirTemp(programsFolder, "") // the runner's, over all jobs
	require.NoError(t, err)
	last := len(a.Runs.Steps) - 1
	for _, s := range a.Runs.Steps[:last] {
		s.do(t, a, nil, t.TempDir(), temp, 0)
	}
	verify := filepath.Join(temp, "rankproof-verify") + ending
	require.FileExists(t, verify)
	programs["./cmd/verify"] = verify
	verify = filepath.ToSlash(verify)
	known := written(t, "known.json", `[{"id": "L3/modes/never seen", "reason": "a test"}]`)
	for _, c := range []struct {
		name   string
		inputs map[string]string
		exit   int
	}{
		{"passes", map[string]string{"command": verify + " serve", "only": "L3, L4", "checks": "60", "require": "L3,modes", "junit": "gate.xml", "seed": "2"}, 0},
		{"what is known passes", map[string]string{"command": verify + " serve", "only": "L3", "checks": "60", "known": known}, 1},
		{"required and not run", map[string]string{"command": verify + " serve", "only": "L3", "checks": "60", "require": "L4"}, 1},
		{"does not start", map[string]string{"command": "echo 'no licence' >&2; false"}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			workspace := t.TempDir()
			a.Runs.Steps[last].do(t, a, c.inputs, workspace, temp, c.exit)
			if file := c.inputs["junit"]; file != "" {
				require.FileExists(t, filepath.Join(workspace, file))
			}
		})
	}
}

var expression = regexp.MustCompile(`\$\{\{ *([a-z_.-]+) *\}\}`)

// do runs a step, with inputs; without any, what refers to one is refused.
func (s step) do(t *testing.T, a action, inputs map[string]string, workspace, temp string, exit int) {
	t.Helper()
	if s.Uses != "" {
		require.Regexp(t, `^actions/setup-go@v\d+$`, s.Uses)
		require.Empty(t, s.Run)
		return
	}
	here, err := os.Getwd()
	require.NoError(t, err)
	values := map[string]string{"github.action_path": here}
	for name, input := range a.Inputs {
		if inputs != nil {
			values["inputs."+name] = input.Default
		}
	}
	for name, value := range inputs {
		require.Contains(t, a.Inputs, name)
		values["inputs."+name] = value
	}
	value := func(text string) string {
		return expression.ReplaceAllStringFunc(text, func(found string) string {
			name := expression.FindStringSubmatch(found)[1]
			require.Contains(t, values, name)
			return values[name]
		})
	}
	require.NotRegexp(t, `\$\{\{`, s.Run, "an input in a script is run as a part of it")
	require.Equal(t, "bash", s.Shell)
	cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", written(t, "step.sh", s.Run)) // as GitHub's runners do
	if cmd.Dir = value(s.Directory); !filepath.IsAbs(cmd.Dir) {
		cmd.Dir = filepath.Join(workspace, cmd.Dir)
	}
	cmd.Env = append(os.Environ(), "RUNNER_TEMP="+temp, "GITHUB_ACTIONS=true")
	for name, text := range s.Env {
		cmd.Env = append(cmd.Env, name+"="+value(text))
	}
	requireExit(t, exit, cmd)
}
