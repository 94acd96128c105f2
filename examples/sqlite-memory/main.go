// Command sqlite-memory walks through the life of a user, on an SQLite database
// in memory, and says what happens.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/datasource"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
)

// Member is this application's user: the default row and two columns more.
type Member struct {
	models.User
	Role   string `gorm:"default:reader"`
	Points int
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, w io.Writer) (err error) {
	site := site{now: time.Date(2030, time.January, 1, 12, 0, 0, 0, time.UTC)}
	site.Adapter, err = datasource.Open(ctx,
		datasource.Config{Type: "sqlite", Database: ":memory:", Synchronize: true},
		authdb.WithModels(authdb.Models{User: &Member{}}),
		authdb.WithClock(func() time.Time { return site.now }))
	if err != nil {
		return err
	}
	defer site.Close()
	laptop, phone, link := rand.Text(), rand.Text(), rand.Text() // two cookies and a magic link

	ada, err := site.firstSignIn(ctx, laptop)
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "Ada signs in with Google: a user, an account, a session. Who is at the laptop?", site.who(ctx, laptop))

	if err := site.connect(ctx, ada, "github", "583231"); err != nil {
		return err
	}
	fmt.Fprintln(w, "She links GitHub. Whose account is that?", site.owner(ctx, "github", "583231"))

	if err := site.mail(ctx, ada, link); err != nil {
		return err
	}
	fmt.Fprintln(w, "She opens a magic link on the phone:", site.open(ctx, ada, link, phone))
	fmt.Fprintln(w, "Somebody opens it again:", site.open(ctx, ada, link, rand.Text()))

	var member Member
	if err := site.Decode(ada, &member); err != nil {
		return err
	}
	fmt.Fprintf(w, "To this application she is a %s with %d points.\n", member.Role, member.Points)

	if err := site.DeleteSession(ctx, laptop); err != nil {
		return err
	}
	fmt.Fprintln(w, "She signs out. Who is at the laptop?", site.who(ctx, laptop))
	site.now = site.now.Add(month + time.Second)
	fmt.Fprintln(w, "A month goes by. Who is at the phone?", site.who(ctx, phone))

	if err := site.DeleteUser(ctx, ada.ID); err != nil {
		return err
	}
	fmt.Fprintln(w, "Ada is deleted, with all that is hers. Whose is the GitHub account?", site.owner(ctx, "github", "583231"))
	fmt.Fprintln(w, "Who is at the phone?", site.who(ctx, phone))
	return nil
}

// A site is what users sign in to, and its clock.
type site struct {
	*gormadapter.Adapter
	now time.Time
}

const month = 30 * 24 * time.Hour

// firstSignIn stores what Google says of somebody who was never here: a user, an
// account and a session.
func (s *site) firstSignIn(ctx context.Context, cookie string) (*authdb.User, error) {
	user, err := s.CreateUser(ctx, &authdb.User{
		Name: "Ada", Email: "ada@example.com", Extra: map[string]any{"Points": 36},
	})
	if err == nil {
		err = s.connect(ctx, user, "google", "1098765")
	}
	if err == nil {
		err = s.signIn(ctx, user, cookie)
	}
	return user, err
}

// connect lets the user sign in with a provider's account.
func (s *site) connect(ctx context.Context, user *authdb.User, provider, id string) error {
	_, err := s.LinkAccount(ctx, &authdb.Account{
		UserID: user.ID, Type: authdb.AccountOAuth, Provider: provider, ProviderAccountID: id,
	})
	return err
}

// signIn makes the cookie the user's, for a month.
func (s *site) signIn(ctx context.Context, user *authdb.User, cookie string) error {
	_, err := s.CreateSession(ctx, &authdb.Session{
		SessionToken: cookie, UserID: user.ID, Expires: s.now.Add(month),
	})
	return err
}

// mail stores the token of a magic link, to be used once and within the hour.
func (s *site) mail(ctx context.Context, user *authdb.User, token string) error {
	_, err := s.CreateVerificationToken(ctx, &authdb.VerificationToken{
		Identifier: user.Email, Token: token, Expires: s.now.Add(time.Hour),
	})
	return err
}

// open signs in who brings the token of a magic link.
func (s *site) open(ctx context.Context, user *authdb.User, token, cookie string) string {
	_, err := s.UseVerificationToken(ctx, user.Email, token)
	if errors.Is(err, authdb.ErrNotFound) {
		return "refused."
	}
	if err == nil {
		err = s.signIn(ctx, user, cookie)
	}
	if err != nil {
		return err.Error()
	}
	return "signed in."
}

// who says whose cookie it is: what every request asks.
func (s *site) who(ctx context.Context, cookie string) string {
	_, user, err := s.GetSessionAndUser(ctx, cookie)
	switch {
	case errors.Is(err, authdb.ErrExpired):
		return "Nobody: the session has expired."
	case errors.Is(err, authdb.ErrNotFound):
		return "Nobody."
	case err != nil:
		return err.Error()
	}
	return user.Name + "."
}

// owner says who signs in with a provider's account.
func (s *site) owner(ctx context.Context, provider, id string) string {
	user, err := s.GetUserByAccount(ctx, provider, id)
	switch {
	case errors.Is(err, authdb.ErrNotFound):
		return "Nobody's."
	case err != nil:
		return err.Error()
	}
	return user.Name + "'s."
}
