package runtime

import "unsafe"

// Weak pointers. A weak.Pointer refers to a handle, a word in the heap that holds the address of the object until the collector finds the
// object unreachable. There is one handle for an address, so weak pointers made from equal pointers are equal. A collection is one
// step for the program, so an address found in a handle is good.

//go:linkname internal_weak_runtime_registerWeakPointer weak.runtime_registerWeakPointer
func internal_weak_runtime_registerWeakPointer(p unsafe.Pointer) unsafe.Pointer {
	if a := *attached(uintptr(p), attachedWeak); a != nil {
		return a.arg
	}
	if spanOf(uintptr(p)) == nil && !isStatic(p) {
		throw("getOrAddWeakHandle on invalid pointer")
	}
	handle := mallocgc(16, nil, true) // of less, several share a slot, this one perhaps with its own object
	*(*uintptr)(handle) = uintptr(p)
	attach(uintptr(p), attachedWeak).arg = handle
	return handle
}

//go:linkname internal_weak_runtime_makeStrongFromWeak weak.runtime_makeStrongFromWeak
func internal_weak_runtime_makeStrongFromWeak(handle unsafe.Pointer) unsafe.Pointer {
	if handle == nil {
		return nil
	}
	return *(*unsafe.Pointer)(handle)
}

// setPinned is asked by Pinner. Objects never move, and the Pinner's references keep them alive, so there is nothing to do but say
// whether the pointer is one to hold.
func setPinned(p unsafe.Pointer, pin bool) bool {
	return spanOf(uintptr(p)) != nil
}

// getOrSetBubbleSpecial tells which bubble of testing/synctest the object at p belongs to, and makes it belong to one if add is true.
func getOrSetBubbleSpecial(p unsafe.Pointer, bubbleid uint64, add bool) int {
	if spanOf(uintptr(p)) == nil {
		return bubbleAssocUnbubbled // a variable of the program
	}
	a := *attached(uintptr(p), attachedBubble)
	switch {
	case a == nil && !add:
		return bubbleAssocUnbubbled
	case a == nil:
		attach(uintptr(p), attachedBubble).id = bubbleid
	case a.id != bubbleid:
		return bubbleAssocOtherBubble
	}
	return bubbleAssocCurrentBubble
}

// removeBubbleSpecial takes the object at p out of its bubble.
func removeBubbleSpecial(p unsafe.Pointer) {
	if link := attached(uintptr(p), attachedBubble); *link != nil {
		detach(link).free()
	}
}
