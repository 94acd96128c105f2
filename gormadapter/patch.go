package gormadapter

import (
	"context"
	"reflect"

	"github.com/authdb/authdb"
)

// A patch is what an update changes, of whichever record.
type patch struct {
	changes []change
	extra   map[string]any

	// readable, unless it is nil, says what is wrong with the row that is to
	// be changed, before it is.
	readable func(ctx context.Context, row reflect.Value) error
}

func (p *patch) isEmpty() bool {
	for _, c := range p.changes {
		if c.set {
			return false
		}
	}
	return len(p.extra) == 0
}

// applied returns what the patch assigns, in a row of nothing else, or what is wrong
// with it, before anything is read.
func (p *patch) applied(ctx context.Context, t *table) (*assignments, error) {
	set := &assignments{t: t, row: t.newRow()}
	return set, p.apply(ctx, t, set.row, set)
}

// apply puts the patch into the row, and what it touched into set.
func (p *patch) apply(ctx context.Context, t *table, row reflect.Value, set *assignments) error {
	for _, change := range p.changes {
		c := t.column(change.name)
		if !change.set || c == nil { // the row drops what it has no field for
			continue
		}
		if err := t.check(c, change.value); err != nil {
			return err
		}
		null, err := t.store(ctx, c, row, change.value)
		if err != nil {
			return err
		}
		set.patched = append(set.patched, c)
		if null {
			set.nulls = append(set.nulls, c)
		}
	}
	nulls, err := t.encodeExtra(ctx, p.extra, row, updatable)
	for name := range p.extra {
		if c := t.extra[name]; c != nil {
			set.patched = append(set.patched, c)
		}
	}
	set.nulls = append(set.nulls, nulls...)
	return err
}

func userPatch(p authdb.UserPatch) *patch {
	return &patch{changes: []change{
		changeOf("Name", p.Name),
		changeOf("Email", p.Email),
		changeOf("EmailVerified", p.EmailVerified),
		changeOf("Image", p.Image),
	}, extra: p.Extra}
}

func sessionPatch(p authdb.SessionPatch) *patch {
	return &patch{changes: []change{changeOf("Expires", p.Expires)}, extra: p.Extra}
}

func accountPatch(p authdb.AccountPatch) *patch {
	return &patch{changes: []change{
		changeOf("RefreshToken", p.RefreshToken),
		changeOf("AccessToken", p.AccessToken),
		changeOf("ExpiresAt", p.ExpiresAt),
		changeOf("TokenType", p.TokenType),
		changeOf("Scope", p.Scope),
		changeOf("IDToken", p.IDToken),
		changeOf("SessionState", p.SessionState),
	}, extra: p.Extra}
}
