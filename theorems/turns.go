package theorems

// Turns returns which check judges each of n instances of a hunt: claims in
// turn, an exact check every third time, as in a plain verify. A costly claim
// sits out rounds.
func (t Theorem) Turns(n int) []Check {
	claims, exact := t.Claims, t.Exact
	if len(claims) == 0 {
		return rota(exact, n)
	}
	if len(exact) == 0 {
		return rota(claims, n)
	}
	out, first, second := make([]Check, 0, n), rota(claims, n), rota(exact, n)
	for i := range n {
		if i%3 == 2 {
			out = append(out, second[i/3])
		} else {
			out = append(out, first[i-i/3])
		}
	}
	return out
}
