package readme

import (
	"os/exec"
	"strings"
	"testing"
)

// TestImports: what the packages promise not to import, directly or not.
func TestImports(t *testing.T) {
	const module = "github.com/authdb/authdb"
	for _, c := range []struct {
		packages []string
		never    []string
	}{
		{[]string{module, module + "/adaptertest", module + "/authjs"}, []string{"gorm.io/", "modernc.org/", "github.com/jackc/pgx", "github.com/redis/"}},
		{[]string{module + "/redisadapter"}, []string{"gorm.io/"}},
		{[]string{module + "/cacheadapter"}, []string{"gorm.io/", "github.com/redis/"}},
		{[]string{module + "/gormadapter", module + "/models"}, []string{
			"gorm.io/driver/", "github.com/jackc/pgx", "github.com/go-sql-driver/", "github.com/mattn/go-sqlite3", "modernc.org/", "github.com/redis/",
		}},
	} {
		out, err := exec.Command("go", append([]string{"list", "-deps"}, c.packages...)...).Output()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(out), module) {
			t.Fatalf("go list said %q", out)
		}
		for _, never := range c.never {
			if strings.Contains(string(out), never) {
				t.Errorf("%v: import %s", c.packages, never)
			}
		}
	}
}
