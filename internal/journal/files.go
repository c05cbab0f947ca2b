package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
)

// Attempts write records-HOST-PID-0001.jsonl: nobody writes into a file that
// another process opened, so that no line is torn but the last of a file.
const (
	filePrefix = "records-"
	fileSuffix = ".jsonl"
)

// recordFiles returns the files of records in some directories, each once and
// sorted: what is made of them depends neither on the order of the directories
// nor on naming one twice.
func recordFiles(dirs []string) ([]string, error) {
	var paths []string
	seen := map[string]bool{}
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if !strings.HasPrefix(e.Name(), filePrefix) || !strings.HasSuffix(e.Name(), fileSuffix) {
				continue
			}
			path := filepath.Join(dir, e.Name())
			if info, err := os.Stat(path); vanished(path, err) {
				continue
			} else if err != nil {
				return nil, err
			} else if !info.Mode().IsRegular() { // a pipe would be waited for
				return nil, fmt.Errorf("%s: not a regular file", path)
			}
			file, err := filepath.Abs(path)
			if err == nil {
				file, err = filepath.EvalSymlinks(file)
			}
			if vanished(path, err) {
				continue
			}
			if err != nil {
				return nil, err
			}
			if !seen[file] {
				seen[file] = true
				paths = append(paths, path)
			}
		}
	}
	slices.Sort(paths)
	return paths, nil
}

// vanished reports whether a file is not there since its folder was listed: a
// journal that closes takes a file away in which there is nothing.
func vanished(path string, err error) bool {
	if !errors.Is(err, fs.ErrNotExist) {
		return false
	}
	_, err = os.Lstat(path) // a link to nowhere is there
	return errors.Is(err, fs.ErrNotExist)
}

// createFile opens a file of one's own in a directory.
func createFile(dir string) (file, string, error) {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	for attempt := 1; ; attempt++ {
		path := filepath.Join(dir, fmt.Sprintf("%s%s-%d-%04d%s", filePrefix, plain(host), os.Getpid(), attempt, fileSuffix))
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		switch {
		case err == nil:
			if err := syncFolder(dir); err != nil {
				f.Close() // the first error is the one to report
				return nil, path, err
			}
			return f, path, nil
		case !errors.Is(err, fs.ErrExist): // one of the same number may have been here, in another container
			return nil, path, err
		}
	}
}

// plain returns a name with nothing in it that a file name could not have.
func plain(name string) string {
	name = strings.Map(func(r rune) rune {
		if r == '.' || r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return '_'
	}, name)
	return name[:min(len(name), 100)]
}

// writeBeside writes a file in the folder of path, synced, and returns its name.
func writeBeside(path string, text []byte) (beside string, err error) {
	var f *os.File
	for attempt := 1; ; attempt++ {
		beside = fmt.Sprintf("%s.%d-%d.tmp", path, os.Getpid(), attempt)
		if f, err = os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666); !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	if err != nil {
		return "", err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		os.Remove(beside)
		return "", err
	}
	return beside, nil
}

// syncFolder makes names in a folder last.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" { // where a folder cannot be synced, and need not be
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.EINVAL) {
		return err
	}
	return nil
}

// inner returns what a path error says without the path, for messages that name it.
func inner(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}
