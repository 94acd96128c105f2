package authdb_test

import (
	"errors"
	"testing"
	"time"

	"github.com/authdb/authdb"
)

// bare has the mandatory methods, by embedding a nil Adapter, and Sweep.
type bare struct{ authdb.Adapter }

type sweeping struct {
	bare
	authdb.Sweeper
}

// declining has the methods of a Sweeper and says that it is none.
type declining struct{ sweeping }

func (declining) As(any) bool { return false }

// wrapping finds in what it wraps.
type wrapping struct {
	bare
	inner sweeping
}

func (w wrapping) As(target any) bool {
	t, ok := target.(*authdb.Sweeper)
	if ok {
		*t = w.inner
	}
	return ok
}

func TestAs(t *testing.T) {
	for _, c := range []struct {
		name    string
		adapter authdb.Adapter
		want    bool
	}{
		{"the type has it", sweeping{}, true},
		{"the type lacks it", bare{}, false},
		{"the method declines", declining{}, false},
		{"the method finds it", wrapping{}, true},
		{"nil", nil, false},
	} {
		got, ok := authdb.As[authdb.Sweeper](c.adapter)
		if ok != c.want || (got != nil) != c.want {
			t.Errorf("%s: %v, %t", c.name, got, ok)
		}
	}
	if _, ok := authdb.As[authdb.AccountLister](wrapping{}); ok {
		t.Error("the method was not asked for the right type")
	}
}

func TestField(t *testing.T) {
	var leave authdb.Field[string]
	if leave.IsSet() || leave.IsNull() {
		t.Error("the zero value changes something")
	}
	if f := authdb.Set("x"); !f.IsSet() || f.IsNull() || f.Value() != "x" {
		t.Errorf("Set: %+v", f)
	}
	for _, f := range []authdb.Field[string]{authdb.Null[string](), authdb.Set("")} {
		if !f.IsSet() || !f.IsNull() || f.Value() != "" {
			t.Errorf("Null: %+v", f)
		}
	}
	if f := authdb.Set(int64(0)); !f.IsNull() {
		t.Errorf("Set(0): %+v", f)
	}
	if f := authdb.Set(time.Time{}); f.IsNull() || !f.IsSet() {
		t.Errorf("Set of the zero time is for the adapter to refuse: %+v", f)
	}
}

func TestNewOptions(t *testing.T) {
	o := authdb.NewOptions()
	if o.Clock == nil || o.Err != nil || o.Synchronize {
		t.Errorf("defaults: %+v", o)
	}
	o = authdb.NewOptions(nil, authdb.WithClock(nil), authdb.WithIDs(nil), authdb.WithCloser(nil))
	if o.Err == nil || o.Clock == nil {
		t.Errorf("nil options pass: %v", o.Err)
	}
}

func TestSentinels(t *testing.T) {
	if !errors.Is(authdb.ErrExpired, authdb.ErrNotFound) {
		t.Error("ErrExpired is no ErrNotFound")
	}
	if errors.Is(authdb.ErrNotFound, authdb.ErrExpired) {
		t.Error("ErrNotFound is an ErrExpired")
	}
}
