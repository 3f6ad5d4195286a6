package exithook

// Added is Run as soon as there is a hook. The runtime calls it at the end, so programs that add none do not contain Run.
var Added func(code int)
