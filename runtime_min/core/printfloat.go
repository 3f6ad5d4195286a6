package runtime

import (
	"internal/abi"
	"unsafe"
)

// print and println of floating-point numbers, as stock Go writes them: strconv's format 'g' with as few digits as identify the number.
//
// strconv is made for speed, with tables; it and they would be 33 KB in every program that can panic. This is Steele and White's algorithm in
// exact arithmetic: the number and its distance to the halfway points between it and its neighbours are fractions with one denominator;
// digits are generated until what is left is within that distance.

// natural is a number below 2^1152, from the least word to the greatest. The greatest that occurs is below 2^1081.
type natural [36]uint32

// set makes n = m · 2^shift.
//
//go:noinline
func (n *natural) set(m uint64, shift int) {
	*n = natural{}
	i, low := shift/32, uint(shift%32)
	n[i] = uint32(m << low)
	n[i+1] = uint32(m << low >> 32)
	n[i+2] = uint32(m >> 32 >> (32 - low))
}

//go:noinline
func (n *natural) times10() {
	carry := uint64(0)
	for i := range n {
		carry += uint64(n[i]) * 10
		n[i] = uint32(carry)
		carry >>= 32
	}
}

// add makes n = n + sign · m, where sign is 1 or -1.
//
//go:noinline
func (n *natural) add(m *natural, sign int64) {
	carry := int64(0)
	for i := range n {
		carry += int64(n[i]) + sign*int64(m[i])
		n[i] = uint32(carry)
		carry >>= 32
	}
}

// compare is below zero if n < m, above if n > m.
//
//go:noinline
func (n *natural) compare(m *natural) int {
	for i := len(n) - 1; i >= 0; i-- {
		if n[i] != m[i] {
			if n[i] < m[i] {
				return -1
			}
			return 1
		}
	}
	return 0
}

// fraction is a number that is written down: value/unit, which lies above what reads as the next smaller number by less/unit, and below
// the next greater by more/unit. If even, these bounds themselves still read as the number.
type fraction struct {
	value, unit, less, more natural
	even                    bool
}

// reachesUnit tells whether value/unit, with what may be added, is at least 1.
func (f *fraction) reachesUnit() bool {
	sum := f.value
	sum.add(&f.more, 1)
	c := sum.compare(&f.unit)
	return c > 0 || c == 0 && f.even
}

// reachesZero tells whether value/unit, with what may be taken away, is at most 0.
func (f *fraction) reachesZero() bool {
	c := f.value.compare(&f.less)
	return c < 0 || c == 0 && f.even
}

func (f *fraction) times10() {
	f.value.times10()
	f.less.times10()
	f.more.times10()
}

// digits writes the digits of the decimal fraction 0.ddd… · 10^point into buf, and returns how many.
func (f *fraction) digits(buf *[20]byte) (n, point int) {
	for f.reachesUnit() {
		f.unit.times10()
		point++
	}
	for {
		f.times10()
		if f.reachesUnit() {
			break
		}
		point--
	}
	for {
		digit := byte('0')
		for f.value.compare(&f.unit) >= 0 {
			f.value.add(&f.unit, -1)
			digit++
		}
		down, up := f.reachesZero(), f.reachesUnit()
		if down && up {
			// Both are right: take the nearer one, of two equally near ones the even one.
			twice := f.value
			twice.add(&f.value, 1)
			c := twice.compare(&f.unit)
			up = c > 0 || c == 0 && digit&1 != 0
		}
		if up {
			digit++
		}
		buf[n] = digit
		n++
		if down || up {
			return n, point
		}
		f.times10()
	}
}

// floatFormat is what IEEE 754 says of a size: bits of the mantissa that are stored, bits of the exponent, and its bias.
type floatFormat struct{ mantissa, exponent, bias int }

var float32Format, float64Format = floatFormat{23, 8, 127}, floatFormat{52, 11, 1023}

// floatText is what is printed: as many bytes as a complex number has at most.
type floatText struct {
	bytes [2*float64Bytes + 3]byte
	n     int
}

