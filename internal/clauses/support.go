package clauses

import (
	"cmp"
	"slices"

	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/policy"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// line is a line of support on its way to being shown.
type line struct {
	clause  string
	kind    *record.Kind
	states  []string
	out     Support
	queries []query.NewestOf // for a document also one for the editions in force
	shown   []*record.Row
}

// find fills the lines of support of every clause. All lines are read together; those where records are no longer valid, so that too few are
// left, are read again and further.
func (t *tree) find(support []catalogue.ClauseSupport) error {
	var lines, open []*line
	for _, s := range support {
		for _, l := range s.Lines {
			if x := t.line(s.Clause, l); x != nil {
				lines = append(lines, x)
			}
		}
	}
	open = lines
	for limit := supportLimit + 1; len(open) > 0; limit *= 8 {
		var err error
		if open, err = t.read(open, limit); err != nil {
			return err
		}
	}
	var shown []*record.Row
	for _, l := range lines {
		shown = append(shown, l.shown...)
	}
	if err := t.tx.TitlesAhead(shown); err != nil {
		return err
	}
	titles := map[*record.Row]string{}
	for _, l := range lines {
		for _, r := range l.shown {
			title, known := titles[r]
			if !known {
				title = t.tx.TitleOf(r)
				titles[r] = title
			}
			l.out.Records = append(l.out.Records, SupportRecord{Kind: l.out.Kind, ID: r.ID, Number: r.Number, Title: title, Status: r.Status, Scope: r.Scope})
		}
		if there := len(l.shown) > 0; there || t.reads(l.kind, l.states) {
			l.out.Satisfied = &there
		}
		t.support[l.clause] = append(t.support[l.clause], l.out)
	}
	return nil
}

// line makes a line of support ready. It is nil when this server has no such kind or cannot filter it that way.
func (t *tree) line(clause string, l catalogue.SupportLine) *line {
	k := record.KindOf(l.Kind)
	if k == nil {
		return nil
	}
	filters := map[string][]string{}
	for _, c := range l.Where {
		if !slices.ContainsFunc(k.Filters(), func(f record.Field) bool { return f.Name == c.Field }) {
			return nil
		}
		filters[c.Field] = append(filters[c.Field], c.Value)
	}
	x := &line{clause: clause, kind: k, states: l.States, out: Support{Kind: l.Kind, Text: l.Text, Partly: l.Partly, Records: []SupportRecord{}}}
	x.queries = append(x.queries, query.NewestOf{Kind: k, Scope: t.scope, States: l.States, Filters: filters})
	if k == policy.Repo.Kind && slices.Contains(l.States, string(policy.Published)) { // also while its next edition is written
		x.queries = append(x.queries, query.NewestOf{Kind: policy.Editions.Kind, Scope: t.scope, States: []string{string(policy.EditionPublished)}, Filters: filters})
	}
	return x
}

// read reads so many records of each line, and gives the lines of which more must be read.
func (t *tree) read(lines []*line, limit int) (open []*line, err error) {
	var queries []query.NewestOf
	for _, l := range lines {
		for _, q := range l.queries {
			q.Limit = limit
			queries = append(queries, q)
		}
	}
	found, err := query.Newest(t.tx, queries)
	if err != nil {
		return nil, err
	}
	if err := policies(found); err != nil {
		return nil, err
	}
	for _, l := range lines {
		more := false
		var rows []*record.Row
		for _, f := range found[:len(l.queries)] {
			rows, more = append(rows, f.Rows...), more || f.More
		}
		found = found[len(l.queries):]
		t.show(l, rows)
		if more && len(l.shown) < supportLimit {
			open = append(open, l)
		}
		l.out.More = l.out.More || more && len(l.shown) == supportLimit
	}
	return open, nil
}

// policies puts policies in the place of their published editions.
func policies(found []query.Found) error {
	known := map[int64]*record.Row{}
	for _, f := range found {
		for i, r := range f.Rows {
			if r.Kind != policy.Editions.Kind {
				continue
			}
			if known[r.RID] == nil {
				p, err := policy.FromEdition(r)
				if err != nil {
					return err
				}
				known[r.RID] = p
			}
			f.Rows[i] = known[r.RID]
		}
	}
	return nil
}

// show chooses the records that a line shows: valid today, those in the scope and below it first, then the nearest above it.
func (t *tree) show(l *line, rows []*record.Row) {
	far := func(r *record.Row) int {
		if record.Covers(t.scope, r.Scope) {
			return 0
		}
		return len(t.scope) - len(r.Scope)
	}
	slices.SortStableFunc(rows, func(a, b *record.Row) int { return cmp.Compare(far(a), far(b)) })
	l.shown, l.out.More = nil, false
	seen := map[string]bool{}
	for _, r := range rows {
		if !t.isValid(r) || seen[r.ID] {
			continue
		}
		if seen[r.ID] = true; len(l.shown) == supportLimit {
			l.out.More = true
			return
		}
		l.shown = append(l.shown, r)
	}
}

// isValid tells whether today lies within the record's valid_from and valid_to, if it has any.
func (t *tree) isValid(r *record.Row) bool {
	if valid, known := t.valid[r]; known {
		return valid
	}
	t.valid[r] = !r.Kind.HasField("valid_from") && !r.Kind.HasField("valid_to") || record.Within(t.tx.Now, record.Date(r.Field("valid_from").String()), record.Date(r.Field("valid_to").String()))
	return t.valid[r]
}
