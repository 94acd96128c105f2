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

// texts are as long as leaves no room in a page for a small row.
var texts = map[string]int{sqlite: 880, testdb.Postgres: 880, testdb.MariaDB: 7000, testdb.MySQL: 7000}

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
			if err := sc.instance.Fill(); err != nil {
				return err
			}
			err := sc.fill(ctx)
			time.Sleep(150 * time.Millisecond)
			return errors.Join(err, sc.instance.Free())
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
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	t := sc.schema
	db := sc.pool.WithContext(ctx)
	row := ", (?, 'filler', 'oauth', 'filler', ?, '" + strings.Repeat("x", texts[sc.kind()]) + "')"
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
