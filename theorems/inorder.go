package theorems

import (
	"context"
	"sync"
)

// window is how many values a worker may be ahead of the one that is entered.
const window = 64

// inOrder computes values by their index with several workers, and enters them
// one at a time in the order of their indices. No more than a window of them is
// held, so that memory does not grow with n. When ctx ends, those that were
// begun are finished and entered.
func inOrder[T any](ctx context.Context, workers, n int, compute func(i int) T, enter func(T)) {
	workers = max(1, workers)
	var lock sync.Mutex
	advanced := sync.NewCond(&lock)
	next, entered, entering := 0, 0, false
	waiting := map[int]T{} // computed and not entered
	work := func() {
		lock.Lock()
		defer lock.Unlock()
		for {
			for next < n && next >= entered+window*workers && ctx.Err() == nil {
				advanced.Wait()
			}
			if next >= n || ctx.Err() != nil {
				return
			}
			i := next
			next++
			lock.Unlock()
			value := compute(i)
			lock.Lock()
			waiting[i] = value
			if entering {
				continue // whoever enters comes to it
			}
			entering = true
			for value, ok := waiting[entered]; ok; value, ok = waiting[entered] {
				delete(waiting, entered)
				lock.Unlock()
				enter(value)
				lock.Lock()
				entered++
				advanced.Broadcast()
			}
			entering = false
		}
	}
	var group sync.WaitGroup
	for range workers {
		group.Go(work)
	}
	group.Wait()
}
