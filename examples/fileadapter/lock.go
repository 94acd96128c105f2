//go:build unix

package fileadapter

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

// acquire locks the file against everybody else who does, until release, or the
// end of the process, however it comes. It waits as long as the context lasts.
func acquire(ctx context.Context, lock *os.File) error {
	for {
		err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return err
		}
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func release(lock *os.File) { _ = syscall.Flock(int(lock.Fd()), syscall.LOCK_UN) }
