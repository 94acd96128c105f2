package fromnextauth3

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/presets"
)

// ErrDeclined is for the functions of Complete to return for a row that is not to
// be moved.
var ErrDeclined = errors.New("fromnextauth3: declined")

// Options say how to move. The zero value is right for most.
type Options struct {
	// Schema and TablePrefix say where the old tables are, as those of
	// authdb.Layout do: TablePrefix "v3_" is for tables that were renamed to
	// v3_users and so on. Default: users, accounts, ... where the connection
	// looks.
	Schema, TablePrefix string

	// InUse says that NextAuth 3 is still in use: users and accounts are moved,
	// and sessions and verification requests are left to the last run, without
	// it. Default: all is moved.
	InUse bool

	// DryRun writes nothing, and counts what a run would do. What only the new
	// database can refuse, it does not know: a key that differs from another in
	// case, where the collation ignores that; and of adapters other than
	// gormadapter's, a value that is too long, and whether a verification token
	// is there already.
	DryRun bool

	// BatchSize is how many rows are read and written together, in one
	// transaction. A server may want fewer where tokens are so long that a
	// batch is longer than its max_allowed_packet. Default: 500.
	BatchSize int

	// Progress is called after each batch. Default: nothing is.
	Progress func(Progress)

	// NewID returns the id under which a row of the old number is stored. It
	// returns the same each time, and of two rows different ones. It is for
	// columns that hold no such text, as those of UUIDs, and for a second
	// NextAuth 3 database that moves into the same tables. For accounts and
	// sessions it may return the empty string: the adapter makes an id, or the
	// database. Default: the number as text.
	NewID func(record string, old int32) string

	// Complete are called for each row before it is stored.
	Complete Complete

	// Now says what has expired. Default: time.Now.
	Now func() time.Time
}

// Complete holds functions that may change a record after it was made of the old
// row: to fill in Extra, for columns of the application's own, or to normalise an
// address. They may be called several times for one row, and return the same each
// time. ErrDeclined leaves the row behind; any other error ends Run. A nil
// function does nothing. Of a row that is there already only what Run updates is
// changed, so that Extra is written once.
type Complete struct {
	User              func(old *presets.NextAuth3User, user *authdb.User) error
	Account           func(old *presets.NextAuth3Account, account *authdb.Account) error
	Session           func(old *presets.NextAuth3Session, session *authdb.Session) error
	VerificationToken func(old *presets.NextAuth3VerificationRequest, token *authdb.VerificationToken) error
}

// batch is the default of BatchSize.
const batch = 500

// withDefaults fills in what is left out, or says what can't be.
func (o Options) withDefaults() (Options, error) {
	if o.BatchSize < 0 {
		return o, fmt.Errorf("%w: Options.BatchSize is negative", authdb.ErrInvalid)
	}
	if o.BatchSize == 0 {
		o.BatchSize = batch
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	if o.NewID == nil {
		o.NewID = func(_ string, old int32) string { return strconv.Itoa(int(old)) }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o, nil
}
