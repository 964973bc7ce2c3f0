package api_test

import (
	"testing"

	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/internal/store/storetest"
)

func TestZZDemo(t *testing.T) {
	newHouse(t, storetest.Open(t, store.SQLite), false)
}
