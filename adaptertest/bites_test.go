package adaptertest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/authdb/authdb"
)

// A world is a kind of database that an adapter may stand on: what the options
// say of it, and a sound adapter on it.
type world struct {
	name  string
	opts  []Option
	sound func(m *Memory) authdb.Adapter
	ids   func() string // what makes the ids, nil for the default
}

var worlds = []world{
	{name: "default", opts: []Option{Referenced(pin)}, sound: func(m *Memory) authdb.Adapter { return newFaulty(m) }},
	{name: "numbered", opts: []Option{NumberedIDs()}, sound: numbered, ids: numbers()},
	{name: "uuids", opts: []Option{UUIDs()}, sound: uuids},
	{name: "folding", opts: []Option{FoldsEmail()}, sound: foldingEmail},
	{name: "seconds", opts: []Option{TimePrecision(time.Second)}, sound: inSeconds},
	{name: "narrow", opts: []Option{Length("User", "Name", 100), Drops("Account", "SessionState")}, sound: narrow},
	{name: "hashed", opts: []Option{HashedTokens()}, sound: hashing},
	{name: "without AccountStore", sound: func(m *Memory) authdb.Adapter { return declining(m, "AccountStore") }},
	{name: "without SessionStore", sound: func(m *Memory) authdb.Adapter { return declining(m, "SessionStore") }},
	{name: "without VerificationTokenStore", sound: func(m *Memory) authdb.Adapter { return declining(m, "VerificationTokenStore") }},
	{name: "without AuthenticatorStore", sound: func(m *Memory) authdb.Adapter { return declining(m, "AuthenticatorStore") }},
	{name: "without AccountLocker", sound: func(m *Memory) authdb.Adapter { return declining(m, "AccountLocker") }},
}

func pin(_ context.Context, a authdb.Adapter, id string) error {
	a.(*faulty).pin(id)
	return nil
}

// numbers makes ids as a database does.
func numbers() func() string {
	var last atomic.Int64
	return func() string { return fmt.Sprint(last.Add(1)) }
}

// numbered refuses given ids.
func numbered(m *Memory) authdb.Adapter {
	return edited(m, func(f *faulty, m *Memory) {
		f.createUser = func(ctx context.Context, u *authdb.User) (*authdb.User, error) {
			if u != nil && u.ID != "" {
				return nil, invalid("ID", "the database numbers the users")
			}
			return m.CreateUser(ctx, u)
		}
	})
}

// uuids refuses given ids that are not UUIDs as the adapter makes them.
func uuids(m *Memory) authdb.Adapter {
	return edited(m, func(f *faulty, m *Memory) {
		f.createUser = func(ctx context.Context, u *authdb.User) (*authdb.User, error) {
			if u != nil && u.ID != "" && (len(u.ID) != 36 || u.ID != strings.ToLower(u.ID)) {
				return nil, invalid("ID", "not a UUID")
			}
			return m.CreateUser(ctx, u)
		}
	})
}

// foldingEmail has a unique key on the address that ignores ASCII case.
func foldingEmail(m *Memory) authdb.Adapter {
	return edited(m, func(f *faulty, m *Memory) {
		stored := func(email string) string {
			if m.enter(context.Background()) != nil {
				return email
			}
			defer m.mu.Unlock()
			for _, u := range m.users {
				if asciiLower(u.Email) == asciiLower(email) {
					return u.Email
				}
			}
			return email
		}
		f.createUser = func(ctx context.Context, u *authdb.User) (*authdb.User, error) {
			c := cloneUser(u)
			if c != nil {
				if other := stored(c.Email); other != c.Email {
					return nil, duplicate("Email")
				}
			}
			return m.CreateUser(ctx, c)
		}
		f.getUserByEmail = func(ctx context.Context, email string) (*authdb.User, error) {
			return m.GetUserByEmail(ctx, stored(email))
		}
		f.updateUser = func(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
			if patch.Email.IsSet() && stored(patch.Email.Value()) != patch.Email.Value() {
				return nil, duplicate("Email")
			}
			return m.UpdateUser(ctx, id, patch)
		}
	})
}

