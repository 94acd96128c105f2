package interop_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/nextauth3"
)

// v3Go asks package nextauth3, in the terms of JavaScript.
type v3Go struct {
	ctx     context.Context
	adapter authdb.Adapter
}

func (s v3Go) call(o v3Options, method string, args ...any) (answer v3Answer, err error) {
	answer.Logged = []string{}
	adapter := nextauth3.New(s.adapter, nextauth3.Options{DisplayName: "TYPEORM_LEGACY"})
	in, err := adapter.GetAdapter(s.ctx, nextauth3.AppOptions{
		Secret: v3Secret, BaseURL: v3BaseURL, Logger: slog.New(codes{to: &answer.Logged}),
		Session: nextauth3.SessionOptions{
			MaxAge: time.Duration(o.maxAge) * time.Second, UpdateAge: time.Duration(o.updateAge) * time.Second,
		},
	})
	if err != nil {
		return answer, err
	}
	c := v3Call{Instance: in, ctx: s.ctx, args: args, answer: &answer, fails: o.fails}
	ask, ok := v3Methods[method]
	if !ok {
		return answer, errors.New("no method " + method)
	}
	answer.Value, err = ask(c)
	var thrown *nextauth3.Error
	switch {
	case errors.As(err, &thrown):
		answer.Thrown, answer.Value = thrown.Name, nil
		return answer, nil
	case errors.Is(err, authdb.ErrExpired):
		answer.Kind = "null"
	case errors.Is(err, authdb.ErrNotFound):
		answer.Kind = "absent"
	case err != nil:
		return answer, err
	case answer.Kind != "": // that of a session that was not saved
	case answer.Value == nil:
		answer.Kind = "undefined"
	default:
		answer.Kind = "value"
	}
	return answer, nil
}

// A v3Call is one call of a method, with the arguments of JavaScript.
type v3Call struct {
	*nextauth3.Instance
	ctx    context.Context
	args   []any
	answer *v3Answer
	fails  bool
}

var v3Methods = map[string]func(c v3Call) (object, error){
	"createUser": func(c v3Call) (object, error) { return v3User(c.CreateUser(c.ctx, c.profile())) },
	"getUser":    func(c v3Call) (object, error) { return v3User(c.GetUser(c.ctx, c.text(0))) },
	"getUserByEmail": func(c v3Call) (object, error) {
		return v3User(c.GetUserByEmail(c.ctx, c.text(0)))
	},
	"getUserByProviderAccountId": func(c v3Call) (object, error) {
		return v3User(c.GetUserByProviderAccountID(c.ctx, c.text(0), c.text(1)))
	},
	"updateUser": func(c v3Call) (object, error) {
		u, whole := c.args[0].(object), c.profile()
		patch := authdb.UserPatch{Email: authdb.Set(whole.Email)}
		if _, ok := u["name"]; ok {
			patch.Name, patch.Image = authdb.Set(whole.Name), authdb.Set(whole.Image)
		}
		if whole.EmailVerified != nil {
			patch.EmailVerified = authdb.Set(*whole.EmailVerified)
		}
		return v3User(c.UpdateUser(c.ctx, text(u["id"]), patch))
	},
	"deleteUser": func(c v3Call) (object, error) { return nil, c.DeleteUser(c.ctx, c.text(0)) },
	"linkAccount": func(c v3Call) (object, error) {
		account := &authdb.Account{
			UserID: c.text(0), Provider: c.text(1), Type: c.text(2), ProviderAccountID: c.text(3),
			RefreshToken: c.text(4), AccessToken: c.text(5),
		}
		if at := c.instant(6); at != nil {
			account.ExpiresAt = at.Unix()
		}
		return v3Account(c.LinkAccount(c.ctx, account))
	},
	"unlinkAccount": func(c v3Call) (object, error) {
		return nil, c.UnlinkAccount(c.ctx, c.text(0), c.text(1), c.text(2))
	},
	"createSession": func(c v3Call) (object, error) {
		return v3Session(c.CreateSession(c.ctx, text(c.args[0].(object)["id"])))
	},
	"getSession": func(c v3Call) (object, error) { return v3Session(c.GetSession(c.ctx, c.text(0))) },
	"updateSession": func(c v3Call) (object, error) {
		s := c.args[0].(object)
		session := &nextauth3.Session{Session: authdb.Session{SessionToken: text(s["sessionToken"])}}
		if at := instant(s["expires"]); at != nil {
			session.Expires = *at
		}
		force := len(c.args) > 1 && c.args[1].(bool)
		current, saved, err := c.UpdateSession(c.ctx, session, force)
		if err != nil {
			return nil, err
		}
		if c.answer.Shown = (object{}); !current.Expires.IsZero() {
			c.answer.Shown["expires"] = date{current.Expires}
		}
		if !saved {
			c.answer.Kind = "null"
			return nil, nil
		}
		return v3Session(current, nil)
	},
	"deleteSession": func(c v3Call) (object, error) { return nil, c.DeleteSession(c.ctx, c.text(0)) },
	"createVerificationRequest": func(c v3Call) (object, error) {
		return nil, c.CreateVerificationRequest(c.ctx, c.text(0), c.text(1), c.text(2), c.provider(4))
	},
	"getVerificationRequest": func(c v3Call) (object, error) {
		return v3Request(c.GetVerificationRequest(c.ctx, c.text(0), c.text(1)))
	},
	"deleteVerificationRequest": func(c v3Call) (object, error) {
		return nil, c.DeleteVerificationRequest(c.ctx, c.text(0), c.text(1))
	},
}

