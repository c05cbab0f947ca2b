package report

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// Environment is what decides how numbers are rounded: the compiler, and the
// instructions that it may use (from GOAMD64=v3 on, and on arm64, it fuses
// multiplications with additions).
type Environment struct {
	Version  string `json:"-"`        // of this module
	Go       string `json:"go"`       // go1.25.0
	Platform string `json:"platform"` // linux/amd64
	Level    string `json:"level"`    // GOAMD64=v1; empty if the build does not say
}

// CurrentEnvironment returns that of this process.
func CurrentEnvironment() Environment {
	e := Environment{Version: "devel", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return e
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		e.Version = v
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "GO386", "GOAMD64", "GOARM", "GOARM64", "GOMIPS", "GOMIPS64", "GOPPC64", "GORISCV64":
			e.Level = s.Key + "=" + s.Value
		}
	}
	return e
}

// String returns all in a line.
func (e Environment) String() string {
	return strings.TrimSpace(fmt.Sprintf("verify %s, %s %s %s", e.Version, e.Go, e.Platform, e.Level))
}
