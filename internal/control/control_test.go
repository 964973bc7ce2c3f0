package control

import "testing"

// An event of schema 1 is read without the field adoption. A text that looks like the field stays.
func TestUpcast(t *testing.T) {
	for was, want := range map[string]string{
		`{"status":"active","adoption":"/siv/:A.2.2","deciding_id":"x"}`:    `{"status":"active","deciding_id":"x"}`,
		`{"status":"active","adoption":"/siv/:A.2.2"}`:                      `{"status":"active"}`,
		`{"title":"A \",\"adoption\":\"B\" C","status":"active"}`:           `{"title":"A \",\"adoption\":\"B\" C","status":"active"}`,
		`{"description":"æ,\"adoption\":","status":"active","adoption":""}`: `{"description":"æ,\"adoption\":","status":"active"}`,
	} {
		got, err := Repo.Upcast(1, []byte(was))
		if err != nil || string(got) != want {
			t.Errorf("%s became %s, %v", was, got, err)
		}
	}
}
