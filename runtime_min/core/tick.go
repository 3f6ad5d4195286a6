package runtime

const sigTick = _SIGURG

func startTick() {}
