"""What editors are told about packages: the answers to gopls that a go command would give."""
