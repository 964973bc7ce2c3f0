package api_test

import (
	"io/fs"

	"github.com/ki-styring/aims/seed"
)

func fsSub(dir string) (fs.FS, error) { return fs.Sub(seed.Files, dir) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
