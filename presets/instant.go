package presets

import (
	"time"

	"github.com/authdb/authdb/models"
)

// The texts of instants. What names no zone is UTC, or the wall clock of
// Layout.Location where the form is Local.
const (
	secondText  = "2006-01-02 15:04:05"
	milliText   = "2006-01-02 15:04:05.000"
	offsetText  = "2006-01-02 15:04:05.000 -07:00" // Sequelize's: mind the space
	isoText     = "2006-01-02T15:04:05.000Z07:00"  // JavaScript's toISOString: Z
	isoZoneText = "2006-01-02T15:04:05.000-07:00"  // Prisma's: +00:00
)

// The forms that several origins have.
var (
	timestamptz = models.Form{Type: "timestamptz"}
	number      = models.Form{Type: "integer", Milli: true}
	seconds     = models.Form{Type: "datetime", Text: secondText, Precision: time.Second}
	millis      = models.Form{Type: "datetime(3)", Text: milliText}
)

// on picks the form of the database, by GORM's name of it.
func on(database string, sqlite, postgres, mysql models.Form) models.Form {
	switch database {
	case "postgres":
		return postgres
	case "mysql":
		return mysql
	}
	return sqlite
}

// local is the form in the zone of Layout.Location.
func local(f models.Form) models.Form {
	f.Local = true
	return f
}

// zoned is the form in a column of MySQL's type TIMESTAMP.
func zoned(typ string, f models.Form) models.Form {
	f.Type, f.Zoned = typ, true
	return f
}

type (
	typeormForm          struct{}
	sequelizeForm        struct{}
	prismaForm           struct{}
	drizzleForm          struct{}
	drizzleVerifiedForm  struct{}
	timestamptzForm      struct{}
	kyselyForm           struct{}
	d1Form               struct{}
	mikroORMForm         struct{}
	nextAuth3Form        struct{}
	nextAuth3ChangedForm struct{}
)

// The instants of the rows. One is made with models.Instant's own field:
//
//	row := presets.DrizzleSession{Expires: presets.DrizzleTime{Time: at}}
type (
	// TypeORMTime is milliseconds since 1970, in decimal: 1798761598765.
	TypeORMTime = models.Instant[typeormForm]

	// SequelizeTime is text with an offset on SQLite, timestamptz on
	// PostgreSQL and a datetime of whole seconds on MySQL.
	SequelizeTime = models.Instant[sequelizeForm]

	// PrismaTime is text with an offset on SQLite (see [UnixMilli]), a
	// timestamp(3) on PostgreSQL and a datetime(3) on MySQL, in UTC.
	PrismaTime = models.Instant[prismaForm]

	// DrizzleTime is milliseconds since 1970 on SQLite, a timestamp on
	// PostgreSQL, in UTC, and a TIMESTAMP of whole seconds on MySQL.
	DrizzleTime = models.Instant[drizzleForm]

	// DrizzleVerifiedTime is a DrizzleTime that has milliseconds on MySQL.
	DrizzleVerifiedTime = models.Instant[drizzleVerifiedForm]

	// Timestamptz is PostgreSQL's type of that name.
	Timestamptz = models.Instant[timestamptzForm]

	// KyselyTime is text on SQLite (2006-01-02T15:04:05.000Z), timestamptz on
	// PostgreSQL and a datetime(3) on MySQL: see [Location].
	KyselyTime = models.Instant[kyselyForm]

	// D1Time is text: 2006-01-02T15:04:05.000Z.
	D1Time = models.Instant[d1Form]

	// MikroORMTime is milliseconds since 1970 on SQLite, a timestamptz of
	// whole seconds on PostgreSQL and a datetime of such on MySQL: see
	// [Location].
	MikroORMTime = models.Instant[mikroORMForm]

	// NextAuth3Time is text on SQLite, in UTC, timestamptz on PostgreSQL and a
	// TIMESTAMP on MySQL.
	NextAuth3Time = models.Instant[nextAuth3Form]

	// NextAuth3ChangedTime is a NextAuth3Time of whole seconds on SQLite.
	NextAuth3ChangedTime = models.Instant[nextAuth3ChangedForm]
)

func (typeormForm) Form(string) models.Form {
	return models.Form{Type: "varchar(255)", Milli: true, Decimal: true}
}

func (sequelizeForm) Form(database string) models.Form {
	return on(database, models.Form{Type: "datetime", Text: offsetText}, timestamptz, seconds)
}

func (prismaForm) Form(database string) models.Form {
	return on(database, models.Form{Type: "datetime", Text: isoZoneText}, models.Form{Type: "timestamp(3)"}, millis)
}

func (drizzleForm) Form(database string) models.Form {
	return on(database, number, models.Form{Type: "timestamp"}, zoned("timestamp", seconds))
}

func (drizzleVerifiedForm) Form(database string) models.Form {
	return on(database, number, models.Form{Type: "timestamp"}, zoned("timestamp(3)", millis))
}

func (timestamptzForm) Form(string) models.Form { return timestamptz }

func (kyselyForm) Form(database string) models.Form {
	return on(database, models.Form{Type: "timestamptz", Text: isoText}, timestamptz, local(millis))
}

func (d1Form) Form(string) models.Form { return models.Form{Type: "datetime", Text: isoText} }

func (mikroORMForm) Form(database string) models.Form {
	return on(database, models.Form{Type: "datetime", Milli: true},
		models.Form{Type: "timestamptz(0)", Precision: time.Second}, local(seconds))
}

// On MySQL the columns have six digits of a second, or none: see NextAuth3.
func (nextAuth3Form) Form(database string) models.Form {
	return on(database, models.Form{Type: "datetime", Text: milliText}, timestamptz, zoned("timestamp(6)", millis))
}

func (nextAuth3ChangedForm) Form(database string) models.Form {
	return on(database, seconds, timestamptz, zoned("timestamp(6)", millis))
}
