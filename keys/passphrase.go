package keys

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/text/unicode/norm"
)

var (
	// ErrPassphraseWrong means that a passphrase opens none of the slots that ask for one.
	ErrPassphraseWrong = errors.New("this isn't the passphrase")
	// ErrPassphraseLength means that a passphrase is too short to protect anything, or absurdly long.
	ErrPassphraseLength = fmt.Errorf("a passphrase has from %d to %d characters", minPassphrase, maxPassphrase)
	// ErrPassphraseCost means that a slot asks for more memory or time than any lanyard sets.
	ErrPassphraseCost = fmt.Errorf("%w: it asks for more memory or time than a passphrase may cost", ErrSealFileDamaged)
)

// How long a new passphrase may be, in characters.
const (
	minPassphrase = 8
	maxPassphrase = 1000
)

// Cost is what trying one passphrase takes, by argon2id (RFC 9106). What is out of range is refused before anything is computed.
type Cost struct {
	Memory  uint32 `json:"memory_kib"` // in KiB, from 8 for each thread to 1 GiB
	Time    uint32 `json:"time"`       // how often it goes through the memory, from 1 to 64
	Threads uint8  `json:"threads"`    // from 1 to 64
}

// leastCost is where calibrating begins: what every machine that runs lanyard can bear.
var leastCost = Cost{Memory: 64 << 10, Time: 3, Threads: 4}

// The bounds of what Calibrate chooses, and of what is read from a file before anything is computed.
const (
	calibratedMemory = 256 << 10 // KiB; more, and a small machine couldn't open what a large one closed
	calibratedTime   = 12
	maxMemory        = 1 << 20 // KiB
	maxTime          = 64
	maxThreads       = 64
)

// valid reports whether a cost is one that argon2id takes, and that anybody would set.
func (c Cost) valid() bool {
	return c.Threads >= 1 && c.Threads <= maxThreads && c.Time >= 1 && c.Time <= maxTime &&
		c.Memory >= 8*uint32(c.Threads) && c.Memory <= maxMemory
}

// Calibrate returns the cost that takes about the target on this machine, and never less than 64 MiB gone through three
// times by four threads. It raises the memory first, since that is what an attacker pays most for.
func Calibrate(target time.Duration, now func() time.Time) Cost {
	return calibrate(target, func(c Cost) time.Duration {
		best, began := time.Duration(math.MaxInt64), now() // of a few: what else the machine is at can only make it slower
		for range 3 {
			start := now()
			if start.Sub(began) > target {
				break // busy, or slow: it isn't worth the wait
			}
			clear(argon2.IDKey([]byte("how long does this take?"), make([]byte, saltLen), c.Time, c.Memory, c.Threads, chacha20poly1305.KeySize))
			best = min(best, now().Sub(start))
		}
		return best
	})
}

func calibrate(target time.Duration, measure func(Cost) time.Duration) Cost {
	const step = 16 << 10 // KiB
	c := leastCost
	took := max(measure(c), time.Millisecond)
	c.Memory = uint32(min(max(float64(c.Memory)*float64(target)/float64(took), float64(c.Memory)), calibratedMemory)) / step * step
	if c.Memory > leastCost.Memory { // larger memory is slower by more than its size: look once more
		took = max(measure(c), time.Millisecond)
	}
	switch {
	case took > target:
		c.Memory = max(leastCost.Memory, uint32(float64(c.Memory)*float64(target)/float64(took))/step*step)
	case c.Memory == calibratedMemory:
		c.Time = uint32(min(max(float64(c.Time)*float64(target)/float64(took), float64(c.Time)), calibratedTime))
	}
	return c
}

// saltLen is the length of a passphrase's salt, in bytes.
const saltLen = 16

// passphraseParams are what a slot of a passphrase keeps beside the wrapped root key. None of it is secret.
type passphraseParams struct {
	KDF  string `json:"kdf"`
	Salt []byte `json:"salt"`
	Cost
	Check []byte `json:"check"` // over all of the slot: tells one that was damaged from a wrong passphrase
}

const kdfArgon2id = "argon2id"

