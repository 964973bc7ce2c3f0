package annualreport

import "testing"

// Every character that Markdown reads as something else than text is escaped, and a line break becomes a blank.
func TestMarkdownIsEscaped(t *testing.T) {
	for text, want := range map[string]string{
		"Råd om KI (2026), 50 %":            "Råd om KI (2026), 50 %",
		"a\n# b\r\n- c\t|":                  `a \# b - c \|`,
		"[x](https://ond.no) ![y](z)":       `\[x\](https\://ond.no) \!\[y\](z)`,
		"<script>alert(1)</script>":         `\<script\>alert(1)\</script\>`,
		"*fet* _kursiv_ `kode` ~~strøket~":  "\\*fet\\* \\_kursiv\\_ \\`kode\\` \\~\\~strøket\\~",
		"www.ond.no, kari@ond.no, HTTP://x": `www\.ond.no, kari\@ond.no, HTTP\://x`,
		"1. punkt":                          `1\. punkt`,
		"- punkt":                           `\- punkt`,
		"+ punkt":                           `\+ punkt`,
		"=====":                             `\=====`,
		"    kode":                          "kode",
		`\&amp; {x} $y$ ^z`:                 `\\\&amp; \{x\} \$y\$ \^z`,
	} {
		if got := markdown(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
	if got := markdown(safe("*")); got != "*" {
		t.Errorf("a text of the program became %q", got)
	}
}