func (c v3Call) text(i int) string { return text(c.args[i]) }

func (c v3Call) instant(i int) *time.Time { return instant(c.args[i]) }

func (c v3Call) profile() *authdb.User {
	p := c.args[0].(object)
	return &authdb.User{
		ID: text(p["id"]), Name: text(p["name"]), Email: text(p["email"]), Image: text(p["image"]),
		EmailVerified: instant(p["emailVerified"]),
	}
}

func (c v3Call) provider(i int) *nextauth3.Provider {
	p := c.args[i].(object)
	provider := &nextauth3.Provider{ID: text(p["id"]), MaxAge: -1}
	if seconds, _ := p["maxAge"].(float64); seconds != 0 {
		provider.MaxAge = time.Duration(seconds * float64(time.Second))
	}
	provider.SendVerificationRequest = func(_ context.Context, r nextauth3.VerificationRequest) error {
		c.answer.Sent = append(c.answer.Sent, object{
			"identifier": r.Identifier, "url": r.URL, "token": r.Token, "baseUrl": r.BaseURL, "provider": r.Provider.ID,
		})
		if c.fails {
			return errors.New("550 no such user")
		}
		return nil
	}
	return provider
}

// text returns a value of JavaScript as Go has it: ids are text, and nothing is
// the empty text.
func text(v any) string {
	if o, ok := v.(object); v == nil || ok && o["undefined"] == true {
		return ""
	}
	return fmt.Sprint(v)
}

func instant(v any) *time.Time {
	switch v := v.(type) {
	case date:
		return &v.Time
	case object: // as encode has it
		at, err := time.Parse(time.RFC3339Nano, text(v["$date"]))
		if err != nil {
			return nil
		}
		return &at
	}
	return nil
}

// The records as version 3 has them. What is of no record is in Extra.

func v3User(u *authdb.User, err error) (object, error) {
	if err != nil {
		return nil, err
	}
	user := object{"id": u.ID, "name": u.Name, "email": u.Email, "image": u.Image}
	if u.EmailVerified != nil {
		user["emailVerified"] = date{*u.EmailVerified}
	}
	return changed(user, u.Extra), nil
}

func v3Account(a *authdb.Account, err error) (object, error) {
	if err != nil {
		return nil, err
	}
	account := object{
		"id": a.ID, "compoundId": nextauth3.CompoundID(a.Provider, a.ProviderAccountID), "userId": a.UserID,
		"providerType": a.Type, "providerId": a.Provider, "providerAccountId": a.ProviderAccountID,
		"refreshToken": a.RefreshToken, "accessToken": a.AccessToken,
	}
	if a.ExpiresAt != 0 {
		account["accessTokenExpires"] = date{time.Unix(a.ExpiresAt, 0).UTC()}
	}
	return changed(account, a.Extra), nil
}

func v3Session(s *nextauth3.Session, err error) (object, error) {
	if err != nil {
		return nil, err
	}
	session := object{
		"id": s.ID, "userId": s.UserID, "expires": date{s.Expires}, "sessionToken": s.SessionToken, "accessToken": s.AccessToken,
	}
	return changed(session, s.Extra), nil
}

func v3Request(r *authdb.VerificationToken, err error) (object, error) {
	if err != nil {
		return nil, err
	}
	return changed(object{"identifier": r.Identifier, "token": r.Token, "expires": date{r.Expires}}, r.Extra), nil
}

// changed adds when the row was made and changed.
func changed(record object, extra map[string]any) object {
	for name, field := range map[string]string{"createdAt": "CreatedAt", "updatedAt": "UpdatedAt"} {
		if at, ok := extra[field].(interface{ UTC() time.Time }); ok {
			record[name] = date{at.UTC()}
		}
	}
	return record
}

// codes is a log of which only the messages are kept.
type codes struct {
	slog.Handler
	to *[]string
}

func (codes) Enabled(context.Context, slog.Level) bool { return true }

func (c codes) Handle(_ context.Context, r slog.Record) error {
	*c.to = append(*c.to, r.Message)
	return nil
}
