package adaptertest

import (
	"fmt"
	"reflect"
	"time"

	"github.com/authdb/authdb"
)

// extraRules are those on the further columns of a record.
func (c creator[R]) extraRules() []rule {
	declared := c.needs | extraFacts[c.record]
	rules := []rule{
		{name: c.record + ": a key of Extra that the row does not have is ErrInvalid", needs: c.needs, check: func(r *rig) {
			c.refusesExtra(r, "NoSuchColumn", "x")
		}},
		{name: c.record + ": a key of Extra that names a field of the record is ErrInvalid", needs: c.needs, check: func(r *rig) {
			for _, field := range recordFields[c.record] {
				if field != "Extra" {
					c.refusesExtra(r, field, "x")
				}
			}
		}},
		{name: c.record + ": Extra is stored and returned", needs: declared, check: func(r *rig) {
			for i := range 2 {
				extra := make(map[string]any)
				for _, column := range r.columns(c.record) {
					extra[column.field] = column.values[i]
				}
				c.keepsExtra(r, extra)
			}
		}},
		{name: c.record + ": a zero value in Extra is written", needs: declared, check: func(r *rig) {
			for _, column := range r.columns(c.record) {
				if zero, ok := column.zero(); ok {
					c.keepsExtra(r, map[string]any{column.field: zero})
				}
			}
		}},
		{name: c.record + ": nil in Extra is NULL", needs: declared, check: func(r *rig) {
			for _, column := range r.columns(c.record) {
				if column.nullable {
					c.keepsExtra(r, map[string]any{column.field: nil})
				}
			}
		}},
		{name: c.record + ": a value in Extra of another type is ErrInvalid", needs: declared, check: func(r *rig) {
			for _, column := range r.columns(c.record) {
				c.refusesExtra(r, column.field, struct{ No string }{"such type"})
			}
		}},
		{name: c.record + ": text in Extra that can't be stored is ErrInvalid", needs: declared, check: func(r *rig) {
			for _, column := range r.columns(c.record) {
				if _, ok := column.values[0].(string); ok {
					c.refusesExtra(r, column.field, r.fresh("x")+"\x00")
					c.refusesExtra(r, column.field, r.fresh("x")+"\xff")
				}
			}
		}},
	}
	if c.patch != nil {
		rules = append(rules, c.extraPatchRules(declared|c.patchNeeds)...)
	}
	return group("Extra", 0, rules)
}

func (c creator[R]) extraPatchRules(declared facts) []rule {
	return []rule{
		{name: c.record + ": a patch writes the keys of Extra that are present", needs: declared, check: func(r *rig) {
			for _, column := range r.columns(c.record) {
				stored := c.createExtra(r, map[string]any{column.field: column.values[0]})
				c.patchesExtra(r, stored, column.field, column.values[1])
				if zero, ok := column.zero(); ok {
					c.patchesExtra(r, stored, column.field, zero)
				}
				if column.nullable {
					c.patchesExtra(r, stored, column.field, column.values[0])
					c.patchesExtra(r, stored, column.field, nil)
				}
			}
		}},
		{name: c.record + ": a patch leaves the keys of Extra that are absent", needs: declared, check: func(r *rig) {
			want := make(map[string]any)
			for _, column := range r.columns(c.record) {
				want[column.field] = column.values[0]
			}
			stored := c.createExtra(r, want)
			for _, column := range r.columns(c.record) {
				want[column.field] = column.values[1]
				_, err := c.patch(r, stored, map[string]any{column.field: column.values[1]})
				r.ok(err, "writing "+column.field)
				c.hasExtra(r, stored, want)
			}
			_, err := c.patch(r, stored, nil)
			r.ok(err, "an empty patch")
			c.hasExtra(r, stored, want)
		}},
		{name: c.record + ": a patch with an invalid Extra changes nothing", needs: declared, check: func(r *rig) {
			column := r.columns(c.record)[0]
			stored := c.createExtra(r, map[string]any{column.field: column.values[0]})
			for key, value := range map[string]any{"NoSuchColumn": "x", "ID": "x", column.field: struct{ No string }{}} {
				extra := map[string]any{column.field: column.values[1], key: value}
				_, err := c.patch(r, stored, extra)
				r.invalid(err, key, "a patch with the Extra "+fmt.Sprint(extra))
			}
			c.hasExtra(r, stored, map[string]any{column.field: column.values[0]})
		}},
	}
}

