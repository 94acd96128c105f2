package fromnextauth3

import (
	"context"
	"time"

	"github.com/authdb/authdb"
)

// tokens returns how verification requests are moved.
func (m *move) tokens() *mover[request, authdb.VerificationToken] {
	return &mover[request, authdb.VerificationToken]{
		move: m, record: "VerificationToken", counts: &m.report.VerificationTokens,
		id:      func(r *request) int32 { return r.ID },
		expires: func(r *request) time.Time { return r.Expires.Time },
		convert: m.token,
		find:    (*target).tokens,
		create: func(ctx context.Context, to authdb.Adapter, t *authdb.VerificationToken) error {
			_, err := to.CreateVerificationToken(ctx, t)
			return err
		},
		all:     func(tokens []*authdb.VerificationToken) records { return records{VerificationTokens: tokens} },
		compare: func(_, _ *authdb.VerificationToken) state { return current }, // nothing prolongs one
		known:   true,
	}
}

func (m *move) token(r *request) (*authdb.VerificationToken, error) {
	token := &authdb.VerificationToken{Identifier: r.Identifier, Token: r.Token, Expires: r.Expires.Time}
	if f := m.opts.Complete.VerificationToken; f != nil {
		return token, f(&r.NextAuth3VerificationRequest, token)
	}
	return token, nil
}
