package fromnextauth3

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/schema"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
	"github.com/authdb/authdb/presets"
)

// A request is a row of verification_requests with its number, which the preset's
// row leaves to the database.
type request struct {
	ID int32 `gorm:"column:id;primaryKey;autoIncrement"`
	presets.NextAuth3VerificationRequest
}

// old is the old side.
type old struct {
	db             *gorm.DB
	schema, prefix string
	columns        *sync.Map // by row type: what is selected
}

// openOld finds the old tables.
func openOld(ctx context.Context, db *gorm.DB, opts Options) (*old, error) {
	m := presets.NextAuth3()
	m.VerificationToken = &request{}
	m.Layout.Schema, m.Layout.TablePrefix = opts.Schema, opts.TablePrefix
	reader := gormadapter.New(db, authdb.WithModels(m))
	if err := reader.Validate(); err != nil {
		return nil, err
	}
	if err := reader.Check(ctx); errors.Is(err, authdb.ErrSchema) {
		// Its remedies would be those for tables that are to be used.
		return nil, fmt.Errorf("%w: there are no tables of NextAuth 3 where Options.Schema and Options.TablePrefix say", authdb.ErrSchema)
	} else if err != nil {
		return nil, fmt.Errorf("the old tables: %w", err)
	}
	// The application's logger might print keys.
	db = db.Session(&gorm.Session{NewDB: true, Logger: logger.Discard, Context: ctx})
	return &old{db: db, schema: opts.Schema, prefix: opts.TablePrefix, columns: new(sync.Map)}, nil
}

// from begins a query of the table of the rows of that type.
func from[R any](ctx context.Context, o *old) *gorm.DB {
	name := o.prefix + any(*new(R)).(schema.Tabler).TableName()
	if o.schema != "" {
		name = o.schema + "." + name
	}
	return o.db.WithContext(ctx).Table(name)
}

// count returns how many rows there are.
func count[R any](ctx context.Context, o *old) (n int64, err error) {
	err = from[R](ctx, o).Count(&n).Error
	return n, readError[R](err)
}

// page reads the rows after that number.
func page[R any](ctx context.Context, o *old, after int32, limit int) (rows []*R, err error) {
	columns, err := columnsOf[R](o)
	if err == nil {
		err = from[R](ctx, o).Select(columns).Where("id > ?", after).Order("id").Limit(limit).Find(&rows).Error
	}
	return rows, readError[R](err)
}

// columnsOf returns what is selected of the rows. An instant is read as text where
// the driver would move it by the zone of the connection.
func columnsOf[R any](o *old) ([]string, error) {
	parsed, err := schema.Parse(new(R), o.columns, o.db.NamingStrategy)
	if err != nil {
		return nil, err
	}
	var columns []string
	for _, f := range parsed.Fields {
		if f.DBName == "" {
			continue
		}
		column := o.db.Statement.Quote(f.DBName)
		if former, ok := reflect.New(f.IndirectFieldType).Interface().(models.Former); ok {
			read := former.Form(o.db.Name()).Column(o.db.Name(), column)
			switch o.db.Name() {
			case "sqlite":
				column = fmt.Sprintf("CAST(%s AS TEXT) AS %s", read, column)
			case "mysql":
				column = fmt.Sprintf("CAST(%s AS CHAR) AS %s", read, column)
			}
		}
		columns = append(columns, column)
	}
	return columns, nil
}

// An accountKey is what an account is known by.
type accountKey struct{ provider, id string }

// firstAccounts returns the number of the first row for each key of the accounts.
// The database keeps a hash of the key unique, as whoever wrote the row has made
// it.
func (o *old) firstAccounts(ctx context.Context, accounts []*presets.NextAuth3Account) (map[accountKey]int32, error) {
	var ids []string
	for _, a := range accounts {
		ids = append(ids, a.ProviderAccountID)
	}
	var same []struct {
		ID                            int32
		ProviderID, ProviderAccountID string
	}
	err := from[presets.NextAuth3Account](ctx, o).Select("id", "provider_id", "provider_account_id").
		Where("provider_account_id IN ?", ids).Find(&same).Error
	first := map[accountKey]int32{}
	for _, s := range same {
		key := accountKey{s.ProviderID, s.ProviderAccountID}
		if id, ok := first[key]; !ok || s.ID < id {
			first[key] = s.ID
		}
	}
	return first, readError[presets.NextAuth3Account](err)
}

// A tableError is that of reading an old table. What the driver says may quote a
// value.
type tableError struct {
	table string
	err   error
}

func (e *tableError) Error() string {
	for _, known := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(e.err, known) {
			return fmt.Sprintf("read the old table %s: %v", e.table, known)
		}
	}
	cause := e.err
	for inner := cause; inner != nil; inner = errors.Unwrap(inner) {
		cause = inner
	}
	return fmt.Sprintf("read the old table %s: %T", e.table, cause)
}

func (e *tableError) Unwrap() error { return e.err }

func readError[R any](err error) error {
	if err == nil {
		return nil
	}
	return &tableError{any(*new(R)).(schema.Tabler).TableName(), err}
}
