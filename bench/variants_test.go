package bench_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
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

// A furtherRow is what furtherColumns hold.
type furtherRow struct {
	texts                      [8]string
	nickname                   *string
	credits, logins, referrals int64
	score                      float64
	admin, newsletter          bool
}

// into adds where they are scanned into.
func (r *furtherRow) into(all []any) []any {
	for i := range r.texts {
		all = append(all, &r.texts[i])
	}
	return append(all, &r.nickname, &r.credits, &r.logins, &r.referrals, &r.score, &r.admin, &r.newsletter)
}

func (r *furtherRow) extra() map[string]any {
	return map[string]any{
		"Locale": r.texts[0], "Plan": r.texts[1], "Company": r.texts[2], "Title": r.texts[3], "Phone": r.texts[4],
		"Country": r.texts[5], "City": r.texts[6], "Street": r.texts[7], "Nickname": r.nickname,
		"Credits": r.credits, "Logins": r.logins, "Referrals": r.referrals, "Score": r.score, "Admin": r.admin, "Newsletter": r.newsletter,
	}
}

// furtherArgs adds what is bound to them.
func furtherArgs(args []any, extra map[string]any) []any {
	for _, name := range []string{"Locale", "Plan", "Company", "Title", "Phone", "Country", "City", "Street", "Nickname", "Credits", "Logins", "Referrals", "Score", "Admin", "Newsletter"} {
		args = append(args, extra[name])
	}
	return args
}

// wideUser is userOf with all of them.
func wideUser(key string) *authdb.User {
	u := userOf(key)
	u.Extra = further()
	return u
}

// BenchmarkVariants is BenchmarkOperations on other tables than the default ones: with
// 15 further columns of the application's, and those of Auth.js's adapter for Drizzle.
//
//	go test ./bench -run '^$' -bench Variants -benchtime 11x
func BenchmarkVariants(b *testing.B) {
	for _, d := range databases() {
		b.Run(d.name, func(b *testing.B) {
			b.Run("15 columns", func(b *testing.B) {
				a := d.adapter(b, authdb.WithModels(authdb.Models{User: Member{}}))
				measure(b, a, newByHand(b, poolOf(b, a), d, wideTables(), true), wideUser, nil)
			})
			b.Run("drizzle", func(b *testing.B) {
				a := createDrizzle(b, d)
				measure(b, a, newByHand(b, poolOf(b, a), d, drizzleTables(b, d, a), true), userOf, nil)
			})
		})
	}
}

// BenchmarkUnprepared is of the hot path on a database whose GORM prepares nothing.
//
//	go test ./bench -run '^$' -bench Unprepared -benchtime 21x
func BenchmarkUnprepared(b *testing.B) {
	for _, d := range databases() {
		for _, goroutines := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s/GetSessionAndUser/%d", d.name, goroutines), func(b *testing.B) {
				duel := unpreparedDuel(b, d)
				duel.rounds(b, goroutines)
				if goroutines == 1 {
					duel.allocations(b)
				}
			})
		}
	}
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
	fill(b, a, userOf)
	s := newByHand(b, poolOf(b, a), d, defaultTables(), false)
	return duel{func(ctx context.Context, key string) error {
		_, _, err := a.GetSessionAndUser(ctx, "session-"+key)
		return err
	}, func(ctx context.Context, key string) error {
		_, _, err := s.sessionAndUser(ctx, "session-"+key)
		return err
	}, someKeys}
}
