module example.com/monorepo/expr

go 1.22
