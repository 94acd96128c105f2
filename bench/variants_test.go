package bench_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
	"github.com/authdb/authdb/presets"
)

// Member is a row type with 15 further columns.
type Member struct {
	models.User
	Locale, Plan, Company, Title, Phone, Country, City, Street string `gorm:"size:255"`
	Nickname                                                   *string
	Credits, Logins, Referrals                                 int64
	Score                                                      float64
	Admin, Newsletter                                          bool
}

// TableName names the table.
func (Member) TableName() string { return "users" }

const furtherColumns = "locale, plan, company, title, phone, country, city, street, nickname, credits, logins, referrals, score, admin, newsletter"

func further() map[string]any {
	nickname := "Countess"
	return map[string]any{
		"Locale": "en-GB", "Plan": "gold", "Company": "Analytical Engines", "Title": "Countess of Lovelace", "Phone": "+44 20 0000 0000",
		"Country": "GB", "City": "London", "Street": "12 St James's Square", "Nickname": &nickname,
		"Credits": int64(1843), "Logins": int64(27), "Referrals": int64(3), "Score": 9.75, "Admin": true, "Newsletter": false,
	}
}

// scanFurther reads what furtherColumns selects behind other columns.
func scanFurther(row *sql.Row, into ...any) (map[string]any, error) {
	var (
		texts                      [8]string
		nickname                   *string
		credits, logins, referrals int64
		score                      float64
		admin, newsletter          bool
	)
	for i := range texts {
		into = append(into, &texts[i])
	}
	err := row.Scan(append(into, &nickname, &credits, &logins, &referrals, &score, &admin, &newsletter)...)
	return map[string]any{
		"Locale": texts[0], "Plan": texts[1], "Company": texts[2], "Title": texts[3], "Phone": texts[4],
		"Country": texts[5], "City": texts[6], "Street": texts[7], "Nickname": nickname,
		"Credits": credits, "Logins": logins, "Referrals": referrals, "Score": score, "Admin": admin, "Newsletter": newsletter,
	}, err
}

// BenchmarkVariants is BenchmarkOperations for the hot path on other tables than the
// default ones: with 15 further columns of the application's, and those of Auth.js's
// adapter for Drizzle.
//
//	go test ./bench -run '^$' -bench Variants -benchtime 21x
func BenchmarkVariants(b *testing.B) {
	for _, d := range databases() {
		for _, v := range []struct {
			name string
			duel func(b *testing.B, d database) duel
		}{
			{"15 columns", wideDuel},
			{"drizzle", drizzleDuel},
			{"unprepared", unpreparedDuel},
		} {
			for _, goroutines := range []int{1, 16} {
				b.Run(fmt.Sprintf("%s/%s/%d", d.name, v.name, goroutines), func(b *testing.B) {
					duel := v.duel(b, d)
					duel.rounds(b, goroutines)
					if goroutines == 1 {
						duel.allocations(b)
					}
				})
			}
		}
	}
}

func ofAdapter(a *gormadapter.Adapter) work {
	return func(ctx context.Context, key string) error {
		_, _, err := a.GetSessionAndUser(ctx, "session-"+key)
		return err
	}
}

func wideDuel(b *testing.B, d database) duel {
	a := d.adapter(b, authdb.WithModels(authdb.Models{User: Member{}}))
	pool := must[*sql.DB](b)(a.DB(b.Context()).DB())
	storeAll(b, a, keysFrom("", known()), func(ctx context.Context, tx authdb.Adapter, key string) error {
		user := userOf(key)
		user.Extra = further()
		_, err := tx.CreateUser(ctx, user)
		if err == nil {
			_, err = tx.CreateSession(ctx, sessionOf(key))
		}
		return err
	})
	get := prepared(b, pool, d, "SELECT "+qualified("s", sessionColumns)+", "+qualified("u", userColumns)+", "+qualified("u", furtherColumns)+
		" FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.session_token = ?")
	return duel{ofAdapter(a), func(ctx context.Context, key string) error {
		var s authdb.Session
		var r userRow
		extra, err := scanFurther(get.query(ctx, "session-"+key), &s.ID, &s.SessionToken, &s.UserID, &s.Expires, &r.id, &r.name, &r.email, &r.verified, &r.image)
		if err == nil {
			user := r.user()
			user.Extra = extra
		}
		return err
	}, someKeys}
}

