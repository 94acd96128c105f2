package adaptertest

import (
	"time"

	"github.com/authdb/authdb"
)

var instantRules = group("Instants", 0, []rule{
	{name: "An instant of another zone comes back as the same instant, in UTC", check: func(r *rig) {
		for _, offset := range []time.Duration{-12 * time.Hour, 5*time.Hour + 45*time.Minute, 14 * time.Hour} {
			zone := time.FixedZone("", int(offset.Seconds()))
			r.keepsInstants(time.Date(2036, time.March, 1, 0, 30, 0, 0, zone), verifiedAt.In(zone))
		}
	}},
	{name: "Instants in the hours that clocks skip or repeat come back as they were", check: func(r *rig) {
		for hour := range 4 { // in Europe, then in America
			r.keepsInstants(
				time.Date(2037, time.March, 29, hour, 30, 0, 0, time.UTC), time.Date(2037, time.October, 25, hour, 30, 0, 0, time.UTC),
				time.Date(2037, time.March, 8, hour+6, 30, 0, 0, time.UTC), time.Date(2037, time.November, 1, hour+5, 30, 0, 0, time.UTC),
			)
		}
	}},
	{name: "Instants are truncated to the millisecond", check: func(r *rig) {
		r.keepsInstants(
			time.Date(2036, time.February, 29, 12, 34, 56, 789_999_999, time.UTC),
			time.Date(2036, time.February, 29, 23, 59, 59, 999_999_999, time.UTC),
			time.Date(2036, time.February, 29, 12, 34, 56, 999_999, time.UTC),
		)
	}},
	{name: "Instants may lie before 1970", check: func(r *rig) {
		r.keepsInstants(
			time.Date(1969, time.February, 28, 12, 34, 56, 789_999_999, time.UTC),
			time.Date(1969, time.December, 31, 23, 59, 59, 999e6, time.UTC), time.Unix(0, 0),
			time.Date(1901, time.January, 1, 0, 0, 0, 1e6, time.UTC), time.Date(1582, time.October, 10, 0, 0, 0, 0, time.UTC),
		)
	}},
	{name: "Instants may lie after 2038", check: func(r *rig) {
		r.keepsInstants(time.Date(2039, time.January, 1, 0, 0, 0, 0, time.UTC), time.Date(2107, time.June, 1, 12, 0, 0, 1e6, time.UTC))
	}},
	{name: "Instants are those of the years 1000 to 9999", check: func(r *rig) {
		r.keepsInstants(
			time.Date(1000, time.January, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, time.December, 31, 23, 59, 59, 999e6, time.UTC),
		)
	}},
	{name: "An instant outside of the years 1000 to 9999 is ErrInvalid", check: func(r *rig) {
		west := time.FixedZone("", -3600)
		r.refusesInstants(
			time.Date(999, time.December, 31, 23, 59, 59, 999e6, time.UTC), time.Date(10000, time.January, 1, 0, 0, 0, 0, time.UTC),
			time.Date(9999, time.December, 31, 23, 30, 0, 0, west), // in UTC it is the year 10000
			time.Date(-1, time.January, 1, 0, 0, 0, 0, time.UTC), time.Date(292278994, time.January, 1, 0, 0, 0, 0, time.UTC),
		)
	}},
	{name: "The zero time is ErrInvalid", check: func(r *rig) { r.refusesInstants(time.Time{}) }},
	{name: "A user without EmailVerified has none", check: func(r *rig) {
		got, err := r.CreateUser(r.ctx, r.newUser(func(u *authdb.User) { u.EmailVerified = nil }))
		r.ok(err, "CreateUser")
		if got.EmailVerified != nil {
			r.Errorf("CreateUser: EmailVerified is %v, want nil", got.EmailVerified)
		}
		r.userIs(got, "after CreateUser")
	}},
})

