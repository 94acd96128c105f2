package fileadapter

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"

	"github.com/authdb/authdb"
)

// catchUp makes the changes that have been written since it was last called. What
// follows the last whole line was being written when a process was killed, or the
// power went: nobody was told that it is done.
func (f *file) catchUp(d *data) error {
	r := bufio.NewReader(io.NewSectionReader(f.log, f.read, math.MaxInt64-f.read))
	for {
		line, err := r.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if len(line) == 0 {
			return nil
		}
		var c change
		if err != nil || json.Unmarshal(line, &c) != nil {
			if _, err := r.Peek(1); !errors.Is(err, io.EOF) {
				return fmt.Errorf("%w: the line at byte %d can't be read: restore the file", authdb.ErrSchema, f.read)
			}
			return f.log.Truncate(f.read)
		}
		d.apply(c)
		f.read += int64(len(line))
		f.lines++
	}
}

// write makes the change last.
func (f *file) write(c change) error {
	if f == nil {
		return nil
	}
	line, err := json.Marshal(c)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	if _, err := f.log.WriteAt(line, f.read); err != nil {
		return err // it is no whole line, and the next call cuts it off
	}
	if err := f.log.Sync(); err != nil {
		_ = f.log.Truncate(f.read) // a second sync may say yes to what the first has lost
		return fmt.Errorf("%w: %w", authdb.ErrUnknownOutcome, err)
	}
	f.read += int64(len(line))
	f.lines++
	return nil
}

// rewrite puts a log of one line in the place of the log. Whoever has opened the
// old one finds out by open.
func (f *file) rewrite(d *data) error {
	line, err := json.Marshal(d.all())
	if err != nil {
		return err
	}
	next, err := os.OpenFile(f.path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = next.Write(append(line, '\n'))
	if err := errors.Join(err, next.Sync(), next.Close()); err != nil {
		return err
	}
	return os.Rename(f.path+".new", f.path)
}

// all returns the change that makes of nothing what d is.
func (d *data) all() change {
	return change{
		Users:    slices.Collect(maps.Values(d.users)),
		Accounts: slices.Collect(maps.Values(d.accounts)),
		Sessions: slices.Collect(maps.Values(d.sessions)),
		Tokens:   slices.Collect(maps.Values(d.tokens)),
	}
}

// size returns the number of records.
func (d *data) size() int {
	return len(d.users) + len(d.accounts) + len(d.sessions) + len(d.tokens)
}
