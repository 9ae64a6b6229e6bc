//go:build unix

package db

import (
	"context"
	"os"
	"time"
)

// lockAlone waits for the only lock on a file.
func lockAlone(ctx context.Context, f *os.File, timeout time.Duration) error {
	return lock(ctx, f, true, timeout)
}