// inSeconds stores instants without a fraction.
func inSeconds(m *Memory) authdb.Adapter {
	return edited(m, func(f *faulty, m *Memory) {
		f.createUser = storing(m.CreateUser, func(u *authdb.User) {
			if u.EmailVerified != nil {
				at := u.EmailVerified.Truncate(time.Second)
				u.EmailVerified = &at
			}
		})
		f.updateUser = patching(m, func(p *authdb.UserPatch) {
			if p.EmailVerified.IsSet() && !p.EmailVerified.IsNull() {
				p.EmailVerified = authdb.Set(p.EmailVerified.Value().Truncate(time.Second))
			}
		})
		f.createSession = storing(m.CreateSession, func(s *authdb.Session) { s.Expires = s.Expires.Truncate(time.Second) })
		f.updateSession = func(ctx context.Context, token string, patch authdb.SessionPatch) (*authdb.Session, error) {
			if patch.Expires.IsSet() && !patch.Expires.IsNull() {
				patch.Expires = authdb.Set(patch.Expires.Value().Truncate(time.Second))
			}
			return m.UpdateSession(ctx, token, patch)
		}
		f.createToken = storing(m.CreateVerificationToken, func(t *authdb.VerificationToken) { t.Expires = t.Expires.Truncate(time.Second) })
	})
}

// narrow has a column of 100 characters, and lacks one.
func narrow(m *Memory) authdb.Adapter {
	return edited(m, func(f *faulty, m *Memory) {
		tooLong := func(name string) bool { return utf8.RuneCountInString(name) > 100 }
		f.createUser = func(ctx context.Context, u *authdb.User) (*authdb.User, error) {
			if u != nil && tooLong(u.Name) {
				return nil, invalid("Name", "too long")
			}
			return m.CreateUser(ctx, u)
		}
		f.updateUser = func(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
			if tooLong(patch.Name.Value()) {
				return nil, invalid("Name", "too long")
			}
			return m.UpdateUser(ctx, id, patch)
		}
		f.linkAccount = storing(m.LinkAccount, func(a *authdb.Account) { a.SessionState = "" })
		f.updateAccount = patchingAccount(m, func(p *authdb.AccountPatch) { p.SessionState = authdb.Field[string]{} })
	})
}

// hashing lists sessions without their tokens.
func hashing(m *Memory) authdb.Adapter {
	return edited(m, func(f *faulty, m *Memory) {
		f.listSessions = func(ctx context.Context, id string) ([]*authdb.Session, error) {
			list, err := m.ListSessionsByUserID(ctx, id)
			for _, s := range list {
				s.SessionToken = ""
			}
			return list, err
		}
	})
}

func asciiLower(s string) string {
	return strings.Map(func(c rune) rune {
		if 'A' <= c && c <= 'Z' {
			return c | 0x20
		}
		return c
	}, s)
}

// newMemory returns what a world's adapters stand on.
func (w world) newMemory(clock *Clock) *Memory {
	opts := []authdb.Option{authdb.WithClock(clock.Now)}
	if w.ids != nil {
		opts = append(opts, authdb.WithIDs(w.ids))
	}
	m := NewMemory(opts...)
	m.Columns = memoryColumns
	return m
}

func (w world) options(clock *Clock) []Option {
	return append(memoryOptions(clock), w.opts...)
}

// A bite is an adapter that breaks a rule.
type bite struct {
	rule   string
	world  string // "" is the default
	opts   []Option
	broken func(m *Memory) authdb.Adapter
}

