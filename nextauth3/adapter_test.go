package nextauth3_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/nextauth3"
)

// TestCodes calls every method, under a context that is done, and reads the log.
func TestCodes(t *testing.T) {
	const codes = `
		CREATE_USER GET_USER GET_USER_BY_EMAIL GET_USER_BY_PROVIDER_ACCOUNT_ID GET_USER_BY_CREDENTIALS UPDATE_USER DELETE_USER
		LINK_ACCOUNT UNLINK_ACCOUNT CREATE_SESSION GET_SESSION UPDATE_SESSION DELETE_SESSION
		CREATE_VERIFICATION_REQUEST GET_VERIFICATION_REQUEST DELETE_VERIFICATION_REQUEST USE_VERIFICATION_REQUEST`
	const names = `
		CreateUser GetUser GetUserByEmail GetUserByProviderAccountId GetUserByCredentials UpdateUser DeleteUser
		LinkAccount UnlinkAccount CreateSession GetSession UpdateSession DeleteSession
		CreateVerificationRequest GetVerificationRequest DeleteVerificationRequest UseVerificationRequest`
	onEach(t, func(s store) {
		for option, prefix := range map[string]string{"": "AUTHDB", "typeorm_legacy": "TYPEORM_LEGACY"} {
			var log bytes.Buffer
			v3 := s.with(nextauth3.Options{DisplayName: option}, nextauth3.AppOptions{Logger: logInto(&log)})
			if !strings.EqualFold(v3.DisplayName(), prefix) {
				s.Errorf("DisplayName is %q, want %q", v3.DisplayName(), prefix)
			}
			var want strings.Builder
			errs := callAll(canceled(s), v3)
			for i, code := range strings.Fields(codes) {
				var thrown *nextauth3.Error
				if name := strings.Fields(names)[i] + "Error"; !errors.As(errs[i], &thrown) || thrown.Name != name {
					s.Errorf("got the error %v, want a %s", errs[i], name)
					continue
				}
				fmt.Fprintf(&want, "level=DEBUG msg=%[1]s__%[2]s\nlevel=ERROR msg=%[1]s__%[2]s_ERROR error=%[3]q\n", prefix, code, thrown.Err)
			}
			if log.String() != want.String() {
				s.Errorf("the log is\n%swant\n%s", log.String(), want.String())
			}
		}
	})
}

// TestAbsenceIsNoError: what version 3 answers with undefined or null is not in
// the log as an error.
func TestAbsenceIsNoError(t *testing.T) {
	onEach(t, func(s store) {
		var log bytes.Buffer
		v3 := s.with(nextauth3.Options{}, nextauth3.AppOptions{Logger: logInto(&log)})
		for _, err := range callAll(s.Context(), v3) {
			if err != nil && errors.Is(err, authdb.ErrNotFound) != !errors.As(err, new(*nextauth3.Error)) {
				s.Errorf("absence is no Error, and nothing else is absence: %v", err)
			}
		}
		for _, line := range strings.Split(log.String(), "\n") {
			if strings.Contains(line, "ERROR") && strings.Contains(line, "not found") {
				s.Error(line)
			}
		}
		if strings.Contains(log.String(), "s3cr3t") {
			s.Errorf("the log has a value:\n%s", log.String())
		}
	})
}

// callAll calls every method with what is not there, and returns the errors.
func callAll(ctx context.Context, v3 *nextauth3.Instance) []error {
	only := func(_ any, err error) error { return err }
	update := func() error {
		_, _, err := v3.UpdateSession(ctx, &nextauth3.Session{Session: authdb.Session{SessionToken: "s3cr3t"}}, true)
		return err
	}
	p := &newPost(0).Provider
	return []error{
		only(v3.CreateUser(ctx, &authdb.User{Name: "s3cr3t"})),
		only(v3.GetUser(ctx, "s3cr3t")),
		only(v3.GetUserByEmail(ctx, "s3cr3t")),
		only(v3.GetUserByProviderAccountID(ctx, "s3cr3t", "s3cr3t")),
		only(v3.GetUserByCredentials(ctx, map[string]string{"password": "s3cr3t"})),
		only(v3.UpdateUser(ctx, "s3cr3t", authdb.UserPatch{Name: authdb.Set("s3cr3t")})),
		v3.DeleteUser(ctx, "s3cr3t"),
		only(v3.LinkAccount(ctx, &authdb.Account{UserID: "s3cr3t", Type: "oauth", Provider: "s3cr3t", ProviderAccountID: "s3cr3t"})),
		v3.UnlinkAccount(ctx, "s3cr3t", "s3cr3t", "s3cr3t"),
		only(v3.CreateSession(ctx, "s3cr3t")),
		only(v3.GetSession(ctx, "s3cr3t")),
		update(),
		v3.DeleteSession(ctx, "s3cr3t"),
		v3.CreateVerificationRequest(ctx, "s3cr3t", "s3cr3t", "s3cr3t", p),
		only(v3.GetVerificationRequest(ctx, "s3cr3t", "s3cr3t-")),
		v3.DeleteVerificationRequest(ctx, "s3cr3t", "s3cr3t-"),
		only(v3.UseVerificationRequest(ctx, "s3cr3t", "s3cr3t-")),
	}
}

// logInto writes level, message and attributes.
func logInto(to *bytes.Buffer) *slog.Logger {
	return slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
}

func TestGetAdapter(t *testing.T) {
	var log bytes.Buffer
	app := nextauth3.AppOptions{Secret: secret, Logger: logInto(&log)}
	_, err := nextauth3.New(new(adaptertest.Memory), nextauth3.Options{}).GetAdapter(t.Context(), nextauth3.AppOptions{})
	is(t, err, authdb.ErrInvalid, "")
	wrong := adaptertest.NewMemory(authdb.WithSynchronize())
	if _, err = nextauth3.New(wrong, nextauth3.Options{}).GetAdapter(t.Context(), app); err == nil {
		t.Error("no error of an adapter that can't work")
	}

	failure, connected := errors.New("no route to db.example.com"), 0
	adapter := nextauth3.New(new(adaptertest.Memory), nextauth3.Options{Connect: func(context.Context) error {
		connected++
		return failure
	}})
	if _, err = adapter.GetAdapter(t.Context(), app); err != failure { //nolint:errorlint // as it is
		t.Errorf("got the error %v, want that of Connect as it is", err)
	}
	if want := "level=ERROR msg=ADAPTER_CONNECTION_ERROR error=\"Connect returned *errors.errorString\"\n"; log.String() != want {
		t.Errorf("the log is %q, want %q", log.String(), want)
	}
	failure = nil
	if _, err = adapter.GetAdapter(t.Context(), nextauth3.AppOptions{Secret: secret}); err != nil || connected != 2 {
		t.Errorf("GetAdapter: %v; Connect was called %d times, want 2", err, connected)
	}
}
