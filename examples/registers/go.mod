module example.com/registers

go 1.22
