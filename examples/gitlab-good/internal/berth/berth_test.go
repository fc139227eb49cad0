package berth

import "testing"

func TestFittingLeavesOutShallowBerths(t *testing.T) {
	if got := len(Fitting(10)); got != 1 {
		t.Fatalf("got %d berths, want 1", got)
	}
}

func FuzzFitting(f *testing.F) {
	f.Add(1.0)
	f.Fuzz(func(t *testing.T, draught float64) {
		for _, one := range Fitting(draught) {
			if !(one.Depth > draught) {
				t.Fatalf("%v does not fit %v", one, draught)
			}
		}
	})
}
