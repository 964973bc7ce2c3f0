package annualreport_test

import (
	"testing"

	"github.com/ki-styring/aims/internal/annualreport"
)

// A report that cannot be written gives an error and no text.
func TestAnnualReportNotWritten(t *testing.T) {
	var none *annualreport.Report
	for _, lang := range []string{"nb", "en"} {
		for name, write := range map[string]func(string) ([]byte, error){"Markdown": none.Markdown, "HTML": none.HTML} {
			if text, err := write(lang); err == nil || text != nil {
				t.Errorf("%s in %s: %q, %v", name, lang, text, err)
			}
		}
	}
}
