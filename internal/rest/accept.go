package rest

import (
	"mime"
	"strconv"
	"strings"

	"github.com/ki-styring/aims/internal/fault"
)

// Preferred returns the offered media type that an Accept header prefers. For */* and for an empty header it is the first one offered. If none
// fits, it returns the fault not_acceptable.
func Preferred(accept string, offered ...string) (string, error) {
	if strings.TrimSpace(accept) == "" {
		return offered[0], nil
	}
	best, most := "", 0.0
	for part := range strings.SplitSeq(accept, ",") {
		mt, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		q := 1.0
		if v, err := strconv.ParseFloat(params["q"], 64); err == nil {
			q = v
		}
		for i, o := range offered {
			family, _, _ := strings.Cut(o, "/")
			liking := 0.0
			switch {
			case mt == o || mt == family+"/*":
				liking = q
			case mt == "*/*" && i == 0:
				liking = q / 1000
			}
			if liking > most {
				best, most = o, liking
			}
		}
	}
	if best == "" {
		return "", fault.New(fault.NotAcceptable, "not_acceptable", "this is only available as %s", strings.Join(offered, ", "))
	}
	return best, nil
}
