package gormadapter

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/secret"
)

// secrets are how tokens are stored otherwise than as they are: nil, where the
// options don't say so.
type secrets struct {
	hash *secret.Hasher
	seal *secret.Sealer
}

// configureSecrets returns what keeps the rows from holding what the options
// want stored.
func (a *Adapter) configureSecrets() (errs []error) {
	if h := a.opts.HashedTokens; h != nil {
		a.secrets.hash = secret.NewHasher(*h)
	}
	if e := a.opts.TokenEncryption; e != nil && a.opts.Err == nil {
		sealer, err := secret.NewSealer(*e)
		if err != nil {
			return []error{fmt.Errorf("gormadapter: authdb.WithTokenEncryption: %w", err)}
		}
		a.secrets.seal = sealer
	}
	return a.secretMisfits(func(s secretColumn) error {
		return s.t.errorf("%s is stored %s (%s), which a %v of %d characters can't hold: make it a string of %d or more, or leave %s out",
			s.c.name, s.how, s.option, s.c.field.FieldType, s.c.field.Size, len(s.sample), s.option)
	})
}

// checkSecrets is configureSecrets for what the catalogue has shown since.
func (a *Adapter) checkSecrets() error {
	return errors.Join(a.secretMisfits(func(s secretColumn) error {
		return faultf(authdb.ErrSchema, "table %s, column %s: holds %d characters, and %s.%s stored %s has %d or more (%s): make the column longer",
			s.t.name, s.c.field.DBName, s.c.length.Load(), s.t.record, s.c.name, s.how, len(s.sample), s.option)
	})...)
}

// A secretColumn is one that the options say something of.
type secretColumn struct {
	t                   *table
	c                   *column
	how, option, sample string // the sample is of what is stored, as short as it comes
}

func (a *Adapter) secretMisfits(misfit func(secretColumn) error) (errs []error) {
	for _, s := range a.secretColumns() {
		if s.t.checkText(s.c, s.sample) != nil || s.t.cannotStore(s.c, s.sample) {
			errs = append(errs, misfit(s))
		}
	}
	return errs
}

func (a *Adapter) secretColumns() (columns []secretColumn) {
	add := func(t *table, name, how, option, sample string) {
		if t == nil {
			return
		}
		if c := t.column(name); c != nil {
			columns = append(columns, secretColumn{t, c, how, option, sample})
		}
	}
	if h := a.secrets.hash; h.Hashes() {
		sample := h.Form(secret.Session(""))
		add(a.sessions, "SessionToken", "hashed", "authdb.WithHashedTokens", sample)
		add(a.tokens, "Token", "hashed", "authdb.WithHashedTokens", sample)
	}
	if s := a.secrets.seal; s != nil && !a.opts.TokenEncryption.WritePlain {
		for _, field := range sealedFields {
			add(a.accounts, field, "encrypted", "authdb.WithTokenEncryption", s.Seal(secret.Place{}, "x"))
		}
	}
	return columns
}

// tokenForms returns the texts under which the session with the token may be
// stored, the likely ones first: one, unless WithHashedTokens has several keys
// or accepts plain tokens, and none for what looks like a stored hash where
// tokens are stored as they are. Use byForms to find a row, and byAllForms to
// remove it: ConvertSecrets and UpdateSession may give it another form meanwhile.
func (a *Adapter) tokenForms(token string) []string {
	return a.secrets.hash.Candidates(secret.Session(token))
}

// byForms calls f with one form after the other until f finds its row, or fails.
func (a *Adapter) byForms(ctx context.Context, t *table, forms []string, f func(form string) error) error {
	if err := a.begun(ctx, t); err != nil { // also where there is no form
		return err
	}
	err := byEach(forms, f)
	if len(forms) > 1 && a.secrets.hash.Moves() && isMissing(err) {
		// The row may have been rewritten after its new form was missed and
		// before its old one was looked for.
		err = byEach(forms[:len(forms)-1], f)
	}
	return err
}

// byAllForms calls f with every form, the latest first and, where a row may move
// either way, again in the other direction.
func (a *Adapter) byAllForms(ctx context.Context, t *table, forms []string, f func(form string) error) error {
	if err := a.begun(ctx, t); err != nil {
		return err
	}
	order := slices.Clone(forms)
	slices.Reverse(order)
	if len(forms) > 1 && a.secrets.hash.Moves() {
		order = append(order, forms[1:]...)
	}
	for _, form := range order {
		if err := f(form); err != nil {
			return err
		}
	}
	return nil
}

func byEach(forms []string, f func(form string) error) error {
	err := authdb.ErrNotFound
	for _, form := range forms {
		if err = f(form); !isMissing(err) {
			break
		}
	}
	return err
}

