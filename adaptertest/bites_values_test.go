package adaptertest

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // for the zone of a careless database
	"unicode/utf8"

	"github.com/authdb/authdb"
)

// A creation is where an adapter creates records of one kind, to be replaced.
type creation[R any] func(f *faulty) *func(context.Context, *R) (*R, error)

var (
	creatingUser    creation[authdb.User]    = func(f *faulty) *func(context.Context, *authdb.User) (*authdb.User, error) { return &f.createUser }
	creatingAccount creation[authdb.Account] = func(f *faulty) *func(context.Context, *authdb.Account) (*authdb.Account, error) {
		return &f.linkAccount
	}
	creatingSession creation[authdb.Session] = func(f *faulty) *func(context.Context, *authdb.Session) (*authdb.Session, error) {
		return &f.createSession
	}
	creatingToken creation[authdb.VerificationToken] = func(f *faulty) *func(context.Context, *authdb.VerificationToken) (*authdb.VerificationToken, error) {
		return &f.createToken
	}
	creatingAuthenticator creation[authdb.Authenticator] = func(f *faulty) *func(context.Context, *authdb.Authenticator) (*authdb.Authenticator, error) {
		return &f.createAuthenticator
	}
)

// edits is a bite by an adapter that edits what it creates.
func (c creation[R]) edits(rule string, edit func(*R)) bite {
	return breaks(rule, func(f *faulty, m *Memory) {
		create := c(f)
		*create = storing(*create, edit)
	})
}

// refuses is a bite by an adapter that refuses to create something.
func (c creation[R]) refuses(rule string, bad func(*R) bool, err error) bite {
	return breaks(rule, func(f *faulty, m *Memory) {
		create := c(f)
		next := *create
		*create = func(ctx context.Context, record *R) (*R, error) {
			if bad(record) {
				return nil, err
			}
			return next(ctx, record)
		}
	})
}

// valueBites break the rules on the values of a record, field by field.
func valueBites[R any](c creator[R], creating creation[R]) []bite {
	bites := []bite{
		creating.refuses(c.record+": nil is ErrInvalid", func(record *R) bool { return record == nil }, errors.New("faulty: nil")),
	}
	for _, field := range c.text {
		if !c.writable(field) {
			continue
		}
		edit := func(sentence string, change func(string) string) {
			bites = append(bites, creating.edits(c.record+sentence, func(record *R) { *field.of(record) = change(*field.of(record)) }))
		}
		edit(": text that holds a NUL byte is ErrInvalid", func(s string) string { return strings.ReplaceAll(s, "\x00", "_") })
		edit(": text that is not UTF-8 is ErrInvalid", func(s string) string { return strings.ToValidUTF8(s, "?") })
		if field.required {
			edit(": a required field that is empty is ErrInvalid", func(s string) string {
				if s == "" {
					return "empty"
				}
				return s
			})
		}
		if field.size > 0 {
			edit(": text longer than its column is ErrInvalid", func(s string) string {
				if runes := []rune(s); len(runes) > field.size { // cut
					return string(runes[:field.size])
				}
				return s
			})
		} else {
			bites = append(bites, creating.refuses(c.record+": text that providers and people fill is not limited", func(record *R) bool {
				return len(*field.of(record)) > 65535
			}, invalid(field.name, "too long")))
		}
		if field.name == "CredentialID" {
			bites = append(bites, creating.refuses(c.record+": text as long as its column is kept", func(record *R) bool {
				return len(*field.of(record)) > 1364
			}, invalid(field.name, "too long")))
			edit(": text comes back byte for byte", func(s string) string { return strings.ReplaceAll(s, "%", "") })
			continue
		}
		if field.size > 0 {
			bites = append(bites, creating.refuses(c.record+": text as long as its column is kept", func(record *R) bool {
				return len(*field.of(record)) > field.size // in bytes
			}, invalid(field.name, "too long")))
		}
		edit(": text comes back byte for byte", func(s string) string { // utf8mb3
			return strings.Map(func(c rune) rune {
				if utf8.RuneLen(c) == 4 {
					return '?'
				}
				return c
			}, s)
		})
		edit(": text comes back byte for byte", func(s string) string { return strings.TrimRight(s, " ") })
	}
	return bites
}

