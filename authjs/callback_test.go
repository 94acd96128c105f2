package authjs_test

import (
	"errors"
	"testing"

	"github.com/authdb/authdb/authjs"
)

func TestCallbackURL(t *testing.T) {
	a := newAuth(t, authjs.Config{URL: "https://app.example.com/auth"})
	const home = "https://app.example.com"
	for asked, want := range map[string]string{
		"": home, "/": home + "/", "/x?y=z#q": home + "/x?y=z#q", "//evil.example": home + "//evil.example",
		home: home, home + "/x": home + "/x", "https://app.example.com:443/x": "https://app.example.com:443/x",
		"https://app.example.com:444/x": home, "http://app.example.com/x": home, "https://evil.example/": home,
		"https://app.example.com.evil.example/": home, "https://app.example.com@evil.example/": home, "https://evil@app.example.com/": home,
		"javascript:alert(1)": home, "data:text/html,x": home, "x": home, "https:app.example.com/x": home, `\\evil.example`: home,
		`https://app.example.com\@evil.example`: home, `/\evil.example`: home, "/x\r\nSet-Cookie: y=z": home, "HTTPS://APP.example.com/x": "HTTPS://APP.example.com/x",
		"https://app.example.com%2eevil.example/": home, "https://[::1": home,
	} {
		if got, err := a.CallbackURL(asked); got != want || err != nil {
			t.Errorf("%q: %q, %v, want %q", asked, got, err, want)
		}
	}
	if _, err := newAuth(t, authjs.Config{}).CallbackURL("/x"); !errors.Is(err, authjs.ErrConfig) {
		t.Errorf("without URL: %v", err)
	}
}
