// Package fileadapter keeps users, their accounts and sessions, and verification
// tokens in maps, and the maps in a file. It is the adapter that
// docs/writing-an-adapter.md builds.
package fileadapter

import (
	"context"
	"fmt"

	"github.com/authdb/authdb"
)

// An Adapter keeps the contract of authdb.Adapter. It is safe for concurrent use.
// Of the options it honours WithClock and WithIDs.
type Adapter struct {
	options authdb.Options
	turn    chan struct{} // holds one while a call is at work
	data    data
	file    *file // nil: the maps are all there is
}

var (
	_ authdb.Adapter   = (*Adapter)(nil)
	_ authdb.Validator = (*Adapter)(nil)
)

// New returns an empty adapter, whose data is gone with the process.
func New(opts ...authdb.Option) *Adapter {
	options := authdb.NewOptions(opts...)
	if options.NewID == nil {
		options.NewID = authdb.NewID
	}
	return &Adapter{options: options, turn: make(chan struct{}, 1), data: newData()}
}

// Validate implements authdb.Validator.
func (a *Adapter) Validate() error { return a.options.Only("WithIDs") }

// do is the frame of every method: it does the work when it is the call's turn,
// and says whose error it was.
func do[T any](ctx context.Context, a *Adapter, operation string, work func() (T, error)) (T, error) {
	var none T
	if err := a.Validate(); err != nil {
		return none, err
	}
	if err := a.begin(ctx); err != nil {
		return none, fmt.Errorf("fileadapter: %s: %w", operation, err)
	}
	defer a.end()
	result, err := work()
	if err != nil {
		return none, fmt.Errorf("fileadapter: %s: %w", operation, err)
	}
	return result, nil
}

// begin waits until it is the call's turn, or the context has ended.
func (a *Adapter) begin(ctx context.Context) error {
	select {
	case a.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	err := ctx.Err() // select takes either if both are ready
	if err == nil {
		err = a.file.begin(ctx, &a.data)
	}
	if err != nil {
		<-a.turn
	}
	return err
}

func (a *Adapter) end() {
	a.file.end(&a.data)
	<-a.turn
}

// commit makes the change, or returns an error and has done nothing.
func (a *Adapter) commit(c change) error {
	if err := a.file.write(c); err != nil {
		return err
	}
	a.data.apply(c)
	return nil
}

// noColumns refuses further columns, of which there are none.
func noColumns(extra map[string]any) error {
	for column := range extra {
		return fmt.Errorf("%w: %s: there is no such column", authdb.ErrInvalid, column)
	}
	return nil
}
