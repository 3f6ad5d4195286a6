package syscall

import "sync"

// In Go's package copyenv is a variable, initialised with what sync.OnceFunc returns. A function is left out, with the map that it
// fills, of programs that do not ask for their environment.

var envCopied sync.Once

// copyenv makes the table of the environment the first time. A second value of a variable is forgotten, so that Unsetenv cannot uncover it.
func copyenv() { envCopied.Do(indexEnv) }

func indexEnv() {
	env = make(map[string]int)
	for i, s := range envs {
		for j := range len(s) {
			if s[j] != '=' {
				continue
			}
			if _, again := env[s[:j]]; again {
				envs[i] = ""
			} else {
				env[s[:j]] = i
			}
			break
		}
	}
}
