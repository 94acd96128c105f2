package gormadapter

import (
	"context"
	"reflect"

	"github.com/authdb/authdb"
)

// Decode fills row, a pointer to the application's own row type, from a record
// that the adapter returned: its fields, and those of Extra, with their types.
//
//	var member Member
//	err := adapter.Decode(user, &member)
//
// What the record does not have stays as it is in row. The record is not
// changed. Tokens are those of the record, also where the database has hashes
// or ciphertexts of them (authdb.WithHashedTokens, authdb.WithTokenEncryption):
// don't save such a row.
func (a *Adapter) Decode(record, row any) error {
	err := a.convert(record, row, func(ctx context.Context, t *table, record, row reflect.Value) error {
		filled := t.newRow() // so that a failure leaves row as it is
		filled.Elem().Set(row.Elem())
		_, err := t.encode(ctx, record, filled, inMemory)
		if err == nil {
			row.Elem().Set(filled.Elem())
		}
		return err
	})
	return a.wrap(context.Background(), "decode", err)
}

// Encode is the inverse of Decode: it fills a record from row, for the methods
// that store one.
//
//	user := new(authdb.User)
//	err := adapter.Encode(&member, user)
func (a *Adapter) Encode(row, record any) error {
	err := a.convert(record, row, func(ctx context.Context, t *table, record, row reflect.Value) error {
		return t.decode(ctx, row, record)
	})
	return a.wrap(context.Background(), "encode", err)
}

// convert finds the table that stores the record in rows of this type.
func (a *Adapter) convert(record, row any, f func(ctx context.Context, t *table, record, row reflect.Value) error) error {
	if a.err != nil {
		return a.err
	}
	recordValue, rowValue := reflect.ValueOf(record), reflect.ValueOf(row)
	if isNilOrNoPointer(recordValue) || isNilOrNoPointer(rowValue) {
		return faultf(authdb.ErrInvalid, "a record and a row are to be pointers, and not nil: have %T and %T", record, row)
	}
	for _, t := range a.tables() {
		if recordValue.Type().Elem().Name() == t.record && rowValue.Type().Elem() == t.schema.ModelType {
			return f(context.Background(), t, recordValue.Elem(), rowValue)
		}
	}
	return faultf(authdb.ErrInvalid, "a %T is not stored in a %T: use the types given to authdb.WithModels", record, row)
}

func isNilOrNoPointer(v reflect.Value) bool { return v.Kind() != reflect.Pointer || v.IsNil() }