// drizzleTables are the tables of users and sessions as Drizzle's migrations make
// them.
var drizzleTables = map[string][]string{
	"sqlite": {
		"CREATE TABLE user (id text PRIMARY KEY, name text, email text UNIQUE, emailVerified integer, image text)",
		"CREATE TABLE session (sessionToken text PRIMARY KEY, userId text NOT NULL REFERENCES user(id) ON DELETE CASCADE, expires integer NOT NULL)",
	},
	"postgres": {
		`CREATE TABLE "user" (id text PRIMARY KEY, name text, email text UNIQUE, "emailVerified" timestamp, image text)`,
		`CREATE TABLE session ("sessionToken" text PRIMARY KEY, "userId" text NOT NULL REFERENCES "user"(id) ON DELETE CASCADE, expires timestamp NOT NULL)`,
	},
	"mysql": {
		"CREATE TABLE user (id varchar(255) PRIMARY KEY, name varchar(255), email varchar(255) UNIQUE, emailVerified timestamp(3) NULL, image varchar(255))",
		"CREATE TABLE session (sessionToken varchar(255) PRIMARY KEY, userId varchar(255) NOT NULL, expires timestamp NOT NULL, FOREIGN KEY (userId) REFERENCES user(id) ON DELETE CASCADE)",
	},
}

func drizzleDuel(b *testing.B, d database) duel {
	db := d.adapter(b).DB(b.Context())
	for _, statement := range drizzleTables[d.database] {
		if err := db.Exec(statement).Error; err != nil {
			b.Fatal(err)
		}
	}
	drizzle := presets.Drizzle()
	drizzle.Account, drizzle.VerificationToken, drizzle.Authenticator = authdb.Absent, authdb.Absent, authdb.Absent
	a := gormadapter.New(db, authdb.WithModels(drizzle))
	if err := a.Check(b.Context()); err != nil {
		b.Fatal(err)
	}
	pool := must[*sql.DB](b)(db.DB())
	storeAll(b, a, keysFrom("", known()), func(ctx context.Context, tx authdb.Adapter, key string) error {
		_, err := tx.CreateUser(ctx, userOf(key))
		if err == nil {
			_, err = tx.CreateSession(ctx, sessionOf(key))
		}
		return err
	})
	q := func(name string) string { return a.DB(b.Context()).Statement.Quote(name) }
	get := prepared(b, pool, d, "SELECT s."+q("sessionToken")+", s."+q("userId")+", s."+q("expires")+
		", u."+q("id")+", u."+q("name")+", u."+q("email")+", u."+q("emailVerified")+", u."+q("image")+
		" FROM "+q("session")+" s JOIN "+q("user")+" u ON u."+q("id")+" = s."+q("userId")+" WHERE s."+q("sessionToken")+" = ?")
	return duel{ofAdapter(a), func(ctx context.Context, key string) error {
		var s authdb.Session
		var r userRow
		row := get.query(ctx, "session-"+key)
		if d.database != "sqlite" {
			err := row.Scan(&s.SessionToken, &s.UserID, &s.Expires, &r.id, &r.name, &r.email, &r.verified, &r.image)
			_ = r.user()
			return err
		}
		var expires int64
		var verified sql.NullInt64
		err := row.Scan(&s.SessionToken, &s.UserID, &expires, &r.id, &r.name, &r.email, &verified, &r.image)
		s.Expires, r.verified = time.UnixMilli(expires).UTC(), sql.NullTime{Time: time.UnixMilli(verified.Int64), Valid: verified.Valid}
		_ = r.user()
		return err
	}, someKeys}
}

// unpreparedDuel is on a database whose GORM prepares nothing, and SQL that is not
// prepared either.
func unpreparedDuel(b *testing.B, d database) duel {
	name, dsn := d.source(b)
	db := d.over(b, must[*sql.DB](b)(sql.Open(name, dsn)), &gorm.Config{Logger: logger.Discard})
	a := gormadapter.New(db)
	if err := a.Synchronize(b.Context()); err != nil {
		b.Fatal(err)
	}
	fill(b, a)
	s := newByHand(b, must[*sql.DB](b)(db.DB()), d, false)
	return duel{ofAdapter(a), func(ctx context.Context, key string) error {
		_, _, err := s.sessionAndUser(ctx, "session-"+key)
		return err
	}, someKeys}
}
