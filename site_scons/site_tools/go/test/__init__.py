"""Test binaries of Go packages: what they consist of, how they are run, and what their results are."""
