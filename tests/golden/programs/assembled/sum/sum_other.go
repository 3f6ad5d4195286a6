//go:build !amd64 && !arm64

package sum

type Pair struct{ Left, Right int64 }

func Of(p Pair) int64 { return p.Left + p.Right + 1 }
