package db

import (
	"fmt"
	"hash/crc32"

	"lanyard/model"
)

// survey is what going through all keys of a store adds up to.
type survey struct {
	meta    meta
	head    head
	counts  [maxKinds]uint64
	changes uint64 // entries of the change log
	keys    uint64
	sum     uint32 // over all keys and values in their order

	hasMeta, hasHead bool
}

// add takes a key and its value, and says what is wrong with them.
func (v *survey) add(key, wrapped []byte) (what string) {
	v.keys++
	v.sum = crc32.Update(crc32.Update(v.sum, castagnoli, key), castagnoli, wrapped)
	value, err := unwrap(key, wrapped)
	if err != nil {
		return describe(key) + ": " + err.Error()
	}
	ok := false
	switch {
	case len(key) == 1 && key[0] == prefixMeta:
		v.meta, ok = decodeMeta(value)
		v.hasMeta = ok
	case len(key) == 1 && key[0] == prefixHead:
		v.head, ok = decodeHead(value)
		v.hasHead = ok
	case len(key) == 10 && key[0] == prefixRecord && key[1] < maxKinds:
		v.counts[key[1]]++
		ok = true
	case len(key) > 2 && key[0] == prefixIndex:
		ok = len(value) == 8
	case len(key) == 9 && key[0] == prefixChange:
		v.changes++
		_, _, ok = decodeChange(value, nil)
	}
	if !ok {
		return describe(key) + " can't be read"
	}
	return ""
}

// complete says what is missing, once all keys were added: a key that nothing leads to any more leaves no other trace.
func (v *survey) complete() (what []string) {
	switch {
	case !v.hasMeta:
		what = append(what, "its first record is missing")
	case v.meta.id == "":
		what = append(what, "it has no id")
	}
	if !v.hasHead {
		return append(what, "its head is missing")
	}
	for kind, n := range v.head.counts {
		if have := v.counts[kind]; have != n {
			what = append(what, missing(have, n, model.Kind(kind)))
		}
	}
	if v.changes != min(v.head.revision, keptRevisions) {
		what = append(what, "its change log has gaps")
	}
	return what
}

// missing says that another number of records was found than the head counts.
func missing(have, want uint64, kind model.Kind) string {
	return fmt.Sprintf("%d of %d %s records were found", have, want, kind)
}
