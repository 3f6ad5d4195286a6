package runtime

import (
	"internal/runtime/sys"
	"unsafe"
)

// What the program has attached to objects: finalizers, cleanups, weak pointers, bubbles (testing/synctest).
//
// All are in one hash table outside the heap, by the address they were attached to. They do not keep the object alive. A collection
// has three duties (gc.go calls them through collectionHooks):
//
//	mark     What an attachment needs later is a root: functions, arguments, handles of weak pointers. And everything an object with
//	         a finalizer refers to (not the object itself): so of two such objects, one referring to the other, the first is
//	         finalized first, and the second stays whole until then.
//	decide   When marking is done, for objects without a mark: weak pointers become nil; then finalizers are queued and their objects
//	         marked, for the finalizer will see them; then the cleanups of objects that still have no mark are queued.
//	after    Wake the goroutines that run finalizers and cleanups.

type attachmentKind uint8

const (
	attachedFinalizer attachmentKind = iota
	attachedCleanup
	attachedWeak
	attachedBubble
)

type attachment struct {
	_      sys.NotInHeap
	next   *attachment // in its bucket, a queue, or the list of free ones
	object uintptr
	kind   attachmentKind
	id     uint64                         // of the cleanup, or of the bubble
	fn     *funcval                       // finalizer or cleanup
	call   func(*funcval, unsafe.Pointer) // cleanup: calls fn with arg
	arg    unsafe.Pointer                 // cleanup: where the argument is; weak pointer: the handle
	nret   uintptr                        // finalizer: bytes of its results
	fint   *_type                         // finalizer: type of its parameter
	ot     *ptrtype                       // finalizer: type of the pointer to the object
}

var attachments struct {
	buckets  uintptr // address of the table of *attachment
	nbuckets uintptr // a power of two, or 0 before the first
	count    uintptr
	spare    *attachment

	finalizers attachmentQueue
	cleanups   attachmentQueue
}

const leastBuckets = 512 // one page

// bucketOf keeps what is attached to neighbours, and so was probably made one after the other, together: collections go through the
// table from end to end.
func bucketOf(object uintptr) **attachment {
	a := &attachments
	h := object>>4 ^ object>>pageShift
	return (**attachment)(unsafe.Pointer(a.buckets + h&(a.nbuckets-1)*8))
}

// attached returns where the list of a bucket refers to the first attachment of a kind to an object; it refers to nil if there is none.
func attached(object uintptr, kind attachmentKind) **attachment {
	if attachments.nbuckets == 0 {
		return &attachments.finalizers.none
	}
	link := bucketOf(object)
	for *link != nil && ((*link).object != object || (*link).kind != kind) {
		link = &(*link).next
	}
	return link
}

// attach enters a new attachment.
func attach(object uintptr, kind attachmentKind) *attachment {
	t := &attachments
	if t.nbuckets == 0 {
		collectionHooks.mark, collectionHooks.decide, collectionHooks.after = markAttached, decideAttached, wakeFinalizers
	}
	if t.count >= t.nbuckets {
		growAttachments()
	}
	t.count++
	a := t.spare
	if a != nil {
		t.spare = a.next
	} else {
		a = (*attachment)(persistentalloc(unsafe.Sizeof(attachment{}), 0, &memstats.other_sys))
	}
	link := bucketOf(object)
	*a = attachment{object: object, kind: kind, next: *link}
	*link = a
	return a
}

// detach takes out what *link refers to.
func detach(link **attachment) *attachment {
	a := *link
	*link = a.next
	attachments.count--
	return a
}

func (a *attachment) free() {
	*a = attachment{next: attachments.spare}
	attachments.spare = a
}

func growAttachments() {
	t := &attachments
	old, n := t.buckets, t.nbuckets
	t.nbuckets = max(2*n, leastBuckets)
	t.buckets = uintptr(sysMap(t.nbuckets*8, &memstats.other_sys))
	for i := uintptr(0); i < n; i++ {
		for a := *(**attachment)(unsafe.Pointer(old + i*8)); a != nil; {
			next := a.next
			link := bucketOf(a.object)
			a.next, *link = *link, a
			a = next
		}
	}
	if n != 0 {
		sysFree(unsafe.Pointer(old), n*8, &memstats.other_sys)
	}
}

