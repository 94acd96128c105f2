package interop_test

import (
	"time"

	"github.com/authdb/authdb/internal/testdb"
)

// The accounts and tokens of the story, behind the name of the side.
var (
	v3Accounts = []string{"-1", "-2"}
	v3Tokens   = []string{"-plain", "-late", "-unsent", "-never"}
)

var undefined = object{"undefined": true}

// tell is the story: the calls, in order.
func tell(s *v3Story) {
	tellUsers(s)
	tellAccounts(s)
	tellSessions(s)
	tellExpiry(s)
	tellRequests(s)
}

func (s *v3Story) mine(column string) string { return column + " LIKE '" + s.name + "%'" }

func tellUsers(s *v3Story) {
	email := s.name + "@example.com"
	profile := object{
		"id": 99, "name": "Ada Ünï😀", "email": email, "image": "https://img.example/ada",
		"emailVerified": encode(time.Date(1999, 1, 2, 3, 4, 5, 0, time.UTC)),
	}
	ada := s.ask("value", v3Defaults, "createUser", profile)
	s.ada = text(ada["id"])
	s.rows("users", s.mine("email"))
	s.ask("CreateUserError", v3Defaults, "createUser", profile)
	s.ask("value", v3Defaults, "createUser", object{"name": s.name})
	s.ask("value", v3Defaults, "createUser", object{"name": s.name})
	s.rows("users", s.mine("name"))

	s.ask("value", v3Defaults, "getUser", ada["id"])
	s.ask("value", v3Defaults, "getUser", s.ada)
	s.ask("undefined", v3Defaults, "getUser", 2147483000)
	s.ask("undefined", v3Defaults, "getUser", nil)
	s.ask("undefined", v3Defaults, "getUser", undefined)
	s.ask("value", v3Defaults, "getUserByEmail", email)
	s.ask("undefined", v3Defaults, "getUserByEmail", "nobody@example.com")
	s.ask("null", v3Defaults, "getUserByEmail", "")
	s.ask("null", v3Defaults, "getUserByEmail", nil)
	s.askOther("value", "getUser", ada["id"])
	s.askOther("value", "getUserByEmail", email)

	bob := s.ask("value", v3Defaults, "createUser", object{"email": s.name + "-bob@example.com", "emailVerified": nil})
	bob["emailVerified"], bob["name"] = encode(time.Now()), "Bob"
	s.ask("value", v3Defaults, "updateUser", bob)
	s.askOther("value", "getUser", bob["id"])
	bob["email"] = email
	s.ask("UpdateUserError", v3Defaults, "updateUser", bob)
	s.rows("users", s.mine("email"))
}

func tellAccounts(s *v3Story) {
	first, second := s.name+v3Accounts[0], s.name+v3Accounts[1]
	s.ask("value", v3Defaults, "linkAccount", s.ada, "github", "oauth", first, "refresh", "access", nil)
	at := encode(time.Now().Add(time.Hour).Truncate(time.Second))
	s.ask("value", v3Defaults, "linkAccount", s.ada, "github", "oauth", second, undefined, undefined, at)
	s.ask("LinkAccountError", v3Defaults, "linkAccount", s.ada, "github", "oauth", first, nil, nil, nil)
	s.rows("accounts", "user_id = "+s.ada)
	s.ask("value", v3Defaults, "getUserByProviderAccountId", "github", first)
	s.ask("null", v3Defaults, "getUserByProviderAccountId", "google", first)
	s.ask("null", v3Defaults, "getUserByProviderAccountId", "github", "unknown")
	s.ask("null", v3Defaults, "getUserByProviderAccountId", "github", undefined)
	s.askOther("value", "getUserByProviderAccountId", "github", second)
}

func tellSessions(s *v3Story) {
	ada := object{"id": s.ada}
	if s.on != testdb.MariaDB { // which stores the present for NULL: a session that has expired
		s.ask("CreateSessionError", v3Options{maxAge: -1, updateAge: 86400}, "createSession", ada)
	}
	session := s.ask("value", v3Defaults, "createSession", ada)
	other := s.ask("value", v3Options{maxAge: 3600, updateAge: 60}, "createSession", ada)
	s.rows("sessions", "user_id = "+s.ada)
	s.ask("value", v3Defaults, "getSession", session["sessionToken"])
	s.ask("undefined", v3Defaults, "getSession", "unknown")
	s.askOther("value", "getSession", session["sessionToken"])

	s.ask("null", v3Defaults, "updateSession", session)
	s.ask("null", v3Options{maxAge: 86400, updateAge: -1}, "updateSession", session)
	s.ask("null", v3Options{maxAge: -1, updateAge: 86400}, "updateSession", session)
	s.ask("value", v3Defaults, "updateSession", session, true)
	time.Sleep(5 * time.Millisecond) // so that "each time" is due
	s.ask("value", v3Options{maxAge: 30 * 86400, updateAge: -1}, "updateSession", session)
	// As the core does: next-auth writes what is stale in the object, updatedAt too.
	session = s.ask("value", v3Defaults, "getSession", session["sessionToken"])
	s.ask("value", v3Options{maxAge: 60 * 86400, updateAge: 86400}, "updateSession", session)
	s.askOther("value", "getSession", session["sessionToken"])
	session = s.ask("value", v3Defaults, "getSession", session["sessionToken"])
	session["expires"] = date{time.Now().UTC().Add(100 * 24 * time.Hour).Truncate(time.Millisecond)}
	s.ask("null", v3Defaults, "updateSession", session, false)
	s.ask("value", v3Defaults, "updateSession", session, true)
	s.askOther("value", "getSession", session["sessionToken"])
	session["expires"] = nil
	s.ask("null", v3Defaults, "updateSession", session)
	s.rows("sessions", "user_id = "+s.ada)

	s.ask("undefined", v3Defaults, "deleteSession", "unknown")
	s.ask("undefined", v3Defaults, "deleteSession", undefined)
	s.ask("undefined", v3Defaults, "deleteSession", other["sessionToken"])
	s.ask("undefined", v3Defaults, "getSession", other["sessionToken"])
	s.askOther("undefined", "deleteSession", session["sessionToken"])
	s.ask("undefined", v3Defaults, "getSession", session["sessionToken"])
	s.rows("sessions", "user_id = "+s.ada)
}

