package tui

// Vault keeps the sealing key of an account. Its methods may take a second: they are never called on the Update goroutine.
type Vault interface {
	// State says whether a passphrase is in use, and whether it has to be given first.
	State() VaultState

	// Open opens the sealing key with its passphrase. The error says what was wrong.
	Open(passphrase []byte) error

	// Lock forgets what Open opened.
	Lock()
}

// VaultState is how a vault stands.
type VaultState uint8

// The states of a vault.
const (
	VaultPlain  VaultState = iota // no passphrase is in use
	VaultOpen                     // it was given
	VaultLocked                   // it has to be given before anything can be changed or revealed
)
