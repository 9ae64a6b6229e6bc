// Package survive holds an account against what befalls files: processes that are killed, power that is cut, disks that
// fail or are full, bits that flip, and many processes at once. It has tests only; docs/survival.md tells what they try.
//
// In `go test ./...` each runs for a moment. `make survive` runs them as often as a change has to bear, and
// `make survive-long` as often as a release.
package survive
