package db

import (
	"os"

	"lanyard/model"
)

// lookout is the store's file kept open for looking.
type lookout struct {
	file     *os.File
	info     os.FileInfo
	pageSize uint64
}

// Look returns a mark that differs from an earlier one if the store may have changed: bbolt's transaction number, and
// which file it is. It costs one stat and two reads, takes no lock, and sees a file that took the store's place.
func (s *Store) Look() (model.Mark, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	info, err := os.Stat(s.path)
	if err != nil {
		if gone := inspect(s.path); gone != nil {
			return model.Mark{}, gone
		}
		return model.Mark{}, unreadable(s.path, err)
	}
	if s.looked == nil || !os.SameFile(info, s.looked.info) {
		if err := s.lookAt(info); err != nil {
			return model.Mark{}, err
		}
	}
	m, err := newestMeta(s.looked.file, s.looked.pageSize)
	if err != nil {
		if cut := inspect(s.path); cut != nil {
			return model.Mark{}, cut
		}
		return model.Mark{}, damaged(s.path, err)
	}
	inode, device := identity(info)
	return model.Mark{m.txid, m.checksum, inode, device}, nil
}

func (s *Store) lookAt(info os.FileInfo) error {
	if s.looked != nil {
		_ = s.looked.file.Close()
		s.looked = nil
	}
	if err := inspect(s.path); err != nil {
		return err
	}
	f, err := os.Open(s.path)
	if err != nil {
		return unreadable(s.path, err)
	}
	m, err := newestMeta(f, 0)
	if err != nil {
		_ = f.Close()
		return damaged(s.path, err)
	}
	s.looked = &lookout{f, info, m.pageSize}
	return nil
}

// Close ends what is under way behind the changes, and lets go of what Look keeps open. The store itself is open only
// during operations.
func (s *Store) Close() error {
	s.tidyNow()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.looked == nil {
		return nil
	}
	err := s.looked.file.Close()
	s.looked = nil
	return err
}
