package wire

import "encoding/json"

// Network is a rate network: {"W"} or {"M","N","scale"}, W = scale · M Nᵀ.
type Network struct {
	W            [][]float64     `json:"W,omitempty"`
	M            [][]float64     `json:"M,omitempty"`
	N            [][]float64     `json:"N,omitempty"`
	Scale        *float64        `json:"scale,omitempty"`
	Nonlinearity string          `json:"nonlinearity"`
	Tau          json.RawMessage `json:"tau,omitempty"` // number or array; left out, 1
	Bias         []float64       `json:"b,omitempty"`
	Input        [][]float64     `json:"B,omitempty"` // N×q
}

// Noise is a covariance: a dense matrix (an array), or an object
// {"iso"}, {"diag"}, {"diag","factor"}; diag + F Fᵀ, variances.
type Noise struct {
	Dense  [][]float64
	Iso    *float64
	Diag   []float64
	Factor [][]float64
}

// Initial is the law of x_1 of an LDS, or of y_0 of a linear RNN.
type Initial struct {
	Mean []float64 `json:"mean"`
	Cov  Noise     `json:"cov"`
}

// LDS is a latent linear dynamical system, stationary without Initial.
type LDS struct {
	A       [][]float64 `json:"A"` // K×K
	C       [][]float64 `json:"C"` // N×K
	Q       Noise       `json:"Q"` // K×K
	R       Noise       `json:"R"` // N×N
	Initial *Initial    `json:"initial,omitempty"`
}

// LinearRNN is {"M","N","P"} or {"J","P"}, J = M Nᵀ.
type LinearRNN struct {
	J       [][]float64 `json:"J,omitempty"`
	M       [][]float64 `json:"M,omitempty"`
	N       [][]float64 `json:"N,omitempty"`
	P       Noise       `json:"P"`
	Initial *Initial    `json:"initial,omitempty"`
}

// Population is one of a mixture: mean and cov over (m¹ … m^R, n¹ … n^R, I).
type Population struct {
	Weight float64     `json:"weight"`
	Mean   []float64   `json:"mean"`
	Cov    [][]float64 `json:"cov"`
}

// Mixture is the law of a Gaussian-mixture low-rank network.
type Mixture struct {
	Nonlinearity string       `json:"nonlinearity"`
	Populations  []Population `json:"populations"`
}

// Complex is [re, im].
type Complex [2]float64
