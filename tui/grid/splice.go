package grid

import "slices"

// splice brings a sorted list of positions from the old rows to the new: it takes out the rows that are gone, renumbers the others, and puts in the ones
// that came, each where it belongs. The result is what sorting everything again would give.
//
// oldOrder compares two positions in the old rows, and newOrder two in the new.
func splice(list []uint32, d *delta, gone, came []uint32, oldOrder, newOrder func(a, b uint32) int) []uint32 {
	out := make([]uint32, 0, len(list)+len(came))
	cuts := make([]int, 0, len(gone))
	for _, p := range gone {
		if i, ok := slices.BinarySearchFunc(list, p, oldOrder); ok {
			cuts = append(cuts, i)
		}
	}
	slices.Sort(cuts)
	from := 0
	for _, cut := range cuts {
		out = append(out, list[from:cut]...)
		from = cut + 1
	}
	out = append(out, list[from:]...)
	if len(d.move) > 0 {
		for i, p := range out {
			out[i] = d.to(p)
		}
	}
	return insert(out, came, newOrder)
}

// insert puts positions into a sorted list that has room for them, from the back, so that each part of the list moves once.
func insert(list, came []uint32, order func(a, b uint32) int) []uint32 {
	came = slices.Clone(came)
	slices.SortFunc(came, order)
	tail := len(list)
	list = list[:tail+len(came)]
	for k, p := range slices.Backward(came) {
		i, _ := slices.BinarySearchFunc(list[:tail], p, order)
		copy(list[i+k+1:], list[i:tail])
		list[i+k] = p
		tail = i
	}
	return list
}

// respread brings the tiers from the old rows to the new, without those of the rows that came.
func (d *delta) respread(old []uint8, n int) []uint8 {
	out := make([]uint8, n)
	if len(d.move) == 0 {
		copy(out, old)
		return out
	}
	copy(out, old[:d.move[0].from])
	for i, s := range d.move {
		end := len(old)
		if i+1 < len(d.move) {
			end = int(d.move[i+1].from)
		}
		copy(out[int(s.from)+s.by:], old[s.from:end])
	}
	return out
}
