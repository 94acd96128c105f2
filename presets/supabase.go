package presets

import "github.com/authdb/authdb"

// Supabase returns the tables of @auth/supabase-adapter, on PostgreSQL, in the
// schema next_auth unless [Schema] says otherwise.
//
// The columns oauth_token and oauth_token_secret are left alone.
func Supabase(opts ...Option) authdb.Models {
	return authdb.Models{
		User:              authdb.ByDatabase{"postgres": &SupabaseUser{}},
		Account:           authdb.ByDatabase{"postgres": &SupabaseAccount{}},
		Session:           authdb.ByDatabase{"postgres": &SupabaseSession{}},
		VerificationToken: authdb.ByDatabase{"postgres": &SupabaseVerificationToken{}},
		Authenticator:     authdb.Absent,
		Layout:            layout(authdb.Layout{Origin: "supabase", Schema: "next_auth"}, opts),
	}
}

// SupabaseUser is a row of the table users.
type SupabaseUser struct {
	ID            string       `gorm:"column:id;primaryKey;type:uuid"`
	Name          *string      `gorm:"column:name"`
	Email         *string      `gorm:"column:email"`
	EmailVerified *Timestamptz `gorm:"column:emailVerified"`
	Image         *string      `gorm:"column:image"`
}

// TableName names the table.
func (SupabaseUser) TableName() string { return "users" }

// SupabaseAccount is a row of the table accounts.
type SupabaseAccount struct {
	ID                string `gorm:"column:id;primaryKey;type:uuid"`
	UserID            string `gorm:"column:userId;type:uuid"`
	Type              string `gorm:"column:type"`
	Provider          string `gorm:"column:provider"`
	ProviderAccountID string `gorm:"column:providerAccountId"`
	Tokens[int64]
}

// TableName names the table.
func (SupabaseAccount) TableName() string { return "accounts" }

// SupabaseSession is a row of the table sessions.
type SupabaseSession struct {
	ID           string      `gorm:"column:id;primaryKey;type:uuid"`
	SessionToken string      `gorm:"column:sessionToken"`
	UserID       string      `gorm:"column:userId;type:uuid"`
	Expires      Timestamptz `gorm:"column:expires"`
}

// TableName names the table.
func (SupabaseSession) TableName() string { return "sessions" }

// SupabaseVerificationToken is a row of the table verification_tokens.
type SupabaseVerificationToken struct {
	Identifier string      `gorm:"column:identifier"`
	Token      string      `gorm:"column:token;primaryKey"`
	Expires    Timestamptz `gorm:"column:expires"`
}

// TableName names the table.
func (SupabaseVerificationToken) TableName() string { return "verification_tokens" }
