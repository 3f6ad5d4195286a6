"""Plans become SCons nodes: variables, builders, and the state that makes null builds fast. Only this folder imports SCons."""
