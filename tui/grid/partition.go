package grid

// partition lists the rows that match, the best tier first and each tier in the order given, which is that of positions if it is nil.
func partition(order []uint32, backwards bool, tiers []uint8) []uint32 {
	var count [unmatched + 1]int
	for _, t := range tiers {
		count[t]++
	}
	var at [unmatched + 1]int
	at[joined] = count[atWord]
	at[scattered] = at[joined] + count[joined]
	shown := make([]uint32, at[scattered]+count[scattered])
	for k := range tiers {
		pos := place(order, backwards, len(tiers), k)
		if t := tiers[pos]; t != unmatched {
			shown[at[t]] = pos
			at[t]++
		}
	}
	return shown
}

// place is the position of the k-th of n rows in an order.
func place(order []uint32, backwards bool, n, k int) uint32 {
	if backwards {
		k = n - 1 - k
	}
	if order == nil {
		return uint32(k)
	}
	return order[k]
}
