package vectors

import ("testing";"time";"fmt")

func TestTmp(t *testing.T) {
	total := 0
	for _, op := range operations() {
		start := time.Now()
		var c cases
		func() {
			defer func() { if e := recover(); e != nil { fmt.Println(op.name, "PANIC", e); } }()
			op.cases(&c, 1)
		}()
		total += len(c.tests)
		fmt.Println(op.name, len(c.tests), time.Since(start))
	}
	fmt.Println(total)
}
