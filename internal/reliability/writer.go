package reliability

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/authdb/authdb"
)

// A crew is a number of writers at work on one adapter.
type crew struct {
	adapter authdb.Adapter
	record  recorder
	bound   time.Duration // half of the calls have a context that ends at a random moment before, unless 0
	stop    context.CancelFunc
	wait    sync.WaitGroup
}

// start sets the writers to work. What they make is named after the name.
func (c *crew) start(name string, writers int) {
	// The calls' own contexts don't end with the work: stopping is no fault.
	working, stop := context.WithCancel(context.Background())
	c.stop = stop
	for i := range writers {
		w := &writer{crew: c, name: fmt.Sprintf("%s-%d", name, i), random: rand.New(rand.NewPCG(rand.Uint64(), 0))}
		c.wait.Go(func() { w.work(working) })
	}
}

// end lets the writers finish what they are at.
func (c *crew) end() {
	c.stop()
	c.wait.Wait()
}

// A writer does what the users of an application do, one thing at a time, and
// only to what it has made itself and was told of.
type writer struct {
	*crew
	name   string
	made   int
	random *rand.Rand
	people []*person
	tokens []authdb.VerificationToken
	spent  []authdb.VerificationToken
}

// A person is a user that a writer was told is stored, with all that is theirs.
type person struct {
	id, email, name string
	accounts        []string // ids at the provider; the first is the registration's
	sessions        []string
}

const provider = "provider"

func userKey(email string) key                { return "user:" + email }
func accountKey(id string) key                { return "account:" + id }
func sessionKey(token string) key             { return "session:" + token }
func tokenKey(t authdb.VerificationToken) key { return "token:" + t.Token }

// there is the value of a row of which nothing but its being there counts.
const there = "there"

// An action is one thing that a writer does, as often as its weight says.
type action struct {
	weight int
	do     func(*writer)
}

func actions() []action {
	return []action{
		{4, (*writer).register},
		{4, (*writer).createSession},
		{3, (*writer).updateSession},
		{2, (*writer).readSession},
		{2, (*writer).deleteSession},
		{4, (*writer).createToken},
		{4, (*writer).useToken},
		{1, (*writer).useSpentToken},
		{2, (*writer).renameUser},
		{2, (*writer).link},
		{2, (*writer).unlink},
		{1, (*writer).deleteUser},
	}
}

func (w *writer) work(working context.Context) {
	var all []func(*writer)
	for _, a := range actions() {
		all = append(all, slices.Repeat([]func(*writer){a.do}, a.weight)...)
	}
	for working.Err() == nil {
		all[w.random.IntN(len(all))](w)
	}
}

// try makes a call and records it. A call that failed is not done again.
func (w *writer) try(needs key, call func(context.Context) error, changes ...change) bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	if w.bound != 0 && w.random.IntN(2) == 0 {
		ctx, cancel = context.WithCancel(context.Background())
		defer time.AfterFunc(time.Duration(w.random.Int64N(int64(w.bound))), cancel).Stop()
	}
	defer cancel()
	id := w.record.begin(needs, changes)
	err := call(ctx)
	o, kind := classify(err)
	if o == missing && needs == "" {
		kind = ""
	}
	w.record.end(id, o, kind)
	if err != nil && o != missing {
		time.Sleep(time.Duration(20+w.random.IntN(40)) * time.Millisecond) // nobody hammers a dead server
	}
	return err == nil
}

// classify returns what an error tells its caller, and its kind.
func classify(err error) (outcome, string) {
	switch {
	case err == nil:
		return done, ""
	case errors.Is(err, authdb.ErrUnknownOutcome):
		return unknown, "ErrUnknownOutcome"
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return unknown, "context"
	case errors.Is(err, authdb.ErrExpired):
		return missing, "ErrExpired"
	case errors.Is(err, authdb.ErrNotFound):
		return missing, "ErrNotFound"
	case errors.Is(err, authdb.ErrReference):
		return missing, "ErrReference"
	case errors.Is(err, authdb.ErrConflict):
		return refused, "ErrConflict"
	case errors.Is(err, authdb.ErrDuplicate):
		return refused, "ErrDuplicate"
	}
	text := err.Error()
	if m := code.FindStringSubmatch(text); m != nil { // "... (SQLSTATE 57P03)"
		return refused, m[1]
	}
	return refused, text[strings.LastIndex(": "+text, ": "):] // "gormadapter: create user: no connection to the database"
}

// code is a database's own name of an error.
var code = regexp.MustCompile(`\(([^()]+)\)$`)

func (w *writer) fresh(what string) string {
	w.made++
	return fmt.Sprintf("%s-%s-%d", what, w.name, w.made)
}

// somebody returns a user of the writer's, having registered one if there is none.
func (w *writer) somebody() *person {
	if len(w.people) == 0 {
		w.register()
	}
	if len(w.people) == 0 {
		return nil
	}
	return w.people[w.random.IntN(len(w.people))]
}

// forget is for people of whom the writer does not know everything any more.
func (w *writer) forget(p *person) {
	w.people = slices.DeleteFunc(w.people, func(other *person) bool { return p == other })
}

func (w *writer) register() {
	p := &person{email: w.fresh("somebody") + "@example.com", name: w.fresh("name"), accounts: []string{w.fresh("account")}}
	if w.try("", func(ctx context.Context) (err error) {
		p.id, err = register(ctx, w.adapter, p.email, p.name, p.accounts[0])
		return err
	}, change{Key: userKey(p.email), Value: p.name}, change{Key: accountKey(p.accounts[0]), Value: there}) {
		w.people = append(w.people, p)
	}
}

