package fromnextauth3

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/authdb/authdb"
)

// A mover moves the rows O of one table as records R.
type mover[O, R any] struct {
	*move
	record string
	counts *Counts

	id        func(*O) int32
	user      func(*O) int32     // whose it is; nil if nobody's
	expires   func(*O) time.Time // nil if it does not
	duplicate func(ctx context.Context, rows []*O) (map[int32]bool, error)
	convert   func(*O) (*R, error)

	// find returns for each record the one that is there under its key, or nil.
	find    func(to *target, ctx context.Context, records []*R) ([]*R, error)
	compare func(there, record *R) state
	create  func(ctx context.Context, to authdb.Adapter, record *R) error
	update  func(ctx context.Context, to authdb.Adapter, record *R) error
	all     func([]*R) records

	// taken reports whether what else the record is known by is somebody else's,
	// which only a dry run has to ask: nil if nothing is.
	taken func(ctx context.Context, record *R) (bool, error)

	settled func(rows []*O, refused []Refusal) // is told of each batch; may be nil

	known bool // what is there under the key is the record
}

// An item is a row that may be moved.
type item[R any] struct {
	id     int32
	record *R
	state  state
}

// A tally is what a batch adds to the report. It is made anew where a transaction
// is repeated.
type tally struct {
	Counts
	refused []Refusal
}

func (m *mover[O, R]) refuse(t *tally, id int32, why Reason) {
	t.Refused++
	t.refused = append(t.refused, Refusal{m.record, id, why})
}

// run moves all rows, batch by batch.
func (m *mover[O, R]) run(ctx context.Context) error {
	total, err := count[O](ctx, m.old)
	if err != nil {
		return err
	}
	for last := int32(-1 << 31); ; {
		rows, err := page[O](ctx, m.old, last, m.opts.BatchSize)
		if err != nil || len(rows) == 0 {
			return err
		}
		last = m.id(rows[len(rows)-1])
		t, err := m.batch(ctx, rows)
		if err != nil {
			return fmt.Errorf("%s, among the rows up to number %d: %w", m.record, last, err)
		}
		m.add(t)
		if m.settled != nil {
			m.settled(rows, t.refused)
		}
		m.opts.Progress(Progress{m.record, max(total, m.counts.Rows), *m.counts})
		if len(rows) < m.opts.BatchSize {
			return nil
		}
	}
}

func (m *mover[O, R]) add(t tally) {
	m.counts.add(t.Counts)
	slices.SortFunc(t.refused, func(x, y Refusal) int { return cmp.Compare(x.ID, y.ID) })
	m.report.Refused = append(m.report.Refused, t.refused...)
}

// batch moves some rows.
func (m *mover[O, R]) batch(ctx context.Context, rows []*O) (tally, error) {
	read := tally{Counts: Counts{Rows: int64(len(rows))}}
	items, err := m.items(ctx, rows, &read)
	if err != nil {
		return tally{}, err
	}
	if items, err = m.look(ctx, items, &read); err != nil || len(items) == 0 {
		return read, err
	}
	if m.opts.DryRun {
		return read, m.pretend(ctx, items, &read)
	}
	written, err := m.together(ctx, items)
	if errors.Is(err, errApart) {
		written, err = m.apart(ctx, items)
	}
	read.add(written.Counts)
	read.refused = append(read.refused, written.refused...)
	return read, err
}

// items returns those of the rows that may be moved, as far as the old side says.
func (m *mover[O, R]) items(ctx context.Context, rows []*O, t *tally) ([]item[R], error) {
	var duplicates map[int32]bool
	if m.duplicate != nil {
		var err error
		if duplicates, err = m.duplicate(ctx, rows); err != nil {
			return nil, err
		}
	}
	now := m.opts.Now()
	var items []item[R]
	for _, row := range rows {
		id := m.id(row)
		switch {
		case m.expires != nil && m.expires(row).Before(now):
			t.Expired++
			continue
		case m.user != nil && !m.moved.has(m.user(row)):
			m.refuse(t, id, NoUser)
			continue
		case duplicates[id]:
			m.refuse(t, id, Duplicate)
			continue
		}
		record, err := m.convert(row)
		if errors.Is(err, ErrDeclined) {
			m.refuse(t, id, Declined)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("number %d: %w", id, err)
		}
		items = append(items, item[R]{id: id, record: record})
	}
	return items, nil
}

