package reliability

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb/internal/testdb"
)

// A disk is what fills it: no file grows beyond a size that is more than what the
// server's own have, and texts leave no room in a page for a small row.
type disk struct {
	limit uint64
	text  int
}

// disks are by database.
var disks = map[string]disk{
	sqlite:          {0, 880},
	testdb.Postgres: {16 << 20, 880}, // a segment of the log
	testdb.MariaDB:  {32 << 20, 7000},
	testdb.MySQL:    {32 << 20, 7000}, // the dictionary
}

// diskFull keeps the database from growing. SQLite can be told so; the system
// keeps a server from writing any file beyond a size.
func diskFull() fault {
	return fault{
		name: "disk full", rounds: 20, unit: "times",
		strike: func(ctx context.Context, sc *scene) error {
			if err := sc.filler(sc.pool.WithContext(ctx)); err != nil {
				return err
			}
			if sc.server == "" {
				return sc.fillSQLite(ctx)
			}
			if err := sc.instance.LimitFiles(disks[sc.kind()].limit); err != nil {
				return err
			}
			if err := sc.fill(ctx); err != nil {
				return err
			}
			time.Sleep(150 * time.Millisecond)
			return sc.instance.LimitFiles(0)
		},
	}
}

// fillSQLite lets the file have a few pages more and no others.
func (sc *scene) fillSQLite(ctx context.Context) error {
	limit := func(pages int) error {
		return sc.onAll(ctx, func(conns []*sql.Conn) error {
			for _, c := range conns {
				if _, err := c.ExecContext(ctx, fmt.Sprint("PRAGMA max_page_count = ", pages)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	var pages int
	err := sc.view.WithContext(ctx).Raw("PRAGMA page_count").Scan(&pages).Error
	if err == nil {
		err = limit(pages + 10)
	}
	if err == nil {
		err = sc.fill(ctx)
	}
	if err != nil {
		return err
	}
	time.Sleep(150 * time.Millisecond)
	return limit(1<<32 - 2)
}

// fill writes accounts, of one user that the ledger knows, until no more can be
// stored: then a registration fails at its second half.
func (sc *scene) fill(ctx context.Context) error {
	t := sc.schema
	db := sc.pool.WithContext(ctx)
	row := ", (?, 'filler', 'oauth', 'filler', ?, '" + strings.Repeat("x", disks[sc.kind()].text) + "')"
	insert := fmt.Sprintf("INSERT INTO %s (id, user_id, type, provider, provider_account_id, access_token) VALUES ", t.accounts)
	made := 0
	for _, rows := range []int{200, 10, 1} {
		statement := insert + strings.TrimPrefix(strings.Repeat(row, rows), ", ")
		for n := 0; ; n++ {
			var args []any
			for range rows {
				made++
				id := fmt.Sprintf("zz-%d-%06d", time.Now().UnixNano(), made) // after all others
				args = append(args, id, id)
			}
			if db.Exec(statement, args...).Error != nil {
				break
			}
			if n > 200 {
				return fmt.Errorf("what should be full is not, after %d times %d rows", n, rows)
			}
		}
	}
	return nil
}

// filler makes the user whose accounts fill the disk, once.
func (sc *scene) filler(db *gorm.DB) error {
	const email, id = "filler@example.com", "filler"
	k := userKey(email)
	if sc.ledger.told(k, id) {
		return nil
	}
	n := sc.ledger.begin("", []change{{Key: k, Value: id}, {Key: accountKey(id), Value: there}})
	err := errors.Join(
		db.Exec(fmt.Sprintf("INSERT INTO %s (id, email, name) VALUES (?, ?, ?)", sc.schema.users), id, email, id).Error,
		db.Exec(fmt.Sprintf("INSERT INTO %s (id, user_id, type, provider, provider_account_id) VALUES (?, ?, 'oauth', ?, ?)", sc.schema.accounts), id, id, provider, id).Error,
	)
	if err == nil {
		sc.ledger.end(n, done, "")
	}
	return err
}
