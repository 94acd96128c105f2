package authdb_test

import (
	"context"
	"reflect"
	"slices"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
)

// altered is a Memory, and what its transactions get, with faults.
type altered struct {
	*adaptertest.Memory

	hides  []string // extensions that As does not find
	before func(ctx context.Context, tx *altered, method string) error
	inTx   func(ctx context.Context, a *altered, f func(context.Context, authdb.Adapter) error) error
	inside bool

	// registers is CreateUserWithAccount; without it As finds no Registrar.
	registers func(ctx context.Context, a *altered, u *authdb.User, account *authdb.Account) (*authdb.User, *authdb.Account, error)
}

func (a *altered) on(tx authdb.Adapter) *altered {
	c := *a
	c.Memory, c.inside = tx.(*adaptertest.Memory), true
	return &c
}

func (a *altered) As(target any) bool {
	if _, ok := target.(*authdb.Registrar); ok && a.registers == nil {
		return false
	}
	v := reflect.ValueOf(target).Elem()
	if slices.Contains(a.hides, v.Type().Name()) || !reflect.TypeOf(a).AssignableTo(v.Type()) {
		return false
	}
	v.Set(reflect.ValueOf(a))
	return true
}

func (a *altered) call(ctx context.Context, method string) error {
	if a.before == nil {
		return nil
	}
	return a.before(ctx, a, method)
}

// transaction is InTx without its fault.
func (a *altered) transaction(ctx context.Context, f func(context.Context, authdb.Adapter) error) error {
	return a.Memory.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error { return f(ctx, a.on(tx)) })
}

func (a *altered) InTx(ctx context.Context, f func(context.Context, authdb.Adapter) error) error {
	if a.inTx != nil {
		return a.inTx(ctx, a, f)
	}
	return a.transaction(ctx, f)
}

func (a *altered) CreateUserWithAccount(ctx context.Context, u *authdb.User, account *authdb.Account) (*authdb.User, *authdb.Account, error) {
	if err := a.call(ctx, "CreateUserWithAccount"); err != nil {
		return nil, nil, err
	}
	return a.registers(ctx, a, u, account)
}

func (a *altered) CreateUser(ctx context.Context, u *authdb.User) (*authdb.User, error) {
	if err := a.call(ctx, "CreateUser"); err != nil {
		return nil, err
	}
	return a.Memory.CreateUser(ctx, u)
}

func (a *altered) GetUserByEmail(ctx context.Context, email string) (*authdb.User, error) {
	if err := a.call(ctx, "GetUserByEmail"); err != nil {
		return nil, err
	}
	return a.Memory.GetUserByEmail(ctx, email)
}

func (a *altered) GetUserByAccount(ctx context.Context, provider, id string) (*authdb.User, error) {
	if err := a.call(ctx, "GetUserByAccount"); err != nil {
		return nil, err
	}
	return a.Memory.GetUserByAccount(ctx, provider, id)
}

func (a *altered) LinkAccount(ctx context.Context, account *authdb.Account) (*authdb.Account, error) {
	if err := a.call(ctx, "LinkAccount"); err != nil {
		return nil, err
	}
	return a.Memory.LinkAccount(ctx, account)
}

func (a *altered) GetAccount(ctx context.Context, provider, id string) (*authdb.Account, error) {
	if err := a.call(ctx, "GetAccount"); err != nil {
		return nil, err
	}
	return a.Memory.GetAccount(ctx, provider, id)
}

func (a *altered) UpdateAccount(ctx context.Context, provider, id string, patch authdb.AccountPatch) (*authdb.Account, error) {
	if err := a.call(ctx, "UpdateAccount"); err != nil {
		return nil, err
	}
	return a.Memory.UpdateAccount(ctx, provider, id, patch)
}

func (a *altered) UpdateUser(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
	if err := a.call(ctx, "UpdateUser"); err != nil {
		return nil, err
	}
	return a.Memory.UpdateUser(ctx, id, patch)
}

func (a *altered) LockUser(ctx context.Context, id string) (*authdb.User, error) {
	if err := a.call(ctx, "LockUser"); err != nil {
		return nil, err
	}
	return a.Memory.LockUser(ctx, id)
}

func (a *altered) LockAccount(ctx context.Context, provider, id string) (*authdb.Account, error) {
	if err := a.call(ctx, "LockAccount"); err != nil {
		return nil, err
	}
	return a.Memory.LockAccount(ctx, provider, id)
}
