module github.com/rankproof/rankproof/examples/conjecture

go 1.25.0

replace github.com/rankproof/rankproof => ../..

require (
	github.com/rankproof/rankproof v0.0.0-00010101000000-000000000000
	pgregory.net/rapid v1.3.0
)

require gonum.org/v1/gonum v0.17.0 // indirect