var userExtraRules = group("Extra", extraUser, []rule{
	{name: "Every look-up returns the user's Extra", needs: hasAccounts | hasSessions, check: func(r *rig) {
		extra := make(map[string]any)
		for _, column := range r.columns("User") {
			extra[column.field] = column.values[0]
		}
		user := r.addUser(func(u *authdb.User) { u.Extra = extra })
		account, session := r.addAccount(user.ID), r.addSession(user.ID)
		byEmail, err := r.GetUserByEmail(r.ctx, user.Email)
		r.ok(err, "GetUserByEmail")
		r.sameExtra(byEmail.Extra, extra, "GetUserByEmail")
		byAccount, err := r.GetUserByAccount(r.ctx, account.Provider, account.ProviderAccountID)
		r.ok(err, "GetUserByAccount")
		r.sameExtra(byAccount.Extra, extra, "GetUserByAccount")
		_, bySession, err := r.GetSessionAndUser(r.ctx, session.SessionToken)
		r.ok(err, "GetSessionAndUser")
		r.sameExtra(bySession.Extra, extra, "GetSessionAndUser")
	}},
})

// columns are the further columns of the record.
func (r *rig) columns(record string) []extraColumn {
	var list []extraColumn
	for _, column := range r.config.extras {
		if column.record == record {
			list = append(list, column)
		}
	}
	return list
}

// zero returns the zero value of the column's type, if any column can be
// expected to hold it.
func (column extraColumn) zero() (any, bool) {
	t := reflect.TypeOf(column.values[0])
	switch t.Kind() {
	case reflect.Bool, reflect.String, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return reflect.Zero(t).Interface(), true
	}
	return nil, false
}

func (c creator[R]) createExtra(r *rig, extra map[string]any) *R {
	r.Helper()
	record := c.make(r)
	*c.extra(record) = extra
	stored, err := c.create(r, record)
	r.ok(err, fmt.Sprintf("storing the Extra %v", extra))
	return stored
}

func (c creator[R]) keepsExtra(r *rig, extra map[string]any) {
	r.Helper()
	stored := c.createExtra(r, extra)
	r.sameExtra(*c.extra(stored), extra, "what storing returned")
	c.hasExtra(r, stored, extra)
}

func (c creator[R]) hasExtra(r *rig, stored *R, extra map[string]any) {
	r.Helper()
	read, err := c.read(r, stored)
	r.ok(err, "reading the record")
	r.sameExtra(*c.extra(read), extra, "what reading returned")
}

func (c creator[R]) patchesExtra(r *rig, stored *R, field string, value any) {
	r.Helper()
	extra := map[string]any{field: value}
	got, err := c.patch(r, stored, extra)
	r.ok(err, fmt.Sprintf("a patch with the Extra %v", extra))
	r.sameExtra(*c.extra(got), extra, "what the patch returned")
	c.hasExtra(r, stored, extra)
}

func (c creator[R]) refusesExtra(r *rig, key string, value any) {
	r.Helper()
	record := c.make(r)
	*c.extra(record) = map[string]any{key: value}
	_, err := c.create(r, record)
	r.invalid(err, key, "storing the Extra "+key)
	*c.extra(record) = nil
	stored, err := c.create(r, record)
	r.ok(err, "storing the record without it after the refusal")
	if c.patch != nil && r.has(c.patchNeeds) {
		_, err = c.patch(r, stored, map[string]any{key: value})
		r.invalid(err, key, "a patch with the Extra "+key)
	}
}

// sameExtra compares the wanted keys: a row may have others.
func (r *rig) sameExtra(got, want map[string]any, what string) {
	r.Helper()
	for key, value := range want {
		if !sameValue(got[key], value) {
			r.Errorf("%s: Extra[%q] is %#v, want %#v", what, key, got[key], value)
		}
	}
}

// sameValue compares values of further columns. NULL comes back as nil or as
// the zero value of the column's type.
func sameValue(got, want any) bool {
	if want == nil {
		return got == nil || reflect.ValueOf(got).IsZero()
	}
	if at, ok := want.(time.Time); ok {
		t, ok := got.(time.Time)
		return ok && t.Equal(at)
	}
	return reflect.DeepEqual(got, want)
}
