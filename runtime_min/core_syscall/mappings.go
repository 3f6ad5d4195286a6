package syscall

// add enters a mapping. In Go's package the table is made when the program starts, and a map needs random numbers.
func (m *mmapper) add(last *byte, mapping []byte) {
	if m.active == nil {
		m.active = make(map[*byte][]byte)
	}
	m.active[last] = mapping
}
