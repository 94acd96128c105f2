package gormadapter_test

import (
	"context"
	"database/sql"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/models"
)

// A variant is a way in which an application stores the records.
type variant struct {
	name    string
	models  authdb.Models
	options []adaptertest.Option
	// hidden soft-deletes a user, if the rows can be.
	hidden any
	// times says that instants are time.Time, of which MySQL's driver stores the
	// clock on the wall of its loc.
	times bool
	// further options of the adapter
	further []authdb.Option
	// wrap is given the adapter, if it is not nil.
	wrap func(*gormadapter.Adapter) authdb.Adapter
}

func variants() []variant {
	return []variant{
		{name: "default"},
		{
			name:   "embedded",
			models: authdb.Models{User: &member{}, Account: &linked{}, Session: &browser{}, VerificationToken: &invitation{}, Authenticator: &passkey{}},
			options: []adaptertest.Option{
				adaptertest.Extra("User", "Role", "admin", "editor"),
				adaptertest.Extra("User", "Nickname", ptr("Ada"), ptr("Countess"), nil),
				adaptertest.Extra("User", "Tags", []string{"a"}, []string{"b", "c"}),
				adaptertest.Extra("Account", "Scopes", []string{"mail"}, []string{"openid", "profile"}),
				adaptertest.Extra("Session", "UserAgent", ptr("Firefox"), ptr("curl"), nil),
				adaptertest.Extra("Session", "Seen", models.NewTime(time.UnixMilli(1e12)), models.NewTime(time.UnixMilli(2e12))),
				adaptertest.Extra("VerificationToken", "Attempts", int64(3), int64(4)),
				adaptertest.Extra("Authenticator", "Label", "key", "phone"),
			},
		},
		{
			name:   "renamed",
			models: authdb.Models{User: &person{}, Account: &login{}, Session: &visit{}, VerificationToken: &magicLink{}, Authenticator: &authenticatorRow{}},
			options: []adaptertest.Option{
				adaptertest.UUIDs(),
				adaptertest.Drops("Account", "ID", "SessionState"),
				adaptertest.Drops("Session", "ID"),
				adaptertest.Length("Session", "SessionToken", 200),
				adaptertest.Length("Authenticator", "CredentialDeviceType", 0),
			},
			times: true,
		},
		{
			name:   "numbered",
			models: authdb.Models{User: &account{}, Account: &accountLink{}, Session: &accountSession{}, VerificationToken: &accountToken{}, Authenticator: &accountKey{}},
			options: []adaptertest.Option{
				adaptertest.NumberedIDs(),
				adaptertest.Extra("User", "Plan", "free", "pro"),
			},
			hidden: &account{},
			times:  true,
		},
	}
}

func ptr[T any](v T) *T { return &v }

// member and the others of its kind are default rows with further columns.
type (
	member struct {
		models.User
		Role      string `gorm:"size:32;default:member"`
		Nickname  *string
		Tags      []string `gorm:"serializer:json"`
		CreatedAt models.Time
		UpdatedAt time.Time
	}
	linked struct {
		models.Account
		Scopes []string `gorm:"serializer:json"`
	}
	browser struct {
		models.Session
		models.SessionDetails
		Seen models.Time
	}
	invitation struct {
		models.VerificationToken
		Attempts int64
	}
	passkey struct {
		models.Authenticator
		Label string `gorm:"size:64"`
	}
)

// person and the others of its kind have other names and nullable types.
type (
	person struct {
		Key      uuid.UUID      `gorm:"column:person_key;primaryKey;size:36" auth:"ID"`
		FullName sql.NullString `auth:"Name"`
		Mail     sql.NullString `gorm:"column:mail;size:320" auth:"Email"`
		Proven   sql.NullTime   `gorm:"precision:3" auth:"EmailVerified"`
		Image    string
	}
	login struct {
		PersonKey uuid.UUID      `gorm:"size:36" auth:"UserID"`
		Kind      string         `gorm:"size:64" auth:"Type"`
		Issuer    string         `gorm:"size:64;primaryKey" auth:"Provider"`
		Subject   string         `gorm:"size:255;primaryKey" auth:"ProviderAccountID"`
		Refresh   sql.NullString `auth:"RefreshToken"`
		Access    sql.NullString `auth:"AccessToken"`
		Until     sql.NullInt64  `auth:"ExpiresAt"`
		TokenType sql.NullString
		Scope     string
		IDToken   *string
	}
	visit struct {
		Secret string    `gorm:"size:200;primaryKey" auth:"SessionToken"`
		Person uuid.UUID `gorm:"size:36" auth:"UserID"`
		Ends   time.Time `gorm:"precision:3" auth:"Expires"`

		LastSeen sql.NullTime `gorm:"precision:3"`
	}
	magicLink struct {
		Number  uint64 `gorm:"primaryKey"`
		Address string `gorm:"size:320" auth:"Identifier"`
		Hash    string `gorm:"size:255" auth:"Token"`
		Until   int64  `auth:"Expires"`
	}
	authenticatorRow struct {
		Credential models.CredentialID `gorm:"primaryKey;size:1400" auth:"CredentialID"`
		Person     uuid.UUID           `gorm:"size:36" auth:"UserID"`
		Subject    string              `gorm:"size:255" auth:"ProviderAccountID"`
		PublicKey  string              `auth:"CredentialPublicKey"`
		Counter    uint32
		Device     sql.NullString `auth:"CredentialDeviceType"`
		BackedUp   sql.NullBool   `auth:"CredentialBackedUp"`
		Transports string
	}
)

