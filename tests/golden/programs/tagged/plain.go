//go:build !special || plain || windows

package main

const word = "plain"
