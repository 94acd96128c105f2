package redisadapter

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/secret"
)

// creating is how long an entry of the index may wait for its session.
const creating = time.Minute

// index adds a token to the index of the user's sessions; see indexScript.
func (s *Store) index(ctx context.Context, userID, form string, score, stays int64) error {
	now := s.now().UnixMilli()
	due, err := s.script(ctx, true, indexScript, s.layout.Sessions+userID, score, form, stays, now)
	if err != nil {
		return err
	}
	// Some of the entries whose time is over, so that an index which nobody reads
	// does not grow.
	if entries := dueEntries(due); len(entries) > 0 && s.readEntries(ctx, userID, entries) == nil {
		s.heal(ctx, userID, entries)
	}
	return nil
}

// dueEntries reads the answer of indexScript: tokens and scores in turn.
func dueEntries(answer any) []entry {
	var entries []entry
	due, _ := answer.([]any)
	for pair := range slices.Chunk(due, 2) {
		form, _ := pair[0].(string)
		score, err := strconv.ParseFloat(fmt.Sprint(pair[len(pair)-1]), 64)
		if err == nil {
			entries = append(entries, entry{form: form, score: score, listed: true})
		}
	}
	return entries
}

// setLatest tells the JavaScript side which session is the user's latest, since
// that is the one which its deleteUser removes. What it has written there itself
// is known to nobody else, and is taken into the index.
func (s *Store) setLatest(ctx context.Context, userID, key string, stays int64) {
	before, err := text(s.script(ctx, true, latestScript, s.layout.SessionByUserID+userID, key, stays))
	if err != nil {
		return // there was nothing, or the next reader finds it in the index
	}
	if form, ok := strings.CutPrefix(before, s.layout.Session); ok && before != key {
		_ = s.index(ctx, userID, form, -s.now().UnixMilli(), s.layout.Grace.Milliseconds())
	}
}

// An entry is a session that is, or is to be, in the index of a user.
type entry struct {
	form   string // of the token
	score  float64
	listed bool // in the index, with that score

	session *authdb.Session // nil: gone, somebody else's, or nothing that can be read
}

// entries returns what the index of the user has, and what the JavaScript side says
// is their latest session, with what is stored of them.
func (s *Store) entries(ctx context.Context, userID string) ([]entry, error) {
	var entries []entry
	listed, err := s.client.ZRangeWithScores(ctx, s.layout.Sessions+userID, 0, -1).Result()
	if err != nil {
		return nil, err
	}
	for _, z := range listed {
		if form, ok := z.Member.(string); ok {
			entries = append(entries, entry{form: form, score: z.Score, listed: true})
		}
	}
	latest, err := s.get(ctx, s.layout.SessionByUserID+userID)
	if err != nil && !errors.Is(err, authdb.ErrNotFound) {
		return nil, err
	}
	form, ok := strings.CutPrefix(latest, s.layout.Session)
	if ok && !slices.ContainsFunc(entries, func(e entry) bool { return e.form == form }) {
		entries = append(entries, entry{form: form})
	}
	return entries, s.readEntries(ctx, userID, entries)
}

// readEntries reads the user's sessions of the entries. In a cluster their keys are
// in as many places.
func (s *Store) readEntries(ctx context.Context, userID string, entries []entry) error {
	for chunk := range slices.Chunk(entries, 200) {
		answers := make([]*redis.StringCmd, len(chunk))
		_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for i, e := range chunk {
				answers[i] = p.Get(ctx, s.layout.Session+e.form)
			}
			return nil
		})
		for i, answer := range answers {
			value, each := answer.Result()
			switch {
			case each == nil:
				session, _, err := decodeSession(value, chunk[i].form)
				if err == nil && session.UserID == userID {
					chunk[i].session = session
				}
			case errors.Is(each, redis.Nil), redis.HasErrorPrefix(each, "WRONGTYPE"):
			default:
				return cmp.Or(each, err)
			}
		}
	}
	return nil
}

