package worklist

import (
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/improve"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
	"github.com/ki-styring/aims/internal/risk"
)

// CloseUnit takes a unit out of use. A project is closed only when nothing in it is left open.
func CloseUnit(tx *record.Tx, ref record.Ref) (*org.Unit, error) {
	return org.CloseUnit(tx, ref, openIn)
}

// openIn lists what is open in a project: risks that are not closed, measures that have not ended, and the tasks on other records. Other units have
// no such list, because their records are still looked after from the unit above.
func openIn(tx *record.Tx, u *org.Unit) (fault.Blockers, error) {
	if u.Kind != org.Project {
		return nil, nil
	}
	var b fault.Blockers
	risks, err := query.Each(tx, risk.Repo, u.Path, nil)
	if err != nil {
		return nil, err
	}
	for _, r := range risks {
		if r.Status != risk.Closed {
			blocks(tx, b.Add("open_risk", "", "close the risk %s, or transfer it", r.Number), r.Row(), r.OwnerID)
		}
	}
	measures, err := query.Each(tx, improve.Measures, u.Path, nil)
	if err != nil {
		return nil, err
	}
	for _, m := range measures {
		if m.Status.Open() {
			blocks(tx, b.Add("open_measure", "", "complete, withdraw or cancel the measure %s", m.Number), m.Row(), m.ResponsibleID)
		}
	}
	rows, actions, err := tasksIn(tx, u.Path)
	if err != nil {
		return nil, err
	}
	for i, r := range rows {
		blocks(tx, b.Add("open_task", "", `%s waits for the action "%s"`, r.Number, fault.Word{Kind: r.Kind.Name, Action: actions[i]}), r, "")
	}
	return b, nil
}

// blocks adds the link to a record and the person who looks after it, if the caller may read the record.
func blocks(tx *record.Tx, b *fault.Blocker, r *record.Row, who string) {
	if tx.Visible(r) {
		b.Link, b.Who = "/api/v1/"+r.Kind.Path+"/"+r.ID, who
	}
}

// tasksIn reads the records with open tasks in a scope, each once, with the action that it waits for. It leaves out risks and measures.
func tasksIn(tx *record.Tx, scope string) (rows []*record.Row, actions []string, err error) {
	var queries []query.TaskQuery
	for _, k := range record.Kinds() {
		if k == risk.Repo.Kind || k == improve.Measures.Kind {
			continue
		}
		for _, t := range k.Tasks {
			q := query.TaskQuery{Kind: k, Actions: []string{t.Action}, Anyone: true, Branches: []record.Branch{{Scope: scope}}}
			if t.Soon {
				q.Until = record.DateOf(tx.Now).Add("P30D") // as in a list of tasks
			}
			queries = append(queries, q)
		}
	}
	found, err := query.ReadOpenTasks(tx, queries...)
	if err != nil {
		return nil, nil, err
	}
	seen := map[int64]bool{}
	for _, t := range found {
		for _, rid := range t.RIDs {
			if !seen[rid] {
				seen[rid] = true
				rows, actions = append(rows, &record.Row{Kind: t.Kind, RID: rid}), append(actions, t.Action)
			}
		}
	}
	if err := query.WithRows(tx, rows, false); err != nil {
		return nil, nil, err
	}
	return rows, actions, nil
}