//go:noinline
func (t *floatText) put(s string) {
	for i := range len(s) {
		t.putByte(s[i])
	}
}

//go:noinline
func (t *floatText) putByte(b byte) {
	t.bytes[t.n] = b
	t.n++
}

// number writes the number that bits stand for, with a sign if plus.
func (t *floatText) number(bits uint64, format *floatFormat, plus bool) {
	mantissa := bits & (1<<format.mantissa - 1)
	exponent := int(bits>>format.mantissa) & (1<<format.exponent - 1)
	negative := bits>>(format.mantissa+format.exponent) != 0
	special := exponent == 1<<format.exponent-1
	nan := special && mantissa != 0
	if negative && !nan {
		t.putByte('-')
	} else if plus || special && !nan {
		t.putByte('+')
	}
	switch {
	case nan:
		t.put("NaN")
		return
	case special:
		t.put("Inf")
		return
	case exponent != 0:
		mantissa |= 1 << format.mantissa
	case mantissa == 0:
		t.putByte('0')
		return
	default:
		exponent = 1
	}
	nearer := 0 // 1: the next smaller number is half as far away as the next greater one
	if mantissa == 1<<format.mantissa && exponent > 1 {
		nearer = 1
	}
	scale := exponent - format.bias - format.mantissa
	up, down := max(scale, 0), max(-scale, 0)
	f := fraction{even: mantissa&1 == 0}
	f.value.set(mantissa, up+1+nearer)
	f.unit.set(1, down+1+nearer)
	f.more.set(1, up+nearer)
	f.less.set(1, up)
	var digits [20]byte
	n, point := f.digits(&digits)
	t.decimal(digits[:n], point)
}

// decimal writes 0.digits · 10^point, with an exponent if that is below -4 or above 5.
func (t *floatText) decimal(digits []byte, point int) {
	if e := point - 1; e < -4 || e > 5 {
		t.putByte(digits[0])
		if len(digits) > 1 {
			t.putByte('.')
		}
		for _, digit := range digits[1:] {
			t.putByte(digit)
		}
		if e < 0 {
			t.put("e-")
			e = -e
		} else {
			t.put("e+")
		}
		if e >= 100 {
			t.putByte('0' + byte(e/100))
		}
		t.putByte('0' + byte(e/10%10))
		t.putByte('0' + byte(e%10))
		return
	}
	if point <= 0 {
		t.put("0.")
	}
	for i := min(point, 0); i < max(len(digits), point); i++ {
		if i == point && i > 0 {
			t.putByte('.')
		}
		if i < 0 || i >= len(digits) {
			t.putByte('0')
		} else {
			t.putByte(digits[i])
		}
	}
}

func printfloat64(v float64) { printFloat(float64bits(v), &float64Format) }
func printfloat32(v float32) { printFloat(float32word(v), &float32Format) }
func printcomplex128(c complex128) {
	printComplex(float64bits(real(c)), float64bits(imag(c)), &float64Format)
}
func printcomplex64(c complex64) {
	printComplex(float32word(real(c)), float32word(imag(c)), &float32Format)
}

//go:noinline
func printFloat(bits uint64, format *floatFormat) {
	var t floatText
	t.number(bits, format, false)
	gwrite(t.bytes[:t.n])
}

//go:noinline
func printComplex(re, im uint64, format *floatFormat) {
	var t floatText
	t.putByte('(')
	t.number(re, format, false)
	t.number(im, format, true)
	t.put("i)")
	gwrite(t.bytes[:t.n])
}

func float32word(v float32) uint64 { return uint64(*(*uint32)(unsafe.Pointer(&v))) }

// printFloatOfKind prints the number at p.
func printFloatOfKind(kind abi.Kind, p unsafe.Pointer) {
	switch kind {
	case abi.Float32:
		printfloat32(*(*float32)(p))
	case abi.Float64:
		printfloat64(*(*float64)(p))
	case abi.Complex64:
		printcomplex64(*(*complex64)(p))
	default:
		printcomplex128(*(*complex128)(p))
	}
}
