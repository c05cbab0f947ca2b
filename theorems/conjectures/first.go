package conjectures

import "github.com/rankproof/rankproof/theorems"

// first lists F1 to F9.
func first() []theorems.Conjecture {
	return []theorems.Conjecture{latentsAreANetwork(), rankIsDimension(), sameRightEigenvectors(), mapsTheWrongWay(), oneMapForAllClocks(),
		leakChangesNothing(), matchOfTwoLags(), noiseThatVanishes(), everyDirectionIsStable()}
}
