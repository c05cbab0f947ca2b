package quadrature

import (
	"math"
	"slices"
)

// The Gauss–Kronrod pair of 10 and 21 nodes on [−1, 1] (Kronrod 1964; digits as in QUADPACK's qk21): node 0 is the outermost,
// node 10 the middle; odd ones are those of the Gauss rule. Tests show exactness for polynomials up to degree 31 and 19.
var (
	kronrodNodes = [11]float64{
		0.995657163025808080735527280689003, 0.973906528517171720077964012084452, 0.930157491355708226001207180059508,
		0.865063366688984510732096688423493, 0.780817726586416897063717578345042, 0.679409568299024406234327365114874,
		0.562757134668604683339000099272694, 0.433395394129247190799265943165784, 0.294392862701460198131126603103866,
		0.148874338981631210884826001129720, 0}
	kronrodWeights = [11]float64{
		0.011694638867371874278064396062192, 0.032558162307964727478818972459390, 0.054755896574351996031381300244580,
		0.075039674810919952767043140916190, 0.093125454583697605535065465083366, 0.109387158802297641899210590325805,
		0.123491976262065851077958109585166, 0.134709217311473325928054001771707, 0.142775938577060080797094273138717,
		0.147739104901338491374841515972068, 0.149445554002916905664936468389821}
	gaussWeights = [5]float64{
		0.066671344308688137593568809893332, 0.149451349150580593145863396957658, 0.219086362515982043995534934228163,
		0.269266719309996355091226921569469, 0.295524224714752870173815619188769}
)

const (
	reach     = 10       // |z| up to which is integrated
	tail      = 7.62e-24 // P(z > reach), rounded up
	accuracy  = 0x1p-42  // of ∫|f|, at which refinement stops
	roundings = 32       // of ∫|f|: nodes, weights, density and function, each a few
	unit      = 0x1p-53  // unit roundoff
	panels    = 8        // of [−reach, reach], before anything is known
	mostParts = 1000     // a bound on refinement; what it leaves open is in the error
	rootTwoPi = 2.50662827463100050242
)

// A node is a function's value and the bound on its own error.
type node struct{ value, err float64 }

// A part is the integral over [a, b] by Kronrod's rule, how far Gauss's is from it, the integral of |f|, and that of errors.
type part struct{ a, b, value, difference, size, err float64 }

// density is that of the standard normal law.
func density(z float64) float64 { return math.Exp(-z*z/2) / rootTwoPi }

// integratePart applies both rules to f times the standard normal density on [a, b].
func integratePart(f func(z float64) node, a, b float64) part {
	p := part{a: a, b: b}
	half, middle := (b-a)/2, (a+b)/2
	gauss := 0.0
	at := func(z, kronrod, gaussian float64) {
		v := f(z)
		d := half * density(z)
		p.value += kronrod * d * v.value
		p.size += kronrod * d * math.Abs(v.value)
		p.err += kronrod * d * v.err
		gauss += gaussian * d * v.value
	}
	at(middle, kronrodWeights[10], 0)
	for i, x := range kronrodNodes[:10] {
		g := 0.0
		if i%2 == 1 {
			g = gaussWeights[i/2]
		}
		at(middle-half*x, kronrodWeights[i], g)
		at(middle+half*x, kronrodWeights[i], g)
	}
	p.difference = math.Abs(p.value - gauss)
	return p
}

// refine halves the part of the largest difference until all of them are below accuracy times ∫|f|, or down to rounding, and
// returns value and error.
func refine(f func(z float64) node, parts []part) node {
	for {
		total := part{}
		worst := 0
		for i, p := range parts {
			total.value += p.value
			total.difference += p.difference
			total.size += p.size
			total.err += p.err
			if p.difference > parts[worst].difference {
				worst = i
			}
		}
		w := parts[worst]
		middle := (w.a + w.b) / 2
		enough := !(total.difference > accuracy*total.size) || w.difference <= roundings*unit*w.size
		if enough || len(parts) >= mostParts || middle <= w.a || middle >= w.b {
			return node{total.value, total.difference + total.err + roundings*unit*total.size}
		}
		parts[worst] = integratePart(f, w.a, middle)
		parts = append(parts, integratePart(f, middle, w.b))
	}
}

// overNormal returns E f(z), z standard normal, with panels that end at the breaks, and elsewhere as evenly as before.
func overNormal(f func(z float64) node, breaks []float64) node {
	const width = 2.0 * reach / panels
	ends := make([]float64, 0, panels+1+len(breaks))
	ends = append(ends, -reach, reach)
	for _, z := range breaks {
		if math.Abs(z) < reach {
			ends = append(ends, z)
		}
	}
	slices.Sort(ends)
	parts := make([]part, 0, 64)
	for i, b := range ends[1:] {
		a := ends[i]
		count := max(1, math.Ceil((b-a)/width-0.25)) // up to a fourth wider
		for k := range int(count) {
			parts = append(parts, integratePart(f, a+(b-a)*float64(k)/count, a+(b-a)*float64(k+1)/count))
		}
	}
	return beyond(f, refine(f, parts))
}

// beyond adds the tails to the error.
func beyond(f func(z float64) node, z node) node {
	low, high := f(-reach), f(reach)
	z.err += 2 * tail * (math.Abs(low.value) + math.Abs(high.value) + low.err + high.err)
	return z
}
