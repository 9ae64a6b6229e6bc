package tui

import (
	"os"
	"testing"
	"time"
)

// TestMain has all tests tell the time in UTC. It is set once and before them: a console that one of them left may still be
// reading in the background.
func TestMain(m *testing.M) {
	time.Local = time.UTC
	os.Exit(m.Run())
}
