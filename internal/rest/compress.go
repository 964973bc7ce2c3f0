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
	compressed := wrap(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if accepts(r) {
			compressed(w, r)
			return
		}
		w.Header()["Vary"] = acceptEncoding
		h.ServeHTTP(w, r)
	}), nil
}

// acceptEncoding is the value of Vary. All answers share the slice, so code must replace it and never change it in place.
var acceptEncoding = []string{"Accept-Encoding"}

// accepts reports whether a request asks for any compression.
func accepts(r *http.Request) bool { return r.Header["Accept-Encoding"] != nil }

// keepPlain marks an answer that must not be compressed. The header is removed before the answer is sent.
func keepPlain(r *http.Request, h http.Header) {
	if accepts(r) {
		h[gzhttp.HeaderNoCompression] = []string{"yes"}
	}
}
