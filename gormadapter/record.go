package gormadapter

import (
	"reflect"
	"time"

	"github.com/authdb/authdb"
)

// A kind is what a record's field holds, whatever its row stores it as.
type kind int

const (
	text    kind = iota // string
	instant             // time.Time or *time.Time
	integer             // int64
	counter             // uint32
	boolean             // bool
)

// A member is one field of a record, and what the contract says of it.
type member struct {
	name      string
	index     int // in the record's struct
	kind      kind
	needed    bool // a row without it can't keep the contract
	required  bool // may not be empty when it is created
	key       bool // looked up by; matches byte for byte
	null      bool // "" and 0 are NULL
	patchable bool // an update may change it
	madeID    bool // made where it is empty
	user      bool // points at the user
	printable bool // ASCII without spaces and controls
}

// roles of members, by record. What is not listed is a field that a row may
// lack, and that may be empty.
type roles map[string]member

var (
	userRoles = roles{
		"ID":    {needed: true, key: true, madeID: true},
		"Name":  {null: true},
		"Email": {needed: true, key: true, null: true},
		"Image": {null: true},

		"EmailVerified": {patchable: true},
	}
	accountRoles = roles{
		"ID":                {madeID: true},
		"UserID":            {needed: true, required: true, key: true, user: true},
		"Type":              {required: true},
		"Provider":          {needed: true, required: true, key: true},
		"ProviderAccountID": {needed: true, required: true, key: true},
		"RefreshToken":      {null: true},
		"AccessToken":       {null: true},
		"ExpiresAt":         {null: true},
		"TokenType":         {null: true},
		"Scope":             {null: true},
		"IDToken":           {null: true},
		"SessionState":      {null: true},
	}
	sessionRoles = roles{
		"ID":           {madeID: true},
		"SessionToken": {needed: true, required: true, key: true},
		"UserID":       {needed: true, required: true, key: true, user: true},
		"Expires":      {needed: true, required: true, patchable: true},
	}
	verificationTokenRoles = roles{
		"Identifier": {needed: true, required: true, key: true},
		"Token":      {needed: true, required: true, key: true},
		"Expires":    {needed: true, required: true},
	}
	authenticatorRoles = roles{
		"CredentialID":         {needed: true, required: true, key: true, printable: true},
		"UserID":               {needed: true, required: true, key: true, user: true},
		"ProviderAccountID":    {required: true},
		"CredentialPublicKey":  {needed: true, required: true},
		"Counter":              {needed: true, patchable: true},
		"CredentialDeviceType": {required: true},
		"Transports":           {null: true},
	}
)

// membersOf returns the members of a record type in the order of its fields.
func membersOf(record reflect.Type, roles roles) []member {
	var members []member
	for i := range record.NumField() {
		f := record.Field(i)
		m := roles[f.Name]
		m.name, m.index, m.patchable = f.Name, i, m.patchable || m.null
		switch reflect.Zero(f.Type).Interface().(type) {
		case string:
			m.kind = text
		case time.Time, *time.Time:
			m.kind = instant
		case int64:
			m.kind = integer
		case uint32:
			m.kind = counter
		case bool:
			m.kind = boolean
		default: // Extra
			continue
		}
		members = append(members, m)
	}
	return members
}

// extraOf returns the Extra of a record or a patch.
func extraOf(record reflect.Value) map[string]any {
	return record.FieldByName("Extra").Interface().(map[string]any)
}

// change is what a patch says of one member: nothing, NULL or a value.
type change struct {
	name  string
	set   bool
	value any // of the record's type; nil is NULL
}

func changeOf[T any](name string, f authdb.Field[T]) change {
	if f.IsNull() {
		return change{name, true, nil}
	}
	return change{name, f.IsSet(), f.Value()}
}