// keepsInstants stores instants wherever a record has one, and reads them back.
func (r *rig) keepsInstants(instants ...time.Time) {
	r.Helper()
	user := r.addUser()
	for _, at := range instants {
		created, err := r.CreateUser(r.ctx, r.newUser(func(u *authdb.User) { u.EmailVerified = &at }))
		r.ok(err, "CreateUser with EmailVerified "+at.String())
		r.sameInstant(created.EmailVerified, r.truncateVerified(at), "CreateUser: EmailVerified")
		updated, err := r.UpdateUser(r.ctx, user.ID, authdb.UserPatch{EmailVerified: authdb.Set(at)})
		r.ok(err, "UpdateUser with EmailVerified "+at.String())
		r.sameInstant(updated.EmailVerified, r.truncateVerified(at), "UpdateUser: EmailVerified")
		for _, u := range []*authdb.User{created, updated} {
			read, err := r.GetUser(r.ctx, u.ID)
			r.ok(err, "GetUser")
			r.sameInstant(read.EmailVerified, r.truncateVerified(at), "GetUser: EmailVerified")
		}
		if r.has(hasSessions) {
			r.keepsSessionInstant(user.ID, at)
		}
		if r.has(hasTokens) {
			r.keepsTokenInstant(at)
		}
	}
}

func (r *rig) keepsSessionInstant(userID string, at time.Time) {
	r.Helper()
	created, err := r.CreateSession(r.ctx, r.newSession(userID, expires(at)))
	r.ok(err, "CreateSession with Expires "+at.String())
	r.sameInstant(&created.Expires, r.truncate(at), "CreateSession: Expires")
	if at.Before(r.future()) {
		return // it has expired, or may at any moment
	}
	read, _, err := r.GetSessionAndUser(r.ctx, created.SessionToken)
	r.ok(err, "GetSessionAndUser with Expires "+at.String())
	r.sameInstant(&read.Expires, r.truncate(at), "GetSessionAndUser: Expires")
	other := r.addSession(userID)
	updated, err := r.UpdateSession(r.ctx, other.SessionToken, authdb.SessionPatch{Expires: authdb.Set(at)})
	r.ok(err, "UpdateSession with Expires "+at.String())
	r.sameInstant(&updated.Expires, r.truncate(at), "UpdateSession: Expires")
}

func (r *rig) keepsTokenInstant(at time.Time) {
	r.Helper()
	created, err := r.CreateVerificationToken(r.ctx, r.newToken(tokenExpires(at)))
	r.ok(err, "CreateVerificationToken with Expires "+at.String())
	r.sameInstant(&created.Expires, r.truncate(at), "CreateVerificationToken: Expires")
	if at.Before(r.future()) {
		return
	}
	used, err := r.UseVerificationToken(r.ctx, created.Identifier, created.Token)
	r.ok(err, "UseVerificationToken with Expires "+at.String())
	r.sameInstant(&used.Expires, r.truncate(at), "UseVerificationToken: Expires")
}

func (r *rig) sameInstant(got *time.Time, want time.Time, what string) {
	r.Helper()
	switch {
	case got == nil || !got.Equal(want):
		r.Errorf("%s is %s, want %s", what, instant(got), instant(&want))
	case got.Location() != time.UTC:
		r.Errorf("%s is in the zone %s, want UTC", what, got.Location())
	}
}

// refusesInstants tries to store instants wherever a record has one.
func (r *rig) refusesInstants(instants ...time.Time) {
	r.Helper()
	user := r.addUser()
	for _, at := range instants {
		_, err := r.CreateUser(r.ctx, r.newUser(func(u *authdb.User) { u.EmailVerified = &at }))
		r.invalid(err, "EmailVerified", "CreateUser with EmailVerified "+at.String())
		_, err = r.UpdateUser(r.ctx, user.ID, authdb.UserPatch{EmailVerified: authdb.Set(at)})
		r.invalid(err, "EmailVerified", "UpdateUser with EmailVerified "+at.String())
		if r.has(hasSessions) {
			_, err = r.CreateSession(r.ctx, r.newSession(user.ID, expires(at)))
			r.invalid(err, "Expires", "CreateSession with Expires "+at.String())
			session := r.addSession(user.ID)
			_, err = r.UpdateSession(r.ctx, session.SessionToken, authdb.SessionPatch{Expires: authdb.Set(at)})
			r.invalid(err, "Expires", "UpdateSession with Expires "+at.String())
		}
		if r.has(hasTokens) {
			_, err = r.CreateVerificationToken(r.ctx, r.newToken(tokenExpires(at)))
			r.invalid(err, "Expires", "CreateVerificationToken with Expires "+at.String())
		}
	}
	r.userIs(user, "after the refusals")
}
