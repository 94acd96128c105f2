package gormadapter_test

import (
	"context"
	"database/sql/driver"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// An explainer has a database say how it is going to find the rows of a
// statement.
type explainer struct {
	// plans returns the ways, each in lines, without what differs between two
	// runs. There is more than one where it depends on how often the statement
	// was sent.
	plans func(ctx context.Context, on *tappedConn, statement string, args []driver.NamedValue) ([][]string, error)

	// scans returns the lines that read a whole table, or a whole index.
	scans func(plan []string) []string
}

func explainers() map[string]explainer {
	return map[string]explainer{
		"sqlite":   {explainSQLite, scansSQLite},
		"postgres": {explainPostgres, scansPostgres},
		"mysql":    {explainMySQL, scansMySQL},
	}
}

func explainSQLite(ctx context.Context, on *tappedConn, statement string, args []driver.NamedValue) ([][]string, error) {
	_, rows, err := on.ask(ctx, "EXPLAIN QUERY PLAN "+statement, args...)
	depth, plan := map[string]int{"0": 0}, []string{}
	for _, row := range rows { // id, parent, not used, detail
		depth[row[0]] = depth[row[1]] + 1
		plan = append(plan, strings.Repeat("  ", depth[row[1]])+sqliteBranch.ReplaceAllString(row[3], "INDEX"))
	}
	return [][]string{plan}, err
}

// sqliteBranch is the number of one of several searches for alternatives.
var sqliteBranch = regexp.MustCompile(`^INDEX \d+$`)

func scansSQLite(plan []string) (scans []string) {
	for _, line := range plan {
		if strings.HasPrefix(strings.TrimSpace(line), "SCAN ") && !strings.Contains(line, "CONSTANT ROW") {
			scans = append(scans, line)
		}
	}
	return scans
}

// explainPostgres returns the plan for these arguments, and the one for any
// arguments, which a prepared statement has after some calls.
func explainPostgres(ctx context.Context, on *tappedConn, statement string, args []driver.NamedValue) ([][]string, error) {
	_, custom, err := on.ask(ctx, "EXPLAIN (COSTS OFF) "+statement, args...)
	if err != nil {
		return nil, err
	}
	plans := [][]string{plainPostgres(custom)}
	if len(args) == 0 {
		return plans, nil
	}
	nulls := strings.TrimSuffix(strings.Repeat("NULL, ", len(args)), ", ")
	for _, query := range []string{
		"SET plan_cache_mode = force_generic_plan",
		"PREPARE explained AS " + statement,
		"EXPLAIN (COSTS OFF) EXECUTE explained(" + nulls + ")",
		"DEALLOCATE explained",
		"RESET plan_cache_mode",
	} {
		_, rows, err := on.ask(ctx, query)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", query, err)
		}
		if generic := plainPostgres(rows); len(rows) > 0 && !slices.Equal(generic, plans[0]) {
			plans = append(plans, generic)
		}
	}
	return plans, nil
}

// What PostgreSQL writes for an argument: as a constant, or by its number.
var (
	postgresValue = regexp.MustCompile(`'(?:[^']|'')*'(?:::[a-z ]+(?:\(\d+\))?(?:\[\])?)?|\$\d+`)
	postgresArray = regexp.MustCompile(`ARRAY\[\?(?:, \?)*\]|\(\(ARRAY\[\?(?:, \?)*\]\)::text\[\]\)`)
)

func plainPostgres(rows [][]string) (plan []string) {
	for _, row := range rows {
		line := postgresValue.ReplaceAllString(row[0], "?")
		plan = append(plan, shortened(postgresArray.ReplaceAllString(line, "?")))
	}
	return plan
}

var postgresIndex = regexp.MustCompile(`\b(?:Index Scan|Index Only Scan|Bitmap Index Scan)\b`)

// scansPostgres also returns the nodes that go through an index from end to end.
func scansPostgres(plan []string) (scans []string) {
	for i, line := range plan {
		if strings.Contains(line, "Seq Scan") {
			scans = append(scans, line)
		}
		if !postgresIndex.MatchString(line) {
			continue
		}
		bounded := false
		for _, below := range plan[i+1:] {
			if strings.Contains(below, "->") {
				break
			}
			bounded = bounded || strings.Contains(below, "Index Cond:")
		}
		if !bounded {
			scans = append(scans, line)
		}
	}
	return scans
}

func explainMySQL(ctx context.Context, on *tappedConn, statement string, args []driver.NamedValue) ([][]string, error) {
	columns, rows, err := on.ask(ctx, "EXPLAIN FORMAT=TRADITIONAL "+statement, args...)
	var plan []string
	for _, row := range rows {
		var parts []string
		for i, name := range columns {
			value := row[i]
			switch name {
			case "table":
				parts = append(parts, value)
			case "ref": // database.table.column
				if i := strings.Index(value, "."); i >= 0 {
					value = value[i+1:]
				}
				fallthrough
			case "type", "key":
				if value != "" {
					parts = append(parts, name+" "+value)
				}
			case "Extra":
				if value != "" {
					parts = append(parts, value)
				}
			}
		}
		plan = append(plan, strings.Join(parts, ", "))
	}
	return [][]string{plan}, err
}

func scansMySQL(plan []string) (scans []string) {
	for _, line := range plan {
		if strings.Contains(line, ", type ALL") || strings.Contains(line, ", type index") && !strings.Contains(line, ", type index_") {
			scans = append(scans, line)
		}
	}
	return scans
}
