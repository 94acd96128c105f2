package cacheadapter

import (
	"maps"
	"reflect"

	"github.com/authdb/authdb"
)

func cloneSession(s *authdb.Session) *authdb.Session {
	c := *s
	c.Extra = cloneExtra(s.Extra)
	return &c
}

func cloneUser(u *authdb.User) *authdb.User {
	c := *u
	if u.EmailVerified != nil {
		at := *u.EmailVerified
		c.EmailVerified = &at
	}
	c.Extra = cloneExtra(u.Extra)
	return &c
}

func cloneExtra(extra map[string]any) map[string]any {
	c := maps.Clone(extra)
	for name, v := range c {
		switch v.(type) {
		case nil, string, bool, int, int64, uint64, float64: // most
		default:
			c[name] = clone(reflect.ValueOf(v)).Interface()
		}
	}
	return c
}

// clone copies what pointers, slices, maps and exported fields lead to. What a
// type hides in fields of its own it shares, as time.Time its zone.
func clone(v reflect.Value) reflect.Value {
	to := reflect.New(v.Type()).Elem()
	to.Set(v)
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			to.Set(reflect.New(v.Type().Elem()))
			to.Elem().Set(clone(v.Elem()))
		}
	case reflect.Interface:
		if !v.IsNil() {
			to.Set(clone(v.Elem()))
		}
	case reflect.Slice:
		if !v.IsNil() {
			to.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				to.Index(i).Set(clone(v.Index(i)))
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			to.Index(i).Set(clone(v.Index(i)))
		}
	case reflect.Map:
		if !v.IsNil() {
			to.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
			for key, value := range v.Seq2() {
				to.SetMapIndex(key, clone(value))
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				to.Field(i).Set(clone(v.Field(i)))
			}
		}
	}
	return to
}
