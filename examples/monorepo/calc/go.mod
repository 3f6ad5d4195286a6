module example.com/monorepo/calc

go 1.22

require example.com/monorepo/expr v0.0.0

replace example.com/monorepo/expr => ../expr
