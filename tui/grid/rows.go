package grid

// Rows is an immutable list of rows, addressed by position. An id stays with its row when positions move. Everything here is called from several
// goroutines at once, so a list that changes is another list.
type Rows[T any] interface {
	// Len is how many rows there are.
	Len() int
	// At returns the row at a position, from 0 up to, not including, Len.
	At(pos int) T
	// ID returns the id of the row at a position.
	ID(pos int) uint64
	// Find returns the position of a row, or false where there is none of that id.
	Find(id uint64) (pos int, ok bool)
}

// Changer is what Rows may also be, so that one edit among a million rows doesn't cost sorting and filtering all of them.
type Changer[T any] interface {
	// Changed says which rows were added, removed or altered since prev, which was on the screen before. Rows that it doesn't name hold what they
	// held and stand in the same order among themselves, though their positions may have shifted. When it can't tell, ok is false. It has to be
	// quick: it is called while a key waits for its frame.
	Changed(prev Rows[T]) (ids []uint64, ok bool)
}

// Skimmer is what Rows may also be, so that a letter typed over a million rows reads a few bytes of each and makes none of them.
type Skimmer interface {
	// Skim gives what goes to a row, and what then tells the text that the filter looks at in each of these columns, which have Search. It is for
	// one goroutine. Rows that can't do it return nil.
	Skim(columns []string) (to func(pos int), texts []Text)
}

// Text tells what the filter looks at in one column of the row at hand.
type Text struct {
	Append func(b []byte) []byte // appends it: what SearchText appends, or the Cell's Text
	// Same, if it isn't nil, is a number that no other text has in this column, or 0 for who knows. Texts that many rows have are compared once then.
	Same func() uint64
}

// Slice makes Rows of a slice, for lists that are small or that come whole. The slice must not be changed afterwards.
func Slice[T any](rows []T, id func(T) uint64) Rows[T] {
	s := &slice[T]{rows: rows, id: id, at: make(map[uint64]int, len(rows))}
	for i, r := range rows {
		s.at[id(r)] = i
	}
	return s
}

type slice[T any] struct {
	rows []T
	id   func(T) uint64
	at   map[uint64]int
}

// Len is the slice's, which never changes.
func (s *slice[T]) Len() int { return len(s.rows) }

// At returns the row at a position of the slice.
func (s *slice[T]) At(pos int) T { return s.rows[pos] }

// ID asks the row itself, by the function that Slice was given.
func (s *slice[T]) ID(pos int) uint64 { return s.id(s.rows[pos]) }

// Find returns where the row with an id stands; of several with one id, the last.
func (s *slice[T]) Find(id uint64) (int, bool) {
	pos, ok := s.at[id]
	return pos, ok
}
