package fromnextauth3

import (
	"context"
	"errors"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/presets"
)

type oldUser = presets.NextAuth3User

// users returns how users are moved.
func (m *move) users() *mover[oldUser, authdb.User] {
	return &mover[oldUser, authdb.User]{
		move: m, record: "User", counts: &m.report.Users,
		id:      func(u *oldUser) int32 { return u.ID },
		convert: m.user,
		find:    (*target).users,
		create: func(ctx context.Context, to authdb.Adapter, u *authdb.User) error {
			_, err := to.CreateUser(ctx, u)
			return err
		},
		all:     func(users []*authdb.User) records { return records{Users: users} },
		compare: compareUsers,
		taken:   m.to.hasAddress,
		settled: m.moved.add,
		update: func(ctx context.Context, to authdb.Adapter, u *authdb.User) error {
			_, err := to.UpdateUser(ctx, u.ID, authdb.UserPatch{
				Name: authdb.Set(u.Name), Image: authdb.Set(u.Image), EmailVerified: verified(u),
			})
			return err
		},
	}
}

func (m *move) user(u *oldUser) (*authdb.User, error) {
	user := &authdb.User{ID: m.opts.NewID("User", u.ID), Name: text(u.Name), Email: text(u.Email), Image: text(u.Image)}
	if u.EmailVerified != nil {
		at := u.EmailVerified.Time
		user.EmailVerified = &at
	}
	if f := m.opts.Complete.User; f != nil {
		return user, f(u, user)
	}
	return user, nil
}

// A userSet is the numbers of users, 64 to an entry. It holds those whom the new
// side has as themselves: what belongs to others must not be given to somebody who
// happens to have the id.
type userSet map[int32]uint64

func (s userSet) add(users []*oldUser, refused []Refusal) {
	for _, u := range users {
		s[u.ID>>6] |= 1 << (u.ID & 63)
	}
	for _, r := range refused {
		s[r.ID>>6] &^= 1 << (r.ID & 63)
	}
}

func (s userSet) has(id int32) bool { return s[id>>6]>>(id&63)&1 == 1 }

// hasAddress reports whether somebody has the user's address.
func (t *target) hasAddress(ctx context.Context, u *authdb.User) (bool, error) {
	if u.Email == "" {
		return false, nil
	}
	_, err := t.GetUserByEmail(ctx, u.Email)
	if errors.Is(err, authdb.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

func verified(u *authdb.User) authdb.Field[time.Time] {
	if u.EmailVerified == nil {
		return authdb.Null[time.Time]()
	}
	return authdb.Set(*u.EmailVerified)
}

// compareUsers takes the same address for the same person. Who has none is the
// same only if nothing differs: the tables may hold the users of another
// application.
func compareUsers(there, user *authdb.User) state {
	alike := there.Name == user.Name && there.Image == user.Image &&
		(there.EmailVerified == nil) == (user.EmailVerified == nil) &&
		(user.EmailVerified == nil || sameInstant(*there.EmailVerified, *user.EmailVerified))
	switch {
	case there.Email != user.Email, user.Email == "" && !alike:
		return another
	case !alike:
		return outdated
	}
	return current
}

// sameInstant does not look at what a column of whole seconds cuts off.
func sameInstant(x, y time.Time) bool { return x.Sub(y).Abs() < time.Second }

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
