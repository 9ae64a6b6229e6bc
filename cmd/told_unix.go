//go:build unix

package cmd

import (
	"os/signal"
	"syscall"
	"time"
)

// dieOf ends the process by a signal. It returns only if it doesn't come.
func dieOf(s syscall.Signal) {
	signal.Reset(s)
	if syscall.Kill(syscall.Getpid(), s) == nil {
		time.Sleep(time.Second) // it is on its way
	}
}