// look returns those of the items that have to be written, with their states.
func (m *mover[O, R]) look(ctx context.Context, items []item[R], t *tally) (left []item[R], err error) {
	all := make([]*R, len(items))
	for i, it := range items {
		all[i] = it.record
	}
	if len(all) == 0 {
		return nil, nil
	}
	there, err := m.find(m.to, ctx, all)
	if err != nil {
		return nil, err
	}
	for i, it := range items {
		if there[i] != nil {
			it.state = m.compare(there[i], it.record)
		}
		switch it.state {
		case current:
			t.Present++
		case another:
			m.refuse(t, it.id, Taken)
		default:
			left = append(left, it)
		}
	}
	return left, nil
}

// pretend counts what would be written.
func (m *mover[O, R]) pretend(ctx context.Context, items []item[R], t *tally) error {
	for _, it := range items {
		switch taken, err := m.isTaken(ctx, it); {
		case err != nil:
			return err
		case m.to.refuses(it.record) != nil:
			m.refuse(t, it.id, Invalid)
		case taken:
			m.refuse(t, it.id, Taken)
		case it.state == outdated:
			t.Updated++
		default:
			t.Created++
		}
	}
	return nil
}

func (m *mover[O, R]) isTaken(ctx context.Context, it item[R]) (bool, error) {
	if m.taken == nil || it.state != missing {
		return false, nil
	}
	return m.taken(ctx, it.record)
}

// errApart says that the items have to be written one by one.
var errApart = errors.New("one by one")

// refusal reports whether the error is of the record, and not of the work.
func refusal(err error) bool {
	return errors.Is(err, authdb.ErrDuplicate) || errors.Is(err, authdb.ErrReference) || errors.Is(err, authdb.ErrInvalid) || errors.Is(err, authdb.ErrNotFound)
}

// together writes the items in one transaction and as few statements as may be. If
// one of them is refused, it is errApart and nothing was written.
func (m *mover[O, R]) together(ctx context.Context, items []item[R]) (t tally, err error) {
	if m.to.many == nil {
		return t, errApart
	}
	var fresh []*R
	for _, it := range items {
		if it.state == missing {
			fresh = append(fresh, it.record)
		}
	}
	err = m.to.inTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
		t = tally{Counts: Counts{Created: int64(len(fresh)), Updated: int64(len(items) - len(fresh))}}
		if err := m.to.on(tx).many.CreateAll(ctx, m.all(fresh)); err != nil {
			return err
		}
		for _, it := range items {
			if it.state != outdated {
				continue
			}
			if err := m.update(ctx, tx, it.record); err != nil {
				return err
			}
		}
		return nil
	})
	if refusal(err) {
		err = errApart
	}
	return t, err
}

// apart writes the items one by one, in one transaction.
func (m *mover[O, R]) apart(ctx context.Context, items []item[R]) (t tally, err error) {
	err = m.to.inTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
		t = tally{}
		for _, it := range items {
			if err := m.write(ctx, tx, it, &t); err != nil {
				return err
			}
		}
		return nil
	})
	return t, err
}

// write stores one record, or says why not.
func (m *mover[O, R]) write(ctx context.Context, to authdb.Adapter, it item[R], t *tally) error {
	var err error
	if it.state == outdated {
		err = m.update(ctx, to, it.record)
	} else {
		err = m.create(ctx, to, it.record)
	}
	switch {
	case err == nil && it.state == outdated:
		t.Updated++
	case err == nil:
		t.Created++
	case errors.Is(err, authdb.ErrDuplicate):
		return m.settle(ctx, to, it, t)
	case errors.Is(err, authdb.ErrReference):
		m.refuse(t, it.id, NoUser)
	case errors.Is(err, authdb.ErrInvalid):
		m.refuse(t, it.id, Invalid)
	default:
		return err
	}
	return nil
}

// settle finds out who has the record's key: another process may have moved it
// meanwhile.
func (m *mover[O, R]) settle(ctx context.Context, to authdb.Adapter, it item[R], t *tally) error {
	there, err := m.find(m.to.on(to), ctx, []*R{it.record})
	if err != nil {
		return err
	}
	is := another // who has the address, say
	if there[0] != nil {
		is = m.compare(there[0], it.record)
	} else if m.known {
		is = current
	}
	switch is {
	case outdated:
		if err := m.update(ctx, to, it.record); err != nil {
			return err
		}
		t.Updated++
	case current:
		t.Present++
	default:
		m.refuse(t, it.id, Taken)
	}
	return nil
}
