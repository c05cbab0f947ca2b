module github.com/rankproof/rankproof

go 1.25.0

require (
	github.com/stretchr/testify v1.12.1 // indirect
	golang.org/x/sys v0.39.0 // indirect
	golang.org/x/term v0.38.0 // indirect
	gonum.org/v1/gonum v0.17.0 // indirect
	pgregory.net/rapid v1.3.0 // indirect
)
