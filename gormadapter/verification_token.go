package gormadapter

import (
	"context"
	"errors"
	"reflect"
	"slices"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/secret"
)

var _ authdb.VerificationTokenReader = (*Adapter)(nil)

// CreateVerificationToken implements authdb.VerificationTokenStore.
func (a *Adapter) CreateVerificationToken(ctx context.Context, token *authdb.VerificationToken) (*authdb.VerificationToken, error) {
	created, err := a.createVerificationToken(ctx, token)
	return created, a.wrap(ctx, "create verification token", err)
}

func (a *Adapter) createVerificationToken(ctx context.Context, token *authdb.VerificationToken) (*authdb.VerificationToken, error) {
	if token == nil || a.secrets.hash == nil && !secret.IsForm(token.Token) {
		return create(ctx, a, a.tokens, token)
	}
	if err := a.begun(ctx, a.tokens); err != nil {
		return nil, err
	}
	hash, err := a.hashed(a.tokens, a.tokens.key[1], token.Token, secret.VerificationToken(token.Identifier, token.Token))
	if err != nil {
		return nil, err
	}
	stored := *token
	stored.Token = hash
	created, err := create(ctx, a, a.tokens, &stored)
	if err == nil {
		created.Token = token.Token
	}
	return created, err
}

// GetVerificationToken implements authdb.VerificationTokenReader, in one statement.
func (a *Adapter) GetVerificationToken(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
	var found *authdb.VerificationToken
	forms := a.secrets.hash.Candidates(secret.VerificationToken(identifier, token))
	err := a.byForms(ctx, a.tokens, forms, func(form string) error {
		args, err := a.keyArgs(ctx, nil, a.tokens, a.tokens.key, []string{identifier, form})
		if err != nil {
			return err
		}
		found, err = readValid(ctx, a, a.queries().of[a.tokens].one, args, func(t *authdb.VerificationToken) error {
			if t.Expires.Before(a.now()) {
				return authdb.ErrExpired
			}
			return nil
		})
		return err
	})
	if err != nil {
		return nil, a.wrap(ctx, "get verification token", err)
	}
	if a.secrets.hash != nil {
		found.Token = token
	}
	return found, nil
}

// UseVerificationToken implements authdb.VerificationTokenStore.
func (a *Adapter) UseVerificationToken(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
	used, err := a.useVerificationToken(ctx, identifier, token)
	return used, a.wrap(ctx, "use verification token", err)
}

func (a *Adapter) useVerificationToken(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
	t := a.tokens
	if err := a.begun(ctx, t); err != nil {
		return nil, err
	}
	forms := a.secrets.hash.Candidates(secret.VerificationToken(identifier, token))
	if len(forms) == 1 && a.changesAlone(t) && !t.deleteHooks() && (a.deletesReturn || a.tx == nil || a.tx.own) {
		used, err := a.takeAlone(ctx, identifier, forms[0])
		return a.used(used, token, err)
	}
	var row reflect.Value
	err := a.inTx(ctx, func(tx *gorm.DB) error {
		defer sendsAgain(tx)()
		var used string
		err := a.byForms(ctx, t, forms, func(form string) (err error) {
			used = form
			row, err = a.take(ctx, tx, identifier, form)
			return err
		})
		if err != nil {
			return err
		}
		return a.discardOthers(ctx, tx, identifier, forms, used)
	})
	if err != nil {
		return nil, err
	}
	used, err := decodeTo[authdb.VerificationToken](ctx, t, row)
	return a.used(used, token, err)
}

// used returns a token that was used up, as its caller knows it.
func (a *Adapter) used(used *authdb.VerificationToken, token string, err error) (*authdb.VerificationToken, error) {
	if err != nil {
		return nil, err
	}
	if used.Expires.Before(a.now()) {
		return nil, authdb.ErrExpired
	}
	if a.secrets.hash != nil {
		used.Token = token
	}
	return used, nil
}

// takeAlone deletes the row in one statement, which brings it back or, where it
// can't, says whether it had something to delete. Whoever deleted it has the token.
func (a *Adapter) takeAlone(ctx context.Context, identifier, form string) (used *authdb.VerificationToken, err error) {
	t := a.tokens
	args, err := a.keyArgs(ctx, nil, t, t.key, []string{identifier, form})
	if err != nil {
		return nil, err
	}
	where := a.matches(t, args)
	err = a.alone(ctx, func(tx *gorm.DB) (err error) {
		if !a.deletesReturn {
			used, err = recordFrom[authdb.VerificationToken](ctx, a, a.primary(a.base), a.queries().of[t].one, args)
			if err != nil {
				return err
			}
			n, err := a.remove(tx, t, where, reflect.Value{})
			return deleted(n, err)
		}
		row := t.newRow()
		n, err := a.removeRow(tx, t, where, row, true)
		if n == 0 {
			return deleted(n, err)
		}
		if err == nil {
			used, err = decodeTo[authdb.VerificationToken](ctx, t, row)
		}
		return a.unread(t, err)
	})
	return used, err
}

// deleted returns ErrNotFound if somebody was faster.
func deleted(n int64, err error) error {
	if err == nil && n == 0 {
		err = authdb.ErrNotFound
	}
	return err
}

// take reads the row under a lock and deletes it; whose DELETE has a row to
// delete has the token. It is one way for all databases: MySQL has no DELETE
// that returns its rows.
func (a *Adapter) take(ctx context.Context, tx *gorm.DB, identifier, form string) (reflect.Value, error) {
	t := a.tokens
	args, err := a.keyArgs(ctx, nil, t, t.key, []string{identifier, form})
	if err != nil {
		return reflect.Value{}, err
	}
	found, err := a.one(ctx, tx, a.queries().of[t].locked, args...)
	if err != nil {
		return reflect.Value{}, err
	}
	loaded := reflect.Value{}
	if t.deleteHooks() {
		loaded = found[0]
	}
	n, err := a.remove(tx, t, a.matches(t, args), loaded)
	return found[0], deleted(n, err)
}

// discardOthers removes what is stored of the same token in other forms: a
// process with other options may have made it again meanwhile.
func (a *Adapter) discardOthers(ctx context.Context, tx *gorm.DB, identifier string, forms []string, used string) error {
	for _, form := range slices.Backward(forms) {
		if form == used {
			continue
		}
		args, err := a.keyArgs(ctx, nil, a.tokens, a.tokens.key, []string{identifier, form})
		if errors.Is(err, authdb.ErrNotFound) {
			continue
		}
		if err == nil {
			err = a.discard(ctx, tx, a.tokens, args)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