var userIDBites = []bite{
	creatingUser.edits("User: an ID that could not be stored is ErrInvalid", func(u *authdb.User) { u.ID = strings.ReplaceAll(u.ID, "\x00", "_") }),
	creatingUser.edits("User: an ID that could not be stored is ErrInvalid", func(u *authdb.User) { u.ID = strings.ToValidUTF8(u.ID, "?") }),
	creatingUser.edits("User: an ID that could not be stored is ErrInvalid", func(u *authdb.User) {
		if len(u.ID) > 64 {
			u.ID = authdb.NewID()
		}
	}),
	creatingUser.refuses("User: an ID as long as its column is kept", func(u *authdb.User) bool { return len(u.ID) > 36 }, invalid("ID", "too long")),
	breaks("UpdateUser returns ErrInvalid for what can't be stored, and changes nothing", func(f *faulty, m *Memory) {
		f.updateUser = patching(m, func(p *authdb.UserPatch) {
			if strings.Contains(p.Image.Value(), "\x00") {
				p.Image = authdb.Set("_")
			}
		})
	}),
	breaks("UpdateUser returns ErrInvalid for what can't be stored, and changes nothing", func(f *faulty, m *Memory) {
		f.updateUser = func(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
			u, err := m.UpdateUser(ctx, id, patch)
			if errors.Is(err, authdb.ErrInvalid) { // column by column
				_, _ = m.UpdateUser(ctx, id, authdb.UserPatch{EmailVerified: patch.EmailVerified})
			}
			return u, err
		}
	}),
	breaks("UpdateSession returns ErrInvalid for an Expires that can't be stored, and changes nothing", func(f *faulty, m *Memory) {
		f.updateSession = func(ctx context.Context, token string, patch authdb.SessionPatch) (*authdb.Session, error) {
			if patch.Expires.IsNull() { // takes Null for "leave"
				patch.Expires = authdb.Field[time.Time]{}
			}
			return m.UpdateSession(ctx, token, patch)
		}
	}),
}

