package theorems

// Turns returns which check judges each of n instances of a hunt: claims in
// turn, an exact check every third time, as in a plain verify. A costly claim
// sits out rounds.
func (t Theorem) Turns(n int) []Check {
	claims, exact := rota(t.Claims), rota(t.Exact)
	out := make([]Check, n)
	for i := range out {
		switch {
		case len(claims) == 0:
			out[i] = exact[i%len(exact)]
		case len(exact) == 0:
			out[i] = claims[i%len(claims)]
		case i%3 == 2:
			out[i] = exact[i/3%len(exact)]
		default:
			out[i] = claims[(i-i/3)%len(claims)]
		}
	}
	return out
}
