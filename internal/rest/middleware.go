package rest

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/ki-styring/aims/internal/record"
)

// requestID returns the id that observe set for the request.
func requestID(g *gin.Context) string {
	return g.Writer.Header()["X-Request-Id"][0]
}

// observe gives the request an id, recovers from a panic, and logs and counts the outcome.
func (s *Server) observe(g *gin.Context) {
	start := time.Now() // wall clock: how long the request took
	id := record.NewID()
	g.Writer.Header()["X-Request-Id"] = []string{id}
	defer func() {
		if r := recover(); r != nil {
			s.cfg.Log.Error("panic", "request_id", id, "route", g.FullPath(), "panic", r, "stack", string(debug.Stack()))
			if !g.Writer.Written() {
				g.Data(http.StatusInternalServerError, problemMime, encodeProblem(masked("nb", g.Request.URL.Path, id)))
			}
			g.Abort()
		}
		took := time.Since(start) // wall clock
		route := g.FullPath()
		s.metrics.observe(g.Request.Method, route, g.Writer.Status(), took)
		if s.cfg.Log.Enabled(context.Background(), levelOf(g.Writer.Status())) {
			s.cfg.Log.Log(context.Background(), levelOf(g.Writer.Status()), "request", "request_id", id, "method", g.Request.Method, "route", route,
				"status", g.Writer.Status(), "bytes", g.Writer.Size(), "took", took)
		}
	}()
	g.Next()
}

// secure sets the security headers of every answer.
func (s *Server) secure(g *gin.Context) {
	h := g.Writer.Header()
	h["X-Content-Type-Options"] = noSniff
	h["X-Frame-Options"] = denyFrames
	h["Referrer-Policy"] = noReferrer
	h["Content-Security-Policy"] = noContent
	if g.Request.TLS != nil {
		h["Strict-Transport-Security"] = strictTransport
	}
}

// The values of the security headers. All answers share the slices, so code must replace a value and never change it in place.
var (
	noSniff         = []string{"nosniff"}
	denyFrames      = []string{"DENY"}
	noReferrer      = []string{"no-referrer"}
	noContent       = []string{"default-src 'none'; frame-ancestors 'none'"}
	strictTransport = []string{"max-age=31536000"}
)

// CheckOrigins refuses a value that no browser sends as an Origin, because it would never match.
func CheckOrigins(origins []string) error {
	for _, o := range origins {
		u, err := url.Parse(o)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || strings.Contains(o, "*") ||
			o != strings.ToLower(u.Scheme+"://"+u.Host) || u.Port() == map[string]string{"http": "80", "https": "443"}[u.Scheme] {
			return fmt.Errorf("%q is no origin: write a scheme and a host in small letters, a port when it is not the scheme's own, and no slash after it: https://kvalitet.example.no", o)
		}
	}
	return nil
}

// cors lets browsers on the allowed origins read answers and send the session cookie. The cookie is SameSite=Lax, so that a browser sends it
// only from origins of the same site; pages on other sites use a token.
func (s *Server) cors(g *gin.Context) {
	origin := g.GetHeader("Origin")
	if origin == "" || len(s.cfg.Origins) == 0 {
		return
	}
	h := g.Writer.Header()
	h.Add("Vary", "Origin")
	if !slices.Contains(s.cfg.Origins, origin) {
		return
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Allow-Credentials", "true")
	h.Set("Access-Control-Expose-Headers", "ETag, Location, Link, X-Request-Id, Retry-After, Idempotent-Replay")
	if g.Request.Method != http.MethodOptions || g.GetHeader("Access-Control-Request-Method") == "" {
		return
	}
	h.Set("Access-Control-Allow-Methods", "GET, POST, PATCH, DELETE")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Accept-Language, X-CSRF-Token")
	h.Set("Access-Control-Max-Age", "600")
	g.AbortWithStatus(http.StatusNoContent)
}

// metrics holds the Prometheus metrics.
type metrics struct {
	registry *prometheus.Registry
	seconds  *prometheus.HistogramVec
}

func newMetrics() *metrics {
	m := &metrics{registry: prometheus.NewRegistry(), seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "aims_http_request_duration_seconds", Help: "How long requests take, by method, route and status.",
		Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
	}, []string{"method", "route", "status"})}
	m.registry.MustRegister(m.seconds, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) observe(method, route string, status int, took time.Duration) {
	if route == "" {
		route, method = "none", "other"
	}
	m.seconds.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
}

// addSystemRoutes adds the routes outside the API: health, metrics, the OpenAPI description with its documentation page, and the pages of the configuration.
func (s *Server) addSystemRoutes() {
	get := func(path string, h gin.HandlerFunc) {
		s.engine.GET(path, h)
		s.engine.HEAD(path, h)
	}
	get("/livez", func(g *gin.Context) { g.String(http.StatusOK, "ok %s\n", s.cfg.Version) })
	get("/readyz", func(g *gin.Context) {
		if err := s.cfg.Ready(); err != nil {
			s.cfg.Log.Warn("not ready", "error", err)
			g.String(http.StatusServiceUnavailable, "not ready\n")
			return
		}
		g.String(http.StatusOK, "ready\n")
	})
	get("/metrics", gin.WrapH(promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{})))
	description := `"` + hash(s.cfg.Description) + `"`
	get("/openapi.json", func(g *gin.Context) {
		g.Header("Cache-Control", "no-cache")
		if g.Writer.Header().Get("Access-Control-Allow-Origin") == "" {
			g.Header("Access-Control-Allow-Origin", "*")
		}
		g.Header("Etag", description)
		if !notModified(g) {
			g.Data(http.StatusOK, jsonType, s.cfg.Description)
		}
	})
	get("/docs", func(g *gin.Context) { g.Redirect(http.StatusMovedPermanently, "/docs/") })
	get("/docs/*file", func(g *gin.Context) {
		g.Header("Content-Security-Policy", "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'")
		g.FileFromFS(g.Param("file"), s.cfg.Docs)
	})
	for _, p := range s.cfg.Pages {
		get(ginPath(p.Path), func(g *gin.Context) { s.page(g, p) })
	}
}

// levelOf returns the log level of a request.
func levelOf(status int) slog.Level {
	if status >= http.StatusInternalServerError {
		return slog.LevelError
	}
	return slog.LevelInfo
}
