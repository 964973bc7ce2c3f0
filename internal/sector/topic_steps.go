package sector

import (
	"github.com/ki-styring/aims/internal/record"
)

// AddTopic stores a topic that a body works with. The day as_of must not be in the future.
func AddTopic(tx *record.Tx, in TopicInput) (*Topic, error) {
	f := notLater(tx, "/as_of", in.AsOf)
	t := NewTopic(in)
	return ofBody(tx, &t.BodyID, in.Scope, f, func() (*Topic, error) { return Topics.Create(tx, t) })
}

// ChangeTopic changes the fields of a topic.
func ChangeTopic(tx *record.Tx, ref record.Ref, fn func(*Topic) error) (*Topic, error) {
	return Topics.Change(tx, ref, func(t *Topic) error {
		if err := fn(t); err != nil {
			return err
		}
		return notLater(tx, "/as_of", t.AsOf).Err()
	})
}