func allBites() []bite {
	return slices.Concat(
		userBites, updateUserBites, accountBites, sessionBites, updateSessionBites, tokenBites, tokenReaderBites, authenticatorBites,
		sessionListerBites, sessionRevokerBites, sessionToucherBites, authenticatorRemoverBites, accountListerBites, accountUpdaterBites, registrarBites, sweeperBites, softDeleteBites,
		secretConverterBites, transactorBites, savepointBites, lockerBites, registerBites, unlinkBites, refresherBites,
		keyBites(), idBites,
		valueBites(userCreator, creatingUser), valueBites(accountCreator, creatingAccount),
		valueBites(sessionCreator, creatingSession), valueBites(tokenCreator, creatingToken),
		valueBites(authenticatorCreator, creatingAuthenticator), userIDBites,
		instantBites(),
		extraBites(userCreator, creatingUser, patchingUserExtra), extraBites(accountCreator, creatingAccount, patchingAccountExtra),
		extraBites(sessionCreator, creatingSession, patchingSessionExtra), extraBites(tokenCreator, creatingToken, nil),
		extraBites(authenticatorCreator, creatingAuthenticator, nil), userExtraBites,
		argumentBites, errorBites, configurationBites, contextBites(), concurrencyBites,
	)
}

// TestSound runs all rules on adapters that keep the contract, and makes sure
// that none is left out.
func TestSound(t *testing.T) {
	ran := make(map[string]bool)
	for _, w := range worlds {
		t.Run(w.name, func(t *testing.T) {
			clock := newClock()
			one := w.sound(w.newMemory(clock)) // with the leftovers of all rules
			opts := append(w.options(clock), OnResult(func(rule string, passed bool) {
				if passed {
					ran[rule] = true
				}
			}))
			Run(t, func(testing.TB) authdb.Adapter { return one }, opts...)
		})
	}
	for _, rule := range allRules() {
		if !ran[rule.name] {
			t.Errorf("%s\n\tpassed on no adapter", rule.name)
		}
	}
}

// TestRulesBite runs each rule on adapters that break it, and makes sure that
// it fails, for the reason that it is about, and that no rule is left out.
func TestRulesBite(t *testing.T) {
	rules := make(map[string]rule)
	for _, rule := range allRules() {
		if _, twice := rules[rule.name]; twice {
			t.Errorf("two rules are named %q", rule.name)
		}
		rules[rule.name] = rule
	}
	bitten := make(map[string]bool)
	for i, b := range allBites() {
		rule, ok := rules[b.rule]
		if !ok {
			t.Errorf("there is no rule %q to bite", b.rule)
			continue
		}
		bitten[b.rule] = true
		t.Run(fmt.Sprintf("%d %s", i, b.rule), func(t *testing.T) { b.run(t, rule) })
	}
	for _, rule := range allRules() {
		if !bitten[rule.name] {
			t.Errorf("%s\n\tno broken adapter shows that it bites", rule.name)
		}
	}
}

func (b bite) run(t *testing.T, rule rule) {
	i := slices.IndexFunc(worlds, func(w world) bool { return w.name == b.world || b.world == "" && w.name == "default" })
	w, clock := worlds[i], newClock()
	c := newConfig(append(w.options(clock), b.opts...))
	if c.err != nil {
		t.Fatal(c.err)
	}
	adapter := b.broken(w.newMemory(clock))
	known, _ := learn(adapter, c)
	if !rule.applies(known) {
		t.Fatalf("the rule is not run in this world")
	}
	s := &suite{config: c, known: known}
	failures := record(t, func(tb testing.TB) { rule.check(newRig(tb, s, adapter, rule)) })
	switch {
	case len(failures) == 0:
		t.Errorf("the broken adapter passes")
	case !slices.ContainsFunc(failures, rule.explains):
		t.Errorf("fails, but not for what it is about:\n%s", strings.Join(failures, "\n"))
	}
}

// explains reports whether the failure is of what the rule is about.
func (rule rule) explains(failure string) bool {
	why, ok := strings.CutPrefix(failure, rule.name+"\n\t")
	return ok && !strings.HasPrefix(why, setupFailed)
}