// forAttached calls do with the link to each attachment of a kind; when do takes the attachment out, it returns true.
func forAttached(kind attachmentKind, do func(link **attachment) bool) {
	t := &attachments
	for i := uintptr(0); i < t.nbuckets; i++ {
		for link := (**attachment)(unsafe.Pointer(t.buckets + i*8)); *link != nil; {
			if (*link).kind != kind || !do(link) {
				link = &(*link).next
			}
		}
	}
}

// mark marks what a keeps alive, the object it is attached to not.
func (a *attachment) mark() {
	mark(uintptr(unsafe.Pointer(a.fn)))
	mark(uintptr(a.arg))
	mark(*(*uintptr)(unsafe.Pointer(&a.call)))
	mark(uintptr(unsafe.Pointer(a.fint)))
	mark(uintptr(unsafe.Pointer(a.ot)))
}

func markAttached() {
	t := &attachments
	for i := uintptr(0); i < t.nbuckets; i++ {
		for a := *(**attachment)(unsafe.Pointer(t.buckets + i*8)); a != nil; a = a.next {
			a.mark()
			if a.kind == attachedFinalizer {
				if s, base := objectAt(a.object); s != nil && s.kind != spanNoScan {
					scanObject(base)
				}
			}
		}
	}
	t.finalizers.mark()
	t.cleanups.mark()
}

func decideAttached() {
	t := &attachments
	forAttached(attachedWeak, func(link **attachment) bool {
		if isMarked((*link).object) {
			return false
		}
		a := detach(link)
		*(*uintptr)(a.arg) = 0
		a.free()
		return true
	})
	forAttached(attachedBubble, func(link **attachment) bool {
		if isMarked((*link).object) {
			return false
		}
		detach(link).free()
		return true
	})
	forAttached(attachedFinalizer, func(link **attachment) bool {
		if isMarked((*link).object) {
			return false
		}
		t.finalizers.put(detach(link))
		return true
	})
	t.finalizers.mark()
	drain()
	forAttached(attachedCleanup, func(link **attachment) bool {
		if isMarked((*link).object) {
			return false
		}
		t.cleanups.put(detach(link))
		return true
	})
}

// attachmentQueue holds what is to be run, and the goroutine that does.
type attachmentQueue struct {
	first, last *attachment
	runner      *g
	waiting     bool
	queued      uint64      // how many were ever put in
	none        *attachment // always nil
}

func (q *attachmentQueue) put(a *attachment) {
	q.queued++
	a.next = nil
	if q.first == nil {
		q.first = a
	} else {
		q.last.next = a
	}
	q.last = a
}

// get takes the first out, waiting for one. The caller is the goroutine that runs this queue.
func (q *attachmentQueue) get(reason waitReason) *attachment {
	for q.first == nil {
		q.runner, q.waiting = getg(), true
		gopark(nil, nil, reason, traceBlockSystemGoroutine, 1)
	}
	a := q.first
	q.first = a.next
	return a
}

// wake queues the runner, and has it run soon: until it has, what the objects hold is memory in use.
func (q *attachmentQueue) wake() {
	if q.first != nil && q.waiting {
		q.waiting = false
		ready(q.runner, 0, false)
		tickSoon()
	}
}

// executed is how many were taken out.
func (q *attachmentQueue) executed() uint64 {
	n := q.queued
	for a := q.first; a != nil; a = a.next {
		n--
	}
	return n
}

func (q *attachmentQueue) mark() {
	for a := q.first; a != nil; a = a.next {
		a.mark()
		if a.kind == attachedFinalizer {
			mark(a.object)
		}
	}
}

func wakeFinalizers() {
	attachments.finalizers.wake()
	attachments.cleanups.wake()
}

// objectAt returns the span and the address of the object that p points into; nil if p is not in the heap.
func objectAt(p uintptr) (*mspan, uintptr) {
	s := spanOf(p)
	if s == nil {
		return nil, 0
	}
	i := s.objIndex(p)
	if i >= uintptr(s.nelems) {
		return nil, 0
	}
	return s, s.start + i*s.elemsize
}

// isStatic reports whether p is a zero-size object or in the program's data: such objects are never freed.
func isStatic(p unsafe.Pointer) bool {
	if p == unsafe.Pointer(&zerobase) {
		return true
	}
	a, md := uintptr(p), &firstmoduledata
	return md.noptrdata <= a && a < md.enoptrdata || md.data <= a && a < md.edata || md.bss <= a && a < md.ebss ||
		md.noptrbss <= a && a < md.enoptrbss
}