// instantBites break the rules on instants, at each record that has one.
func instantBites() []bite {
	var bites []bite
	edit := func(rule string, change func(time.Time) time.Time) {
		bites = append(bites,
			creatingUser.edits(rule, func(u *authdb.User) {
				if u.EmailVerified != nil {
					at := change(*u.EmailVerified)
					u.EmailVerified = &at
				}
			}),
			creatingSession.edits(rule, func(s *authdb.Session) { s.Expires = change(s.Expires) }),
			creatingToken.edits(rule, func(t *authdb.VerificationToken) { t.Expires = change(t.Expires) }),
			breaks(rule, func(f *faulty, m *Memory) {
				f.updateUser = patching(m, func(p *authdb.UserPatch) {
					if p.EmailVerified.IsSet() {
						p.EmailVerified = authdb.Set(change(p.EmailVerified.Value()))
					}
				})
			}),
		)
		if rule == "Instants may lie before 1970" {
			return // such a session has expired, and is not updated
		}
		bites = append(bites, breaks(rule, func(f *faulty, m *Memory) {
			f.updateSession = func(ctx context.Context, token string, patch authdb.SessionPatch) (*authdb.Session, error) {
				if patch.Expires.IsSet() {
					patch.Expires = authdb.Set(change(patch.Expires.Value()))
				}
				return m.UpdateSession(ctx, token, patch)
			}
		}))
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	edit("An instant of another zone comes back as the same instant, in UTC", func(t time.Time) time.Time { return wall(t, time.UTC) })
	edit("Instants in the hours that clocks skip or repeat come back as they were", func(t time.Time) time.Time {
		return wall(wall(t.In(berlin), time.UTC), berlin) // a column without a zone, in a server's own
	})
	edit("Instants are truncated to the millisecond", func(t time.Time) time.Time { return t.Round(time.Millisecond) })
	edit("Instants may lie before 1970", func(t time.Time) time.Time { return time.UnixMilli(max(0, t.UnixMilli())) })
	edit("Instants may lie after 2038", func(t time.Time) time.Time {
		if t.Year() < 1970 {
			return t
		}
		return time.Unix(int64(int32(t.Unix())), int64(t.Nanosecond()))
	})
	edit("Instants are those of the years 1000 to 9999", func(t time.Time) time.Time { // an instant in nanoseconds
		return time.Unix(0, t.UnixNano())
	})
	edit("An instant outside of the years 1000 to 9999 is ErrInvalid", func(t time.Time) time.Time {
		if t.UTC().Year() > 9999 {
			return time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
		}
		return t
	})
	edit("The zero time is ErrInvalid", func(t time.Time) time.Time {
		if t.IsZero() {
			return time.Unix(0, 0)
		}
		return t
	})
	return append(bites,
		breaks("An instant of another zone comes back as the same instant, in UTC", func(f *faulty, m *Memory) {
			f.getUser = returning(m.GetUser, func(u *authdb.User) { *u.EmailVerified = u.EmailVerified.In(berlin) })
		}),
		breaks("A user without EmailVerified has none", func(f *faulty, m *Memory) {
			f.createUser = returning(m.CreateUser, func(u *authdb.User) {
				if u.EmailVerified == nil {
					u.EmailVerified = new(time.Time)
				}
			})
		}),
	)
}

// wall is the instant at which the clocks of another zone show the same.
func wall(t time.Time, zone *time.Location) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone)
}

// extraBites break the rules on the further columns of a record. patching
// replaces the Extra of patches; it is nil where there are none.
func extraBites[R any](c creator[R], creating creation[R], patching func(f *faulty, change func(map[string]any) map[string]any)) []bite {
	columns := memoryColumns[c.record]
	column := slices.Sorted(maps.Keys(columns))[0]
	var bites []bite
	// edit breaks creation, and breaks patches in the same way.
	edit := func(sentence string, change func(map[string]any) map[string]any) {
		bites = append(bites, creating.edits(c.record+sentence, func(record *R) { *c.extra(record) = change(*c.extra(record)) }))
		if patching != nil && !strings.HasSuffix(sentence, "is stored and returned") {
			bites = append(bites, breaks(c.record+sentence, func(f *faulty, m *Memory) { patching(f, change) }))
		}
	}
	dropping := func(drop func(key string, value any) bool) func(map[string]any) map[string]any {
		return func(extra map[string]any) map[string]any {
			kept := maps.Clone(extra)
			maps.DeleteFunc(kept, drop)
			return kept
		}
	}
	replacing := func(bad func(value any) bool, with any) func(map[string]any) map[string]any {
		return func(extra map[string]any) map[string]any {
			changed := maps.Clone(extra)
			for key, value := range changed {
				if bad(value) {
					changed[key] = with
				}
			}
			return changed
		}
	}
	edit(": a key of Extra that the row does not have is ErrInvalid", dropping(func(key string, _ any) bool { return key == "NoSuchColumn" }))
	edit(": a key of Extra that names a field of the record is ErrInvalid", dropping(func(key string, _ any) bool {
		return slices.Contains(recordFields[c.record], key)
	}))
	edit(": Extra is stored and returned", func(map[string]any) map[string]any { return nil })
	edit(": a value in Extra of another type is ErrInvalid", replacing(func(value any) bool {
		return value != nil && reflect.TypeOf(value).Kind() == reflect.Struct
	}, nil))
	edit(": text in Extra that can't be stored is ErrInvalid", replacing(func(value any) bool {
		text, ok := value.(string)
		return ok && strings.Contains(text, "\x00")
	}, "x"))
	bites = append(bites,
		creating.edits(c.record+": a zero value in Extra is written", func(record *R) { // a default
			*c.extra(record) = dropping(func(_ string, value any) bool { return value == nil || reflect.ValueOf(value).IsZero() })(*c.extra(record))
		}),
		creating.edits(c.record+": nil in Extra is NULL", func(record *R) {
			*c.extra(record) = replacing(func(value any) bool { return value == nil }, nonZero(columns[column]))(*c.extra(record))
		}),
	)
	if patching != nil {
		bites = append(bites, extraPatchBites(c, column, patching)...)
	}
	return bites
}

