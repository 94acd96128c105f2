// Package routers puts the sessions of Auth.js into four routers: net/http's own,
// chi, gin and echo. The middleware of package authjs is a
// func(http.Handler) http.Handler, which the first two take as it is.
//
// It is a module of its own, so that nobody who uses authdb depends on a router.
package routers

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/labstack/echo/v4"

	"github.com/authdb/authdb/authjs"
)

// greeting says who the request is from, if anybody.
func greeting(r *http.Request) (string, error) {
	session, err := authjs.FromContext(r.Context())
	switch {
	case errors.Is(err, authjs.ErrNoSession):
		return "Hello, stranger\n", nil
	case err != nil:
		return "", err // nobody knows: 503
	}
	return fmt.Sprintf("Hello, %s\n", session.User.Name), nil
}

// greet is greeting as a handler of net/http.
func greet(w http.ResponseWriter, r *http.Request) {
	text, err := greeting(r)
	if err != nil {
		http.Error(w, "try again", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprint(w, text)
}

// Mux is net/http's router.
func Mux(auth *authjs.Auth) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /hello", auth.Load(http.HandlerFunc(greet)))
	mux.Handle("GET /private", auth.Require(http.HandlerFunc(greet)))
	return mux
}

// Chi has middleware of the same kind.
func Chi(auth *authjs.Auth) http.Handler {
	r := chi.NewRouter()
	r.With(auth.Load).Get("/hello", greet)
	r.Group(func(r chi.Router) {
		r.Use(auth.Require)
		r.Get("/private", greet)
	})
	return r
}

// Gin has handlers of its own.
func Gin(auth *authjs.Auth) http.Handler {
	answer := func(c *gin.Context) {
		text, err := greeting(c.Request)
		if err != nil {
			c.String(http.StatusServiceUnavailable, "try again")
			return
		}
		c.String(http.StatusOK, text)
	}
	r := gin.New()
	r.GET("/hello", ginMiddleware(auth.Load), answer)
	r.Group("/", ginMiddleware(auth.Require)).GET("/private", answer)
	return r
}

// ginMiddleware makes middleware of net/http one of gin's: a chain that it does
// not let pass ends there.
func ginMiddleware(middleware func(http.Handler) http.Handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		passed := false
		middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			passed, c.Request = true, r
			c.Next()
		})).ServeHTTP(c.Writer, c.Request)
		if !passed {
			c.Abort()
		}
	}
}

// Echo wraps such middleware by itself.
func Echo(auth *authjs.Auth) http.Handler {
	answer := func(c echo.Context) error {
		text, err := greeting(c.Request())
		if err != nil {
			return echo.NewHTTPError(http.StatusServiceUnavailable, "try again")
		}
		return c.String(http.StatusOK, text)
	}
	e := echo.New()
	e.GET("/hello", answer, echo.WrapMiddleware(auth.Load))
	e.GET("/private", answer, echo.WrapMiddleware(auth.Require))
	return e
}
