package authdb

import (
	"context"
	"errors"
	"io"
)

// Validate implements Validator.
func (c *Composition) Validate() error {
	var errs []error
	for _, v := range all[Validator](c) {
		errs = append(errs, v.Validate())
	}
	return errors.Join(errs...)
}

// Check implements Checker.
func (c *Composition) Check(ctx context.Context) error {
	return each(c, func(x Checker) error { return x.Check(ctx) })
}

// Synchronize implements Synchronizer. A store that fails does not keep the others
// from it.
func (c *Composition) Synchronize(ctx context.Context) error {
	return each(c, func(x Synchronizer) error { return x.Synchronize(ctx) })
}

// ConvertSecrets implements SecretConverter.
func (c *Composition) ConvertSecrets(ctx context.Context, progress func(SecretProgress)) error {
	return each(c, func(x SecretConverter) error { return x.ConvertSecrets(ctx, progress) })
}

// DeleteExpired implements Sweeper. Each store removes at most limit of each, and
// one that fails does not keep the others from it.
func (c *Composition) DeleteExpired(ctx context.Context, limit int) (total Swept, err error) {
	err = each(c, func(x Sweeper) error {
		swept, err := x.DeleteExpired(ctx, limit)
		total.Sessions += swept.Sessions
		total.VerificationTokens += swept.VerificationTokens
		return err
	})
	return total, err
}

// each asks all stores that have the extension.
func each[T any](c *Composition, ask func(T) error) error {
	var errs []error
	for _, x := range all[T](c) {
		errs = append(errs, ask(x))
	}
	if errs == nil {
		_, err := need[T](nil)
		return err
	}
	return errors.Join(errs...)
}

// Close closes the stores that can be closed, each once.
func (c *Composition) Close() error {
	var errs []error
	for _, store := range c.stores {
		if closer, ok := store.(io.Closer); ok {
			errs = append(errs, closer.Close())
		}
	}
	return errors.Join(errs...)
}