// AddPassphrase adds a slot that opens with a passphrase of 8 to 1,000 characters, in UTF-8. The errors are ErrPassphraseLength and
// ErrPassphraseCost for what won't do. It takes as long as trying the passphrase will.
func (f *SealFile) AddPassphrase(root *Root, passphrase []byte, cost Cost, random io.Reader) (Slot, error) {
	if n := utf8.RuneCount(passphrase); n < minPassphrase || n > maxPassphrase {
		return Slot{}, ErrPassphraseLength
	}
	if !cost.valid() {
		return Slot{}, ErrPassphraseCost
	}
	salt, err := randomBytes(random, saltLen)
	if err != nil {
		return Slot{}, err
	}
	p := passphraseParams{KDF: kdfArgon2id, Salt: salt, Cost: cost}
	params, err := json.Marshal(p)
	if err != nil {
		return Slot{}, err
	}
	key := p.derive(passphrase)
	defer clear(key)
	return f.add(Slot{ID: f.nextSlot(), Type: SlotPassphrase, Params: params}, root, key)
}

// Cost returns what trying a passphrase on a slot takes. The answer is false for one that asks for none, or is damaged.
func (f *SealFile) Cost(s Slot) (Cost, bool) {
	if s.Type != SlotPassphrase {
		return Cost{}, false
	}
	p, err := f.passphraseParams(s)
	return p.Cost, err == nil
}

// UnlockPassphrase returns the root key by the slots that ask for a passphrase. The errors are ErrPassphraseWrong,
// ErrNoSlot when nothing asks for one, ErrSealFileOther and ErrSealFileDamaged.
func (f *SealFile) UnlockPassphrase(storeID string, passphrase []byte) (*Root, error) {
	root, err := f.unlockBy(storeID, SlotPassphrase, ErrNoSlot, func(s Slot) ([]byte, error) {
		p, err := f.passphraseParams(s)
		if err != nil {
			return nil, err
		}
		return p.derive(passphrase), nil
	})
	if errors.Is(err, errSlotShut) {
		return nil, ErrPassphraseWrong
	}
	return root, err
}

// derive stretches a passphrase into a key; wipe it after use. A passphrase is the same however its letters were composed.
func (p passphraseParams) derive(passphrase []byte) []byte {
	composed := norm.NFC.Append(make([]byte, 0, 3*len(passphrase)), passphrase...)
	defer clear(composed)
	return argon2.IDKey(composed, p.Salt, p.Time, p.Memory, p.Threads, chacha20poly1305.KeySize)
}

// passphraseParams reads a slot's parameters, and refuses those that can't be right before anything is computed.
func (f *SealFile) passphraseParams(s Slot) (passphraseParams, error) {
	var p passphraseParams
	if err := json.Unmarshal(s.Params, &p); err != nil || p.KDF != kdfArgon2id || len(p.Salt) != saltLen {
		return p, ErrSealFileDamaged
	}
	if !p.valid() {
		return p, ErrPassphraseCost
	}
	if !bytes.Equal(p.Check, f.checkOf(s, p)) {
		return p, ErrSealFileDamaged
	}
	return p, nil
}

// checked completes a passphrase's slot with the check over all of it.
func (f *SealFile) checked(s *Slot) error {
	if s.Type != SlotPassphrase {
		return nil
	}
	var p passphraseParams
	if err := json.Unmarshal(s.Params, &p); err != nil {
		return err
	}
	p.Check = f.checkOf(*s, p)
	var err error
	s.Params, err = json.Marshal(p)
	return err
}

// checkOf hashes what a slot says. It guards against accidents and hides nothing: all of it stands in the file.
func (f *SealFile) checkOf(s Slot, p passphraseParams) []byte {
	var b []byte
	for _, part := range [][]byte{[]byte(f.Store), []byte(s.Type), []byte(p.KDF), p.Salt, s.Wrapped} {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	for _, n := range []uint64{uint64(s.ID), uint64(p.Memory), uint64(p.Time), uint64(p.Threads)} {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	sum := sha256.Sum256(b)
	return sum[:8]
}
