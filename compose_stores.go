package authdb

import (
	"context"
	"errors"
	"io"
)

// Validate implements Validator.
func (c *Composition) Validate() error {
	var errs []error
	for _, v := range all[Validator](c.stores) {
		errs = append(errs, v.Validate())
	}
	return errors.Join(errs...)
}

// Check implements Checker.
func (c *Composition) Check(ctx context.Context) error {
	return each(all[Checker](c.stores), func(x Checker) error { return x.Check(ctx) })
}

// Synchronize implements Synchronizer. A store that fails does not keep the others
// from it.
func (c *Composition) Synchronize(ctx context.Context) error {
	return each(all[Synchronizer](c.stores), func(x Synchronizer) error { return x.Synchronize(ctx) })
}

// ConvertSecrets implements SecretConverter.
func (c *Composition) ConvertSecrets(ctx context.Context, progress func(SecretProgress)) error {
	return each(all[SecretConverter](c.stores), func(x SecretConverter) error { return x.ConvertSecrets(ctx, progress) })
}

// DeleteExpired implements Sweeper. The stores of sessions and of verification
// tokens that can sweep each remove at most limit, and one that fails does not keep
// the other from it.
func (c *Composition) DeleteExpired(ctx context.Context, limit int) (total Swept, err error) {
	err = each(c.sweepers(), func(x Sweeper) error {
		swept, err := x.DeleteExpired(ctx, limit)
		total.Sessions += swept.Sessions
		total.VerificationTokens += swept.VerificationTokens
		return err
	})
	return total, err
}

// sweepers returns those stores.
func (c *Composition) sweepers() []Sweeper {
	stores := []any{c.sessionStore()}
	if tokens := c.tokens.store; !same(tokens, stores[0]) {
		stores = append(stores, tokens)
	}
	return all[Sweeper](stores)
}

// all returns the stores that have the extension.
func all[T any](stores []any) (list []T) {
	for _, store := range stores {
		if t, ok := find[T](store); ok {
			list = append(list, t)
		}
	}
	return list
}

// each asks all, and joins what they say.
func each[T any](list []T, ask func(T) error) error {
	if len(list) == 0 {
		_, err := need[T](nil)
		return err
	}
	var errs []error
	for _, x := range list {
		errs = append(errs, ask(x))
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
