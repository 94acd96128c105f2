package interop_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/fromnextauth3"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/presets"
)

// TestFromNextAuth3 moves what next-auth 3 itself stores into the tables of
// Auth.js's adapters, and has these sign the person in.
func TestFromNextAuth3(t *testing.T) {
	node := testdb.Node(t, ".")
	for _, test := range []struct {
		from, origin, to string
		models           authdb.Models
		uuids            bool
	}{
		{file, "prisma", file, presets.Prisma(), false},
		{testdb.Postgres, "drizzle", testdb.Postgres, presets.Drizzle(), false},
		{testdb.MariaDB, "typeorm", testdb.Postgres, presets.TypeORM(), true},
		{testdb.MySQL, "drizzle", testdb.MySQL, presets.Drizzle(), false},
	} {
		t.Run(test.from+" to "+test.origin+" on "+test.to, func(t *testing.T) {
			oldWhere, dialect := where(t, test.from, allZones[1])
			old := open(t, dialect)
			v3 := start(t, node, "next-auth-v3", test.from, oldWhere, allZones[1].node)
			newWhere, dialect := where(t, test.to, allZones[1])
			db := open(t, dialect)
			authjs := start(t, node, test.origin, test.to, newWhere, allZones[1].node)
			for _, p := range []*peer{v3, authjs} {
				if _, err := p.call("migrate"); err != nil {
					t.Fatal(err)
				}
			}
			moves(t, v3, old, authjs, gormadapter.New(db, authdb.WithModels(test.models)), test.uuids)
		})
	}
}

func moves(t *testing.T, v3 *peer, old *gorm.DB, authjs *peer, to *gormadapter.Adapter, uuids bool) {
	ask := func(p *peer, method string, args ...any) object {
		t.Helper()
		answer, err := p.call(method, args...)
		if err != nil {
			t.Fatalf("%s: %v", method, err)
		}
		o, _ := answer.(object)
		return o
	}
	expires := encode(time.Now().AddDate(1, 0, 0))
	ada := ask(v3, "createUser", object{"name": "Ada", "email": "ada@example.com", "image": "https://img.example/a.png"})
	ask(v3, "linkAccount", object{
		"userId": ada["id"], "provider": "google", "type": "oauth", "providerAccountId": "1098",
		"access_token": "at", "refresh_token": "rt", "expires_at": 1893456000,
	})
	session := ask(v3, "createSession", object{"userId": ada["id"], "expires": expires})
	ask(v3, "createVerificationToken", object{"identifier": "bob@example.com", "token": "in the mail", "expires": expires})

	opts := fromnextauth3.Options{}
	if uuids {
		opts.NewID = func(record string, old int32) string {
			return uuid.NewSHA1(uuid.NameSpaceOID, fmt.Append(nil, record, old)).String()
		}
	}
	report, err := fromnextauth3.Run(t.Context(), old, to, opts)
	if err != nil || report.Users.Moved() != 1 || report.Accounts.Moved() != 1 || report.Sessions.Moved() != 1 || report.VerificationTokens.Moved() != 1 {
		t.Fatalf("%+v, %v", report, err)
	}

	found := ask(authjs, "getSessionAndUser", session["sessionToken"])
	user, _ := found["user"].(object)
	if user["email"] != "ada@example.com" || user["name"] != "Ada" {
		t.Fatalf("the session's user is %v", found)
	}
	if by := ask(authjs, "getUserByAccount", object{"provider": "google", "providerAccountId": "1098"}); by["id"] != user["id"] {
		t.Errorf("the account's user is %v", by)
	}
	// The core makes this hash of what is in the mail, in both versions.
	hash := sha256.Sum256([]byte("in the mail" + "interop"))
	link := object{"identifier": "bob@example.com", "token": hex.EncodeToString(hash[:])}
	if used := ask(authjs, "useVerificationToken", link); used["identifier"] != "bob@example.com" {
		t.Errorf("the link is %v", used)
	}
	if again := ask(authjs, "useVerificationToken", link); again != nil {
		t.Errorf("the link is good twice: %v", again)
	}
}
