// Embedded carries files: one as text, one as bytes, a folder without and a folder with its hidden files.
package main

import "embed"

//go:embed files/plain.txt
var text string

//go:embed files/bytes.bin
var bytes []byte

//go:embed files/*.txt files/deep
var some embed.FS

//go:embed all:files
var all embed.FS

func main() {
	println(len(text), len(bytes))
	for _, tree := range []embed.FS{some, all} {
		entries, err := tree.ReadDir("files/deep")
		println(len(entries), err == nil)
	}
}
