package routers_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/authjs"
	routers "github.com/authdb/authdb/examples/authjs-routers"
)

// outage is a database that can't be asked for one of the tokens.
type outage struct{ authdb.Adapter }

func (o outage) GetSessionAndUser(ctx context.Context, token string) (*authdb.Session, *authdb.User, error) {
	if token == "down" {
		return nil, nil, errors.New("down")
	}
	return o.Adapter.GetSessionAndUser(ctx, token)
}

func TestRouters(t *testing.T) {
	gin.SetMode(gin.ReleaseMode)
	memory := new(adaptertest.Memory)
	user, err := memory.CreateUser(t.Context(), &authdb.User{Name: "Ada"})
	if err != nil {
		t.Fatal(err)
	}
	auth, err := authjs.New(authjs.Config{Adapter: outage{memory}, URL: "http://localhost:3000"})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	if _, err := auth.Issue(t.Context(), w, httptest.NewRequest(http.MethodGet, "/", nil), authjs.SignIn{User: user}); err != nil {
		t.Fatal(err)
	}
	ada := w.Result().Cookies()[0]
	for name, router := range map[string]http.Handler{"net/http": routers.Mux(auth), "chi": routers.Chi(auth), "gin": routers.Gin(auth), "echo": routers.Echo(auth)} {
		for _, x := range []struct {
			path, accept string
			cookie       *http.Cookie
			code         int
			body         string
		}{
			{"/hello", "", nil, http.StatusOK, "Hello, stranger\n"},
			{"/hello", "", ada, http.StatusOK, "Hello, Ada\n"},
			{"/private", "", ada, http.StatusOK, "Hello, Ada\n"},
			{"/private", "application/json", nil, http.StatusUnauthorized, "{\"error\":\"unauthorized\"}\n"},
			{"/private", "text/html", nil, http.StatusFound, ""},
			{"/private", "", &http.Cookie{Name: ada.Name, Value: "down"}, http.StatusServiceUnavailable, "{\"error\":\"unavailable\"}\n"},
		} {
			r := httptest.NewRequest(http.MethodGet, x.path, nil)
			r.Header.Set("Accept", x.accept)
			if x.cookie != nil {
				r.AddCookie(x.cookie)
			}
			w := httptest.NewRecorder()
			router.ServeHTTP(w, r)
			if w.Code != x.code || x.body != "" && w.Body.String() != x.body || w.Header().Get("Vary") == "" {
				t.Errorf("%s %s as %v: %d %q %v", name, x.path, x.cookie, w.Code, w.Body, w.Header())
			}
		}
		r := httptest.NewRequest(http.MethodGet, "/hello", nil)
		r.AddCookie(&http.Cookie{Name: ada.Name, Value: "down"})
		w := httptest.NewRecorder()
		if router.ServeHTTP(w, r); w.Code != http.StatusServiceUnavailable {
			t.Errorf("%s: an outage: %d", name, w.Code)
		}
	}
}
