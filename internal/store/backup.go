package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// unfilled lists the tables in which the migrations themselves write rows. Rows in any other table mean that the database was used.
var unfilled = []any{versionTable, "log_end"}

// backup copies a SQLite database that has data to <path>.v<N>.bak, where N is its schema version. A complete copy replaces an earlier one of
// the same version, because the database may have changed since.
func (s *Store) backup(ctx context.Context) error {
	populated, err := s.populated(ctx)
	if err != nil || !populated {
		return err
	}
	// VACUUM INTO accepts an existing empty file. CreateTemp makes one that only its owner can read, because it will hold password hashes.
	file, err := os.CreateTemp(filepath.Dir(s.path), filepath.Base(s.path)+".*.tmp")
	if err != nil {
		return err
	}
	temporary := file.Name()
	defer func() { _ = errors.Join(file.Close(), os.Remove(temporary)) }() // after success the file is already renamed
	if err := s.Writer.WithContext(ctx).Exec("vacuum into ?", temporary).Error; err != nil {
		return err
	}
	version, err := versionOf(ctx, temporary)
	if err != nil {
		return err
	}
	// Another process may have migrated meanwhile, so the name has the version that the copy has.
	if version >= s.migrations[len(s.migrations)-1].version {
		return nil
	}
	if err := file.Sync(); err != nil {
		return err
	}
	path := fmt.Sprintf("%s.v%d.bak", s.path, version)
	if err := os.Rename(temporary, path); err != nil {
		return err
	}
	s.log.InfoContext(ctx, "database copied before migrating", "copy", path)
	return syncDir(filepath.Dir(path))
}

// versionOf returns the schema version of the copy. It is an error if the copy is damaged.
func versionOf(ctx context.Context, path string) (version int64, err error) {
	uri := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: "immutable=1"}
	copied := sql.OpenDB(connector{uri: uri.String()})
	defer func() { err = errors.Join(err, copied.Close()) }()
	var verdict string
	if err := copied.QueryRowContext(ctx, "pragma quick_check(1)").Scan(&verdict); err != nil {
		return 0, err
	}
	if verdict != "ok" {
		return 0, fmt.Errorf("the copy is damaged: %s", verdict)
	}
	err = copied.QueryRowContext(ctx, "select max(version_id) from "+versionTable).Scan(&version)
	return version, err
}

// populated reports whether any table has rows that the migrations did not write.
func (s *Store) populated(ctx context.Context) (bool, error) {
	db := s.Reader.WithContext(ctx)
	var tables []string
	err := db.Raw("select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\' and name not in ?", unfilled).Scan(&tables).Error
	if err != nil {
		return false, err
	}
	for _, table := range tables {
		var found bool
		quoted := `"` + strings.ReplaceAll(table, `"`, `""`) + `"`
		if err := db.Raw("select exists (select 1 from " + quoted + ")").Scan(&found).Error; err != nil {
			return false, err
		}
		if found {
			return true, nil
		}
	}
	return false, nil
}

// syncDir makes a rename in the directory durable.
func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