func nonZero(like any) any {
	if _, ok := like.(int); ok {
		return 42
	}
	return "NULL"
}

func extraPatchBites[R any](c creator[R], column string, patching func(f *faulty, change func(map[string]any) map[string]any)) []bite {
	return []bite{
		breaks(c.record+": a patch writes the keys of Extra that are present", func(f *faulty, m *Memory) {
			patching(f, func(map[string]any) map[string]any { return nil })
		}),
		breaks(c.record+": a patch writes the keys of Extra that are present", func(f *faulty, m *Memory) {
			patching(f, func(extra map[string]any) map[string]any { // zero values are skipped
				kept := maps.Clone(extra)
				maps.DeleteFunc(kept, func(_ string, value any) bool { return value == nil || reflect.ValueOf(value).IsZero() })
				return kept
			})
		}),
		breaks(c.record+": a patch leaves the keys of Extra that are absent", func(f *faulty, m *Memory) {
			patching(f, func(extra map[string]any) map[string]any {
				all := make(map[string]any)
				for key := range memoryColumns[c.record] {
					all[key] = extra[key]
				}
				return all
			})
		}),
		breaks(c.record+": a patch with an invalid Extra changes nothing", func(f *faulty, m *Memory) {
			patching(f, func(extra map[string]any) map[string]any {
				valid := maps.Clone(extra)
				maps.DeleteFunc(valid, func(key string, _ any) bool { return key != column })
				return valid
			})
		}),
	}
}

func patchingUserExtra(f *faulty, change func(map[string]any) map[string]any) {
	f.updateUser = patching(f.Memory, func(p *authdb.UserPatch) { p.Extra = change(p.Extra) })
}

func patchingAccountExtra(f *faulty, change func(map[string]any) map[string]any) {
	f.updateAccount = patchingAccount(f.Memory, func(p *authdb.AccountPatch) { p.Extra = change(p.Extra) })
}

func patchingSessionExtra(f *faulty, change func(map[string]any) map[string]any) {
	f.updateSession = func(ctx context.Context, token string, patch authdb.SessionPatch) (*authdb.Session, error) {
		patch.Extra = change(patch.Extra)
		return f.Memory.UpdateSession(ctx, token, patch)
	}
}

var userExtraBites = []bite{
	breaks("Every look-up returns the user's Extra", func(f *faulty, m *Memory) {
		f.getUserByEmail = returning(m.GetUserByEmail, func(u *authdb.User) { u.Extra = nil })
	}),
	breaks("Every look-up returns the user's Extra", func(f *faulty, m *Memory) {
		f.getSessionAndUser = func(ctx context.Context, token string) (*authdb.Session, *authdb.User, error) {
			s, u, err := m.GetSessionAndUser(ctx, token)
			if err == nil {
				u.Extra = nil
			}
			return s, u, err
		}
	}),
	breaks("Every look-up returns the user's Extra", func(f *faulty, m *Memory) {
		f.getUserByAccount = func(ctx context.Context, provider, id string) (*authdb.User, error) {
			u, err := m.GetUserByAccount(ctx, provider, id)
			if err == nil {
				u.Extra = nil
			}
			return u, err
		}
	}),
}
