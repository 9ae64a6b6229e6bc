package model

// UserSkim reads one user after another into the same place, and no more of each than it is asked for: a letter typed over a
// million users has no time for the rest. It is for one goroutine.
type UserSkim struct {
	table *Table[User]
	chunk int // the one that was read from last: most often the next row is in it too
	user  User
	left  decoder // what wasn't read yet
	parts int     // how many were
}

// SkimUsers returns what reads the users of a table.
func SkimUsers(t *Table[User]) *UserSkim { return &UserSkim{table: t} }

// To goes to the user at a position from 0 to the table's Len()-1.
func (s *UserSkim) To(i int) {
	at := i - s.table.starts[s.chunk]
	if at < 0 || at >= len(s.table.chunks[s.chunk].ids) {
		s.chunk = s.table.chunkAt(i)
		at = i - s.table.starts[s.chunk]
	}
	s.left, _ = newDecoder(s.table.chunks[s.chunk].row(at), true)
	readNames(&s.left, &s.user)
	s.parts = 1
}

// Names is the user at hand, of whom only email and name are sure to be theirs.
func (s *UserSkim) Names() *User { return &s.user }

// Places is the user at hand with role, status, groups and workspaces too. The lists are overwritten by those of the next.
func (s *UserSkim) Places() *User {
	if s.parts == 1 {
		readPlaces(&s.left, &s.user)
		s.parts = 2
	}
	return &s.user
}

// Whole is all of the user at hand but the id and the version.
func (s *UserSkim) Whole() *User {
	s.Places()
	if s.parts == 2 {
		readRest(&s.left, &s.user)
		s.parts = 3
	}
	return &s.user
}