// tellExpiry has sessions that have expired, which the side removes, and which the
// other removes.
func tellExpiry(s *v3Story) {
	past := date{time.Now().UTC().Add(-time.Hour).Truncate(time.Millisecond)}
	never := v3Options{maxAge: -1, updateAge: 86400} // so that force stores what it is given
	for _, ask := range []func(kind, method string, args ...any) object{
		func(kind, method string, args ...any) object { return s.ask(kind, v3Defaults, method, args...) },
		s.askOther,
	} {
		session := s.ask("value", v3Defaults, "createSession", object{"id": s.ada})
		session["expires"] = past
		s.ask("value", never, "updateSession", session, true)
		s.rows("sessions", "user_id = "+s.ada)
		ask("null", "getSession", session["sessionToken"])
		s.rows("sessions", "user_id = "+s.ada)
		ask("undefined", "getSession", session["sessionToken"])
	}
}

func tellRequests(s *v3Story) {
	const link = "https://app.example.com/api/auth/callback/email?email=a&token=t"
	mail := s.name + "@example.com"
	lasting := func(maxAge float64) object { return object{"id": "email", "type": "email", "maxAge": maxAge} }
	plain, late, unsent, never := s.name+v3Tokens[0], s.name+v3Tokens[1], s.name+v3Tokens[2], s.name+v3Tokens[3]

	s.ask("undefined", v3Defaults, "createVerificationRequest", mail, link, plain, "another secret", lasting(86400))
	s.ask("CreateVerificationRequestError", v3Defaults, "createVerificationRequest", mail, link, plain, v3Secret, lasting(86400))
	if s.on != testdb.MariaDB { // the same
		s.ask("CreateVerificationRequestError", v3Defaults, "createVerificationRequest", mail, link, never, v3Secret, lasting(0))
	}
	fails := v3Defaults
	fails.fails = true
	s.ask("CreateVerificationRequestError", fails, "createVerificationRequest", mail, link, unsent, v3Secret, lasting(3600))
	s.rows("verification_requests", s.mine("identifier"))

	for range 2 {
		s.ask("value", v3Defaults, "getVerificationRequest", mail, plain, "another secret", lasting(1))
	}
	s.ask("value", v3Defaults, "getVerificationRequest", mail, unsent, v3Secret, lasting(1))
	s.askOther("value", "getVerificationRequest", mail, plain, v3Secret, lasting(1))
	s.ask("undefined", v3Defaults, "getVerificationRequest", mail, never, v3Secret, lasting(1))
	s.ask("undefined", v3Defaults, "getVerificationRequest", "nobody@example.com", plain, v3Secret, lasting(1))

	s.ask("undefined", v3Defaults, "deleteVerificationRequest", "nobody@example.com", plain, v3Secret, lasting(1))
	s.ask("value", v3Defaults, "getVerificationRequest", mail, plain, v3Secret, lasting(1))
	s.ask("undefined", v3Defaults, "deleteVerificationRequest", mail, plain, v3Secret, lasting(1))
	s.ask("undefined", v3Defaults, "getVerificationRequest", mail, plain, v3Secret, lasting(1))
	s.askOther("undefined", "deleteVerificationRequest", mail, unsent, v3Secret, lasting(1))
	s.ask("undefined", v3Defaults, "getVerificationRequest", mail, unsent, v3Secret, lasting(1))

	s.ask("undefined", v3Defaults, "createVerificationRequest", mail, link, late, v3Secret, lasting(0.001))
	time.Sleep(20 * time.Millisecond)
	s.ask("null", v3Defaults, "getVerificationRequest", mail, late, v3Secret, lasting(1))
	s.ask("undefined", v3Defaults, "getVerificationRequest", mail, late, v3Secret, lasting(1))
	s.rows("verification_requests", s.mine("identifier"))
}
