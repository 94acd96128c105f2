package adaptertest

import (
	"context"
	"errors"
	"maps"
	"sync/atomic"

	"github.com/authdb/authdb"
)

// convertNothing is a sound ConvertSecrets of an adapter that stores nothing
// otherwise than its options say.
func (f *faulty) convertNothing(ctx context.Context, progress func(authdb.SecretProgress)) error {
	if err := errors.Join(f.Memory.Validate(), ctx.Err()); err != nil {
		return err
	}
	var all []authdb.SecretProgress
	locked(f.Memory, func() {
		for record, n := range map[string]int{"Session": len(f.sessions), "VerificationToken": len(f.tokens), "Account": len(f.accounts)} {
			if n > 0 {
				all = append(all, authdb.SecretProgress{Record: record, Total: int64(n), Read: int64(n)})
			}
		}
	})
	for _, p := range all {
		if progress != nil {
			progress(p)
		}
	}
	return nil
}

func (f *faulty) ConvertSecrets(ctx context.Context, progress func(authdb.SecretProgress)) error {
	return f.convert(ctx, progress)
}

// converting breaks what is stored while it is converted.
func converting(damage func(m *Memory)) bite {
	return breaks("ConvertSecrets changes nothing that its callers see", func(f *faulty, m *Memory) {
		f.convert = func(ctx context.Context, progress func(authdb.SecretProgress)) error {
			err := f.convertNothing(ctx, progress)
			if err == nil {
				locked(m, func() { damage(m) })
			}
			return err
		}
	})
}

var secretConverterBites = []bite{
	converting(func(m *Memory) { // what look-ups don't know
		for token, s := range maps.Clone(m.sessions) {
			delete(m.sessions, token)
			m.sessions["sha256:"+token] = s
		}
	}),
	converting(func(m *Memory) {
		for _, a := range m.accounts {
			a.AccessToken = "aes256gcm:" + a.AccessToken
		}
	}),
	converting(func(m *Memory) { clear(m.tokens) }),
	converting(func(m *Memory) { // a sweep that nobody has asked for
		for token, s := range maps.Clone(m.sessions) {
			if m.expired(s.Expires) {
				delete(m.sessions, token)
			}
		}
	}),
	breaks("ConvertSecrets calls progress, with counts that add up", func(f *faulty, m *Memory) {
		f.convert = func(ctx context.Context, _ func(authdb.SecretProgress)) error { return f.convertNothing(ctx, nil) }
	}),
	breaks("ConvertSecrets calls progress, with counts that add up", func(f *faulty, m *Memory) {
		f.convert = func(ctx context.Context, progress func(authdb.SecretProgress)) error {
			return f.convertNothing(ctx, func(p authdb.SecretProgress) {
				p.Rewritten = p.Total + 1
				if progress != nil {
					progress(p)
				}
			})
		}
	}),
	breaks("ConvertSecrets may be called by several callers at once", func(f *faulty, m *Memory) {
		var running atomic.Bool
		f.convert = func(ctx context.Context, progress func(authdb.SecretProgress)) error {
			if !running.CompareAndSwap(false, true) {
				return errors.New("faulty: a conversion is running")
			}
			return f.convertNothing(ctx, progress) // and never says that it has ended
		}
	}),
}
