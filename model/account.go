package model

import "time"

// Account is the company whose people and machines a store holds.
type Account struct {
	Version   uint64
	Name      string
	CreatedAt time.Time
}

func (a Account) ref() Ref { return Ref{KindAccount, AccountID} }

func (a Account) uniqueKeys() []uniqueKey { return nil }

func (a Account) appendRecord(b []byte) []byte {
	e := newEncoder(b, a.Version)
	e.text(a.Name)
	e.time(a.CreatedAt)
	return e.b
}

func decodeAccount(_ ID, b []byte, share bool) (a Account, ok bool) {
	d, version := newDecoder(b, share)
	a = Account{Version: version, Name: d.text(), CreatedAt: d.time()}
	return a, d.done()
}