func (person) TableName() string           { return "people" }
func (authenticatorRow) TableName() string { return "keys" }

// account and the others of its kind are numbered and soft-deleted.
type (
	account struct {
		gorm.Model
		Name          string
		Email         *string    `gorm:"size:320;uniqueIndex"`
		EmailVerified *time.Time `gorm:"precision:3"`
		Image         *string
		Plan          string `gorm:"size:16;default:free"`
	}
	accountLink struct {
		gorm.Model
		UserID            uint
		Type              string `gorm:"size:64"`
		Provider          string `gorm:"size:64"`
		ProviderAccountID string `gorm:"size:255"`
		RefreshToken      *string
		AccessToken       *string
		ExpiresAt         *int64
		TokenType         *string
		Scope             *string
		IDToken           *string
		SessionState      *string
	}
	accountSession struct {
		gorm.Model
		SessionToken string `gorm:"size:255"`
		UserID       uint
		Expires      time.Time  `gorm:"precision:3"`
		LastSeen     *time.Time `gorm:"precision:3"`
	}
	accountToken struct {
		gorm.Model
		Identifier string    `gorm:"size:320"`
		Token      string    `gorm:"size:255"`
		Expires    time.Time `gorm:"precision:3"`
	}
	accountKey struct {
		models.Authenticator
		UserID uint
	}
)

// TestAdapter runs the contract on every database with every variant.
func TestAdapter(t *testing.T) {
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			for _, v := range variants() {
				t.Run(v.name, func(t *testing.T) {
					db, version := d.open(t)
					testdb.Report(t, version, v.name, runSuite(t, db, v))
				})
			}
		})
	}
}

// runSuite returns the number of rules that passed.
func runSuite(t *testing.T, db *gorm.DB, v variant) int {
	clock := adaptertest.NewClock(time.Now())
	options := append([]authdb.Option{authdb.WithModels(v.models), authdb.WithClock(clock.Now)}, v.further...)
	adapter := gormadapter.New(db, options...)
	if err := adapter.Synchronize(t.Context()); err != nil {
		t.Fatal(err)
	}
	passed := 0
	suite := append(slices.Clone(v.options), adaptertest.WithClock(clock),
		adaptertest.Require("AuthenticatorStore", "Sweeper", "SessionLister", "VerificationTokenReader", "AuthenticatorRemover", "AccountLister", "AccountUpdater", "Validator", "Checker", "Transactor", "UserLocker"),
		adaptertest.Misconfigured(func(testing.TB) authdb.Adapter { return gormadapter.New(nil, options...) }),
		adaptertest.OnResult(func(_ string, ok bool) {
			if ok {
				passed++
			}
		}))
	if v.hidden != nil {
		suite = append(suite, adaptertest.SoftDelete(func(ctx context.Context, _ authdb.Adapter, id string) error {
			return db.WithContext(ctx).Delete(v.hidden, "id = ?", id).Error
		}))
	}
	if v.times && db.Name() == "mysql" {
		suite = append(suite, adaptertest.Without("Instants in the hours that clocks skip or repeat come back as they were",
			"the connections are in the process's zone, whose clock shows an hour twice"))
	}
	var tested authdb.Adapter = adapter
	if v.wrap != nil {
		tested = v.wrap(adapter)
	}
	adaptertest.Run(t, func(testing.TB) authdb.Adapter { return tested }, suite...)
	return passed
}
