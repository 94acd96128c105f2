package authjs

import (
	"fmt"
	"net/url"
	"strings"
)

// CallbackURL returns where to go after a sign-in or sign-out, of what a request
// asks for as callbackUrl: what Auth.js's own redirect callback allows. A path is
// one of the site, a URL has to be of the site, and all else is the site itself.
// It needs Config.URL, else it is ErrConfig.
func (a *Auth) CallbackURL(asked string) (string, error) {
	if a.base == nil {
		return "", fmt.Errorf("authjs: %w: CallbackURL needs Config.URL", ErrConfig)
	}
	origin := a.base.Scheme + "://" + a.base.Host
	if strings.HasPrefix(asked, "/") {
		if strings.ContainsFunc(asked, isControl) {
			return origin, nil
		}
		return origin + asked, nil
	}
	u, err := url.Parse(asked)
	if err != nil || u.User != nil || !strings.EqualFold(u.Scheme, a.base.Scheme) || !strings.EqualFold(hostOf(u), hostOf(a.base)) {
		return origin, nil
	}
	return asked, nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }

// hostOf is the host with its port, unless that is the scheme's.
func hostOf(u *url.URL) string {
	if port := u.Port(); port == "" || u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		return u.Hostname()
	}
	return u.Host
}