// isMissing reports whether err is of a row that is not there, rather than of
// one that has expired.
func isMissing(err error) bool {
	return errors.Is(err, authdb.ErrNotFound) && !errors.Is(err, authdb.ErrExpired)
}

// hashed returns the text to be stored for a token, which is checked as one that
// is stored as it is.
func (a *Adapter) hashed(t *table, c *column, raw string, token secret.Token) (string, error) {
	if err := t.check(c, raw); err != nil {
		return "", err
	}
	form := a.secrets.hash.Form(token)
	if form == raw && secret.IsForm(raw) {
		return "", faultf(authdb.ErrInvalid, "%s.%s: it looks like a hash that authdb.WithHashedTokens has stored, which could be presented by whoever reads it: make another token", t.record, c.name)
	}
	return form, nil
}

// discard removes the row with that key inside a transaction, if it is there.
func (a *Adapter) discard(ctx context.Context, tx *gorm.DB, t *table, args []any) error {
	if !t.deleteHooks() {
		_, err := a.remove(tx, t, a.matches(t, args), reflect.Value{})
		return err
	}
	found, err := a.find(ctx, tx, a.queries().of[t].any, args...)
	if err != nil {
		return err
	}
	return a.removeEach(ctx, tx, t, found)
}

// sealedFields are the members of an account that are encrypted.
var sealedFields = []string{"RefreshToken", "AccessToken", "IDToken"}

// sealedTexts returns those members of a record.
func sealedTexts(account *authdb.Account) map[string]*string {
	return map[string]*string{"RefreshToken": &account.RefreshToken, "AccessToken": &account.AccessToken, "IDToken": &account.IDToken}
}

// sealed returns the account as it is stored.
func (a *Adapter) sealed(account *authdb.Account) (*authdb.Account, error) {
	stored := *account
	for field, text := range sealedTexts(&stored) {
		var err error
		if *text, err = a.sealText(account.Provider, account.ProviderAccountID, field, *text); err != nil {
			return nil, err
		}
	}
	return &stored, nil
}

// sealText returns what is stored of one member. Its length is checked before,
// as that of a text which is stored as it is, and afterwards.
func (a *Adapter) sealText(provider, id, field, plain string) (string, error) {
	t := a.accounts
	c := t.column(field)
	if c == nil { // the row drops it
		return plain, nil
	}
	if err := t.check(c, plain); err != nil {
		return "", err
	}
	if a.opts.TokenEncryption.WritePlain && secret.IsSealed(plain) {
		return "", faultf(authdb.ErrInvalid, "%s.%s: it looks like a token that authdb.WithTokenEncryption has encrypted", t.record, field)
	}
	stored := a.secrets.seal.Seal(secret.Place{Provider: provider, ProviderAccountID: id, Field: field}, plain)
	if err := t.check(c, stored); err != nil && stored != "" {
		return "", faultf(authdb.ErrInvalid, "%s.%s: encrypted it is longer than its column: make the column longer", t.record, field)
	}
	return stored, nil
}

// opened makes an account that was read what it was before it was encrypted.
func (a *Adapter) opened(account *authdb.Account, err error) (*authdb.Account, error) {
	if a.secrets.seal == nil || err != nil {
		return account, err
	}
	for field, text := range sealedTexts(account) {
		if *text, err = a.openText(account.Provider, account.ProviderAccountID, field, *text); err != nil {
			return nil, err
		}
	}
	return account, nil
}

func (a *Adapter) openText(provider, id, field, stored string) (string, error) {
	plain, err := a.secrets.seal.Open(secret.Place{Provider: provider, ProviderAccountID: id, Field: field}, stored)
	if err != nil {
		return "", faultf(authdb.ErrSecret, "%s.%s: %v", a.accounts.record, field, err)
	}
	return plain, nil
}

// sealedPatch is the patch as it is stored. What it leaves has to be readable,
// before anything is written.
func (a *Adapter) sealedPatch(provider, id string, patch authdb.AccountPatch) (*patch, error) {
	left := []string{}
	for field, change := range map[string]*authdb.Field[string]{
		"RefreshToken": &patch.RefreshToken, "AccessToken": &patch.AccessToken, "IDToken": &patch.IDToken,
	} {
		if !change.IsSet() {
			left = append(left, field)
			continue
		}
		stored, err := a.sealText(provider, id, field, change.Value())
		if err != nil {
			return nil, err
		}
		*change = authdb.Set(stored)
	}
	p := accountPatch(patch)
	p.readable = func(ctx context.Context, row reflect.Value) error {
		for _, field := range left {
			c := a.accounts.column(field)
			if c == nil {
				continue
			}
			stored, err := a.accounts.text(ctx, c, row)
			if err == nil {
				_, err = a.openText(provider, id, field, stored)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	return p, nil
}