// heal makes the index what was read: without the entries whose session is gone,
// and with those that it lacks. It is of no consequence for the caller whether
// that is done now or by the next.
func (s *Store) heal(ctx context.Context, userID string, entries []entry) {
	var gone []entry
	now := float64(s.now().UnixMilli())
	for _, e := range entries {
		if e.session == nil {
			waits := e.score < 0 && now+e.score <= float64(creating.Milliseconds())
			if e.listed && !waits {
				gone = append(gone, e)
			}
			continue
		}
		stays, until := s.stay(e.session.Expires)
		if e.score < now { // not confirmed, due, or not listed at all
			_, _ = s.script(ctx, true, indexScript, s.layout.Sessions+userID, until, e.form, stays, 0)
		}
	}
	_ = s.removeEntries(ctx, userID, gone)
}

// removeEntries removes entries from the index unless somebody has added them anew.
func (s *Store) removeEntries(ctx context.Context, userID string, entries []entry) error {
	if len(entries) == 0 {
		return nil
	}
	args := make([]any, 0, 2*len(entries))
	for _, e := range entries {
		args = append(args, e.form, int64(e.score))
	}
	_, err := s.script(ctx, true, unlistScript, s.layout.Sessions+userID, args...)
	return err
}

// unlist removes the entry of a session that was removed. A reader would, too.
func (s *Store) unlist(ctx context.Context, userID, form string) {
	_, _ = s.write(ctx, true, "ZREM", s.layout.Sessions+userID, form)
}

// ListSessionsByUserID implements authdb.SessionLister. It removes from the user's
// index what is gone, and adds the session that the JavaScript side says is the
// latest.
func (s *Store) ListSessionsByUserID(ctx context.Context, userID string) ([]*authdb.Session, error) {
	sessions, err := s.listSessions(ctx, userID)
	return sessions, wrap(ctx, "list sessions", err)
}

func (s *Store) listSessions(ctx context.Context, userID string) ([]*authdb.Session, error) {
	sessions := []*authdb.Session{}
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	if !isKey(userID) {
		return sessions, nil
	}
	entries, err := s.entries(ctx, userID)
	if err != nil {
		return nil, err
	}
	s.heal(ctx, userID, entries)
	now := s.now()
	for _, e := range entries {
		if e.session == nil || e.session.Expires.Before(now) {
			continue
		}
		if s.hash != nil {
			e.session.SessionToken = ""
		}
		sessions = append(sessions, e.session)
	}
	slices.SortFunc(sessions, func(x, y *authdb.Session) int {
		return cmp.Or(y.Expires.Compare(x.Expires), cmp.Compare(x.SessionToken, y.SessionToken))
	})
	return sessions, nil
}

// DeleteSessionsByUserID implements authdb.SessionLister. If it fails, some may
// have been removed, which it says: call it again.
func (s *Store) DeleteSessionsByUserID(ctx context.Context, userID string, exceptTokens ...string) (int64, error) {
	spared := map[string]bool{}
	for _, token := range exceptTokens {
		for _, form := range s.hash.Candidates(secret.Session(token)) {
			spared[form] = true
		}
	}
	n, err := s.revoke(ctx, userID, func(e entry) bool { return !spared[e.form] })
	return n, wrap(ctx, "delete sessions", err)
}

// DeleteSessionByID implements authdb.SessionRevoker. Sessions that the JavaScript
// side has created have no ID.
func (s *Store) DeleteSessionByID(ctx context.Context, userID, sessionID string) error {
	_, err := s.revoke(ctx, userID, func(e entry) bool {
		return sessionID != "" && e.session != nil && e.session.ID == sessionID
	})
	return wrap(ctx, "delete session", err)
}

// revoke removes those of the user's sessions that which chooses, and says how
// many.
func (s *Store) revoke(ctx context.Context, userID string, which func(entry) bool) (removed int64, err error) {
	if err := s.begin(ctx); err != nil {
		return 0, err
	}
	if !isKey(userID) {
		return 0, nil
	}
	entries, err := s.entries(ctx, userID)
	if err != nil {
		return 0, err
	}
	for i, e := range entries {
		if !which(e) {
			continue
		}
		key, ok := s.layout.under(s.layout.Session, e.form)
		if !ok {
			continue
		}
		n, err := s.script(ctx, true, revokeScript, key, userID)
		if err != nil {
			return removed, err
		}
		if n == int64(1) {
			removed++
		}
		entries[i].session = nil
	}
	s.heal(ctx, userID, entries)
	return removed, nil
}
