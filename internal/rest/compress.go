package rest

import (
	"compress/gzip"
	"net/http"

	"github.com/klauspost/compress/gzhttp"
)

const (
	smallestCompressed = 1 << 10 // in bytes; a shorter answer is sent as it is
	compressedTag      = "-gzip" // ends the ETag of a compressed answer
)

// compressing compresses the longer answers of a handler for clients that accept gzip.
//
// The size of a compressed answer can show a secret in it to somebody who watches the network and can make the browser send requests (the
// BREACH attack). So an answer that shows a secret, such as a token or a one-time password, is never compressed: see Secret.
func compressing(h http.Handler) (http.Handler, error) {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(smallestCompressed), gzhttp.CompressionLevel(gzip.BestSpeed), gzhttp.EnableZstd(false), gzhttp.SuffixETag(compressedTag))
	if err != nil {
		return nil, err
	}
	return wrap(h), nil
}
