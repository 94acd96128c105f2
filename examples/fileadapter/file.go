package fileadapter

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/authdb/authdb"
)

// A file is a log of changes, one in a line. A nil file is none.
type file struct {
	path  string
	lock  *os.File // path.lock: who has locked it may read and write the log
	log   *os.File // path; nil if it has to be opened
	read  int64    // bytes of the log that are in the data
	lines int      // the same in lines
}

// Open returns an adapter that keeps its data in the file, which it makes if it is
// not there. Any number of processes of one machine may have it open. Beside it
// there is a file.lock. Who can read the file can sign in as anybody.
func Open(path string, opts ...authdb.Option) (*Adapter, error) {
	a := New(opts...)
	if err := a.Validate(); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("fileadapter: open: %w", err)
	}
	a.file = &file{path: path, lock: lock}
	return a, nil
}

// Close closes the file. All other methods return an error afterwards.
func (a *Adapter) Close() error {
	a.turn <- struct{}{}
	defer func() { <-a.turn }()
	if a.file == nil {
		return nil
	}
	a.file.forget()
	return a.file.lock.Close()
}

// begin keeps all other processes out until end, and brings the data up to what
// they have written.
func (f *file) begin(ctx context.Context, d *data) error {
	if f == nil {
		return nil
	}
	if err := acquire(ctx, f.lock); err != nil {
		return err
	}
	err := f.open(d)
	if err == nil {
		err = f.catchUp(d)
	}
	if err != nil {
		release(f.lock)
	}
	return err
}

// end writes the log anew if most of its lines are of the past.
func (f *file) end(d *data) {
	if f == nil {
		return
	}
	if f.lines > 200+2*d.size() {
		_ = f.rewrite(d) // if it fails, the log is as it was
	}
	release(f.lock)
}

// open opens the log if it is not the one that is open. Then nothing of it has been
// read.
func (f *file) open(d *data) error {
	if f.log != nil {
		ours, err := f.log.Stat()
		if err != nil {
			return err
		}
		if named, err := os.Stat(f.path); err == nil && os.SameFile(ours, named) {
			return nil
		}
		f.forget()
	}
	log, err := os.OpenFile(f.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := syncFolder(f.path); err != nil { // its name is to outlast a power cut
		return errors.Join(err, log.Close())
	}
	f.log, *d = log, newData()
	return nil
}

// forget closes the log.
func (f *file) forget() {
	if f.log != nil {
		_ = f.log.Close() // all that counts is synced
	}
	f.log, f.read, f.lines = nil, 0, 0
}

// syncFolder makes the names of the files in the folder of the path last.
func syncFolder(path string) error {
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