// register is the first sign-in of somebody, or one of the later ones.
func register(ctx context.Context, adapter authdb.Adapter, email, name, account string) (id string, err error) {
	r, err := authdb.Register(ctx, adapter, &authdb.User{Email: email, Name: name},
		&authdb.Account{Type: authdb.AccountOAuth, Provider: provider, ProviderAccountID: account}, authdb.LinkPolicy{})
	if err != nil {
		return "", err
	}
	return r.User.ID, nil
}

func (w *writer) renameUser() {
	p := w.somebody()
	if p == nil {
		return
	}
	p.name = w.fresh("name")
	if !w.try(userKey(p.email), func(ctx context.Context) error {
		_, err := w.adapter.UpdateUser(ctx, p.id, authdb.UserPatch{Name: authdb.Set(p.name)})
		return err
	}, change{Key: userKey(p.email), Value: p.name}) {
		w.forget(p)
	}
}

func (w *writer) deleteUser() {
	p := w.somebody()
	if p == nil {
		return
	}
	w.forget(p)
	changes := []change{{Key: userKey(p.email)}}
	for _, id := range p.accounts {
		changes = append(changes, change{Key: accountKey(id)})
	}
	for _, token := range p.sessions {
		changes = append(changes, change{Key: sessionKey(token)})
	}
	w.try("", func(ctx context.Context) error { return w.adapter.DeleteUser(ctx, p.id) }, changes...)
}

func (w *writer) link() {
	p := w.somebody()
	if p == nil {
		return
	}
	id := w.fresh("account")
	if !w.try(userKey(p.email), func(ctx context.Context) error {
		_, err := w.adapter.LinkAccount(ctx, &authdb.Account{UserID: p.id, Type: authdb.AccountOAuth, Provider: provider, ProviderAccountID: id})
		return err
	}, change{Key: accountKey(id), Value: there}) {
		w.forget(p)
		return
	}
	p.accounts = append(p.accounts, id)
}

// unlink removes any account but the registration's.
func (w *writer) unlink() {
	p := w.somebody()
	if p == nil || len(p.accounts) == 1 {
		return
	}
	last := len(p.accounts) - 1
	id := p.accounts[last]
	if !w.try("", func(ctx context.Context) error {
		return w.adapter.UnlinkAccount(ctx, provider, id)
	}, change{Key: accountKey(id)}) {
		w.forget(p)
		return
	}
	p.accounts = p.accounts[:last]
}

// later returns an expiry in whole seconds, and how a row shows it.
func (w *writer) later() (time.Time, string) {
	at := time.Now().UTC().Truncate(time.Second).Add(time.Hour + time.Duration(w.random.IntN(1e6))*time.Second)
	return at, at.Format("2006-01-02T15:04:05")
}

func (w *writer) createSession() {
	p := w.somebody()
	if p == nil {
		return
	}
	token := w.fresh("session")
	at, shown := w.later()
	if !w.try(userKey(p.email), func(ctx context.Context) error {
		_, err := w.adapter.CreateSession(ctx, &authdb.Session{SessionToken: token, UserID: p.id, Expires: at})
		return err
	}, change{Key: sessionKey(token), Value: shown}) {
		w.forget(p)
		return
	}
	p.sessions = append(p.sessions, token)
}

// aSession returns a session of somebody's.
func (w *writer) aSession() (*person, string) {
	p := w.somebody()
	if p == nil || len(p.sessions) == 0 {
		return nil, ""
	}
	return p, p.sessions[w.random.IntN(len(p.sessions))]
}

func (w *writer) updateSession() {
	p, token := w.aSession()
	if p == nil {
		return
	}
	at, shown := w.later()
	if !w.try(sessionKey(token), func(ctx context.Context) error {
		_, err := w.adapter.UpdateSession(ctx, token, authdb.SessionPatch{Expires: authdb.Set(at)})
		return err
	}, change{Key: sessionKey(token), Value: shown}) {
		w.forget(p)
	}
}

func (w *writer) readSession() {
	if p, token := w.aSession(); p != nil {
		w.try(sessionKey(token), func(ctx context.Context) error {
			_, _, err := w.adapter.GetSessionAndUser(ctx, token)
			return err
		})
	}
}

func (w *writer) deleteSession() {
	p, token := w.aSession()
	if p == nil {
		return
	}
	if !w.try("", func(ctx context.Context) error {
		return w.adapter.DeleteSession(ctx, token)
	}, change{Key: sessionKey(token)}) {
		w.forget(p)
		return
	}
	p.sessions = slices.DeleteFunc(p.sessions, func(other string) bool { return other == token })
}

func (w *writer) createToken() {
	t := authdb.VerificationToken{Identifier: w.fresh("somebody"), Token: w.fresh("token"), Expires: time.Now().Add(time.Hour)}
	if w.try("", func(ctx context.Context) error {
		_, err := w.adapter.CreateVerificationToken(ctx, &t)
		return err
	}, change{Key: tokenKey(t), Value: there}) {
		w.tokens = append(w.tokens, t)
	}
}

func (w *writer) useToken() {
	if len(w.tokens) == 0 {
		return
	}
	last := len(w.tokens) - 1
	t := w.tokens[last]
	w.tokens = w.tokens[:last]
	w.use(t, tokenKey(t))
	w.spent = append(w.spent, t) // also if nobody knows: once more at most
}

// useSpentToken tries again what was, or may have been, used already.
func (w *writer) useSpentToken() {
	if len(w.spent) > 0 {
		w.use(w.spent[w.random.IntN(len(w.spent))], "")
	}
}

func (w *writer) use(t authdb.VerificationToken, needs key) {
	w.try(needs, func(ctx context.Context) error {
		_, err := w.adapter.UseVerificationToken(ctx, t.Identifier, t.Token)
		return err
	}, change{Key: tokenKey(t), Spends: true})
}
