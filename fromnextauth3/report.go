package fromnextauth3

// A Report says what became of the rows.
type Report struct {
	Users              Counts
	Accounts           Counts
	Sessions           Counts
	VerificationTokens Counts

	// Refused are the rows that were not moved though they have not expired, of
	// each table in the order of their numbers.
	Refused []Refusal
}

// Counts are those of the rows of one table. Rows is the sum of the others.
type Counts struct {
	Rows    int64 // read
	Created int64
	Updated int64 // there by an earlier run, and changed on the old side since
	Present int64 // there by an earlier run, or by another process
	Expired int64 // left behind
	Refused int64
}

// Moved is how many of the rows the new side has.
func (c Counts) Moved() int64 { return c.Created + c.Updated + c.Present }

func (c *Counts) add(more Counts) {
	c.Rows += more.Rows
	c.Created += more.Created
	c.Updated += more.Updated
	c.Present += more.Present
	c.Expired += more.Expired
	c.Refused += more.Refused
}

// Progress says how far Run is with one table.
type Progress struct {
	Record string // "User", "Account", "Session" or "VerificationToken"
	Total  int64  // rows, when the table was begun
	Counts
}

// A Refusal is a row that was not moved. It names the row and quotes nothing of
// it.
type Refusal struct {
	Record string // as in Progress
	ID     int32  // of the old row
	Reason Reason
}

// A Reason is why a row was not moved.
type Reason string

// The reasons.
const (
	// NoUser: the user that the row belongs to is not there, or was refused.
	// NextAuth 3 has no foreign keys.
	NoUser Reason = "no such user"

	// Duplicate: an earlier row has the same key, which is the one that is
	// moved.
	Duplicate Reason = "duplicate"

	// Taken: the new side has the id, the address, the account or the token, or
	// what else is unique there, and it is somebody else's. Of a user, somebody
	// else is who has another address, or none and differs in anything.
	Taken Reason = "taken by another"

	// Invalid: the new tables can't hold it: a text that is too long, say, or a
	// user without an address where one is required.
	Invalid Reason = "invalid"

	// Declined: the function that Options has for it returned ErrDeclined.
	Declined Reason = "declined"
)
