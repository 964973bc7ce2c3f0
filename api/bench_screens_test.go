package api_test

import (
	"fmt"
	"testing"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/risk"
)

// firstScreens compares the first screens (tasks, notifications, clauses) with a page of 50, while a thousand risks wait for acceptance. It
// does so for a person who may accept all of them, and for one who may accept a few.
func (x *benchHospital) firstScreens(b *testing.B) {
	const waiting = 1000
	x.waiting(middleScope, waiting)
	for _, screen := range []string{"/me/tasks", "/me/notifications", "/clauses?scope=" + middleScope} {
		b.Run("first"+screen, func(b *testing.B) {
			compare(b, "x-page", 1, 5, x.ours("handler", "/risks"), x.ours("handler", screen))
		})
	}
}

// waiting makes risks that wait for acceptance, half of them with an owner who is to review them soon.
func (x *benchHospital) waiting(scope string, n int) {
	manager := x.h.id("handler")
	register := x.register(scope)
	for from := 0; from < n; from += 50 {
		x.asSystem(func(tx *record.Tx) error {
			for i := from; i < from+50; i++ {
				in := risk.Input{Common: record.Common{Scope: scope}, RegisterID: register, Title: fmt.Sprintf("Venter %d", i), Description: "Venter på aksept."}
				if i%2 == 0 {
					in.OwnerID, in.ReviewDue = manager, record.DateOf(x.h.now.AddDate(0, 0, i%40-10))
				}
				r := risk.New(in)
				r.Status, r.Level, r.LevelRank = risk.Assessed, risk.Moderate, 2
				if _, err := risk.Repo.Create(tx.Follow("risk", "create"), r); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// register makes a register in a scope.
func (x *benchHospital) register(scope string) (id string) {
	x.asSystem(func(tx *record.Tx) error {
		r := risk.NewRegister(risk.RegisterInput{Common: record.Common{Scope: scope}, Title: "Måling"})
		made, err := risk.Registers.Create(tx.Follow("risk_register", "create"), r)
		if err == nil {
			id = made.ID
		}
		return err
	})
	return id
}
