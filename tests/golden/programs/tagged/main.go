// Tagged says which of its files are built.
package main

func main() { println(word, system) }
