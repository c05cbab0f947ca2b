// Package kubernetes_test holds the manifests of this folder to the types of
// the Kubernetes API, as strictly as its server does: a field that is misspelt
// there is no field.
package kubernetes_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	serializer "k8s.io/apimachinery/pkg/runtime/serializer/json"
	"sigs.k8s.io/yaml"
)

// decode decodes one object with no field that its type does not have.
func decode(text []byte) (runtime.Object, error) {
	scheme := runtime.NewScheme()
	if err := corev1.AddToScheme(scheme); err != nil {
		return nil, err
	}
	if err := batchv1.AddToScheme(scheme); err != nil {
		return nil, err
	}
	s := serializer.NewSerializerWithOptions(serializer.DefaultMetaFactory, scheme, scheme, serializer.SerializerOptions{Yaml: true, Strict: true})
	object, _, err := s.Decode(text, nil, nil)
	return object, err
}

// documents are the objects of a manifest, as text.
func documents(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n---\n")
}

var manifests = []string{"hunt.yaml", "merge.yaml"}

func TestManifestsAreOfTheAPI(t *testing.T) {
	for _, name := range manifests {
		for i, text := range documents(t, name) {
			object, err := decode([]byte(text))
			require.NoError(t, err, "%s, document %d", name, i+1)
			require.Contains(t, []string{"PersistentVolumeClaim", "Job"}, object.GetObjectKind().GroupVersionKind().Kind)
		}
	}
}

// TestMisspeltFieldsAreRefused misspells every field of every object, one at a
// time, in its letters and in their case.
func TestMisspeltFieldsAreRefused(t *testing.T) {
	tried := 0
	for _, name := range manifests {
		for _, text := range documents(t, name) {
			var tree map[string]any
			require.NoError(t, yaml.Unmarshal([]byte(text), &tree))
			fields(tree, "", func(path string, parent map[string]any, field string) {
				for _, wrong := range []string{field + "s", strings.ToUpper(field)} {
					tried++
					value := parent[field]
					delete(parent, field)
					parent[wrong] = value
					misspelt, err := yaml.Marshal(tree)
					require.NoError(t, err)
					_, err = decode(misspelt)
					require.Error(t, err, "%s: %s%s", name, path, wrong)
					delete(parent, wrong)
					parent[field] = value
				}
			})
		}
	}
	require.Greater(t, tried, 200)
}

// fields visits the fields below a value whose names are the API's: quantities
// have names that are not.
func fields(value any, path string, visit func(path string, parent map[string]any, field string)) {
	switch v := value.(type) {
	case map[string]any:
		for _, field := range slices.Sorted(maps.Keys(v)) {
			visit(path, v, field)
			if field != "requests" && field != "limits" {
				fields(v[field], path+field+".", visit)
			}
		}
	case []any:
		for i := range v {
			fields(v[i], fmt.Sprintf("%s%d.", path, i), visit)
		}
	}
}

// job returns the Job of a manifest.
func job(t *testing.T, name string) batchv1.JobSpec {
	t.Helper()
	for _, text := range documents(t, name) {
		object, err := decode([]byte(text))
		require.NoError(t, err)
		if j, ok := object.(*batchv1.Job); ok {
			return j.Spec
		}
	}
	t.Fatalf("%s has no Job", name)
	return batchv1.JobSpec{}
}

// TestHunt: the Job divides the plan into as many shards as it has indices, and
// does about exit statuses what they say.
func TestHunt(t *testing.T) {
	spec := job(t, "hunt.yaml")
	require.Equal(t, batchv1.IndexedCompletion, *spec.CompletionMode)
	hunt := spec.Template.Spec.Containers[0]
	at := slices.Index(hunt.Args, "--shard")
	require.GreaterOrEqual(t, at, 0)
	require.Equal(t, fmt.Sprintf("$(JOB_COMPLETION_INDEX)/%d", *spec.Completions), hunt.Args[at+1])
	require.Equal(t, corev1.RestartPolicyNever, spec.Template.Spec.RestartPolicy, "a failure policy needs it")
	require.Equal(t, batchv1.Failed, *spec.PodReplacementPolicy, "no two pods of an index at a time")
	require.Positive(t, *spec.BackoffLimitPerIndex)
	require.Nil(t, spec.BackoffLimit, "it would end the Job after failures of any index")

	does := map[int32]batchv1.PodFailurePolicyAction{}
	for _, rule := range spec.PodFailurePolicy.Rules {
		if rule.OnExitCodes == nil {
			continue
		}
		require.Equal(t, batchv1.PodFailurePolicyOnExitCodesOpIn, rule.OnExitCodes.Operator)
		for _, status := range rule.OnExitCodes.Values {
			does[status] = rule.Action
		}
	}
	require.Equal(t, map[int32]batchv1.PodFailurePolicyAction{
		1: batchv1.PodFailurePolicyActionFailIndex,
		2: batchv1.PodFailurePolicyActionFailJob,
		4: batchv1.PodFailurePolicyActionFailJob,
		// 3 and what kills counts, and is tried again
	}, does)

	merge := job(t, "merge.yaml")
	require.Equal(t, spec.Template.Spec.Volumes[0].PersistentVolumeClaim.ClaimName, merge.Template.Spec.Volumes[0].PersistentVolumeClaim.ClaimName)
	require.Equal(t, hunt.Image, merge.Template.Spec.Containers[0].Image)
	require.Zero(t, *merge.BackoffLimit)
}
