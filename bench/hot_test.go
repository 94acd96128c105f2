package bench_test

import "testing"

// BenchmarkHot is for profiles: the hot path alone.
func BenchmarkHot(b *testing.B) {
	for _, d := range databases() {
		b.Run(d.name, func(b *testing.B) {
			a := d.adapter(b)
			fill(b, a, userOf)
			s := newByHand(b, poolOf(b, a), d, defaultTables(), true)
			ctx := b.Context()
			b.Run("adapter", func(b *testing.B) {
				for b.Loop() {
					if _, _, err := a.GetSessionAndUser(ctx, "session-1"); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("raw", func(b *testing.B) {
				for b.Loop() {
					if _, _, err := s.sessionAndUser(ctx, "session-1"); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}
