"""Small programs whose size, start-up and builds are measured: what they are small for is all that they do."""

from __future__ import annotations

HELLO = 'package main\n\nfunc main() { println("hello, world") }\n'
FMT = 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello, world") }\n'
HTTP = """package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
)

func main() {
	if len(os.Args) < 2 {
		log.Fatal("usage: http address")
	}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "hello,", r.URL.Path) })
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}
"""
