package catalog_test

// handmade are tables that somebody made by hand and that fit the default rows,
// with names of keys and indexes that Synchronize would not give.
var handmade = []string{
	`CREATE TABLE users (id VARCHAR(64) NOT NULL PRIMARY KEY, name VARCHAR(100) NULL, email VARCHAR(320) NULL, email_verified {time} NULL, image {text} NULL, CONSTRAINT one_address UNIQUE (email)){options}`,
	`CREATE TABLE accounts (id VARCHAR(64) NOT NULL PRIMARY KEY, user_id VARCHAR(64) NOT NULL, type VARCHAR(32) NOT NULL, provider VARCHAR(64) NOT NULL, provider_account_id VARCHAR(255) NOT NULL,
		refresh_token {text} NULL, access_token {text} NULL, expires_at BIGINT NULL, token_type VARCHAR(64) NULL, scope {text} NULL, id_token {text} NULL, session_state {text} NULL,
		CONSTRAINT one_link UNIQUE (provider, provider_account_id), CONSTRAINT account_of FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE){options}`,
	`CREATE TABLE sessions (id VARCHAR(64) NOT NULL PRIMARY KEY, session_token VARCHAR(255) NOT NULL, user_id VARCHAR(64) NOT NULL, expires {time} NOT NULL,
		CONSTRAINT one_token UNIQUE (session_token), CONSTRAINT session_of FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE){options}`,
	`CREATE INDEX accounts_by_user ON accounts (user_id)`,
	`CREATE INDEX sessions_by_user ON sessions (user_id)`,
	`CREATE INDEX sessions_by_end ON sessions (expires)`,
}

var handmadeRows = []string{
	`INSERT INTO users (id, name, email) VALUES ('u', 'Ada', 'ada@example.com')`,
	`INSERT INTO accounts (id, user_id, type, provider, provider_account_id) VALUES ('a', 'u', 'oidc', 'google', '1')`,
	`INSERT INTO sessions (id, session_token, user_id, expires) VALUES ('s', 't', 'u', '2030-01-02 03:04:05')`,
}

// A variation is one of the handmade tables.
type variation struct {
	name string
	edit []string // pairs: what stands in a statement, and what does instead
	then []string // statements after those
	on   string   // the databases, "" for all; names by their first letters: "spmy"

	adds     []string // what is added to tables that are there: parts of statements
	findings []string // what is reported: kind, table and column
	refused  []string // what the error says
	stuck    bool     // SQLite has no statement against the finding
}

var variations = []variation{
	{name: "as it is"},
	{name: "a nullable column is missing", edit: []string{", image {text} NULL", ""}, adds: []string{"ALTER TABLE users ADD COLUMN image"}},
	{
		name: "several nullable columns are missing in two tables",
		edit: []string{", image {text} NULL", "", "id_token {text} NULL, session_state {text} NULL,", ""},
		adds: []string{"ALTER TABLE users ADD COLUMN image", "ADD COLUMN id_token", "ADD COLUMN session_state"},
	},
	{
		name: "a needed column is missing", edit: []string{", expires {time} NOT NULL", "", `CREATE INDEX sessions_by_end ON sessions (expires)`, "", ", expires) VALUES ('s', 't', 'u', '2030-01-02 03:04:05')", ") VALUES ('s', 't', 'u')"},
		refused: []string{"table sessions, column expires: missing"},
	},
	{
		name: "a NOT NULL column is missing, and a nullable one", edit: []string{"type VARCHAR(32) NOT NULL,", "", "(id, user_id, type, ", "(id, user_id, ", "'oidc', ", "", ", image {text} NULL", ""},
		refused: []string{"table accounts, column type: missing", "ADD COLUMN"},
	},
	{
		name: "two rows that double, and no unique key", edit: []string{", CONSTRAINT one_address UNIQUE (email)", ""},
		then:    []string{"INSERT INTO users (id, email) VALUES ('v', 'ada@example.com')"},
		refused: []string{"table users: no unique key on email"},
	},
	{
		name: "another type", edit: []string{"name VARCHAR(100)", "name INTEGER", "'Ada'", "7"},
		refused: []string{"table users, column name: is "},
	},
	{name: "no constraint but a unique index", edit: []string{"CONSTRAINT one_token UNIQUE (session_token), ", ""}, then: []string{"CREATE UNIQUE INDEX mine ON sessions (session_token)"}},
	{name: "a foreign unique index on another column", then: []string{"CREATE UNIQUE INDEX theirs ON users (name)"}},
	{
		name: "a unique key with a column too many", edit: []string{"UNIQUE (session_token)", "UNIQUE (session_token, id)"},
		refused: []string{"table sessions: no unique key on session_token"},
	},
	{name: "a unique key with a column less", edit: []string{"UNIQUE (provider, provider_account_id)", "UNIQUE (provider_account_id)"}},
	{
		name: "a partial unique key", on: "sp", edit: []string{"CONSTRAINT one_token UNIQUE (session_token), ", ""},
		then:    []string{"CREATE UNIQUE INDEX mine ON sessions (session_token) WHERE user_id <> 'u'"},
		refused: []string{"table sessions: no unique key on session_token"},
	},
	{
		name: "a unique key on the beginning", on: "my", edit: []string{"UNIQUE (session_token)", "UNIQUE (session_token(20))"},
		refused: []string{"table sessions: no unique key on session_token"},
	},
	{name: "an index is missing", edit: []string{"CREATE INDEX sessions_by_user ON sessions (user_id)", ""}, on: "sp", adds: []string{"CREATE INDEX idx_sessions_user_id ON sessions (user_id)"}},
	{name: "the index of a time is missing", edit: []string{"CREATE INDEX sessions_by_end ON sessions (expires)", ""}, adds: []string{"INDEX idx_sessions_expires"}},
	{
		name: "an index of some rows", on: "sp", edit: []string{"ON sessions (expires)", "ON sessions (expires) WHERE id = 's'"},
		adds: []string{"INDEX idx_sessions_expires"},
	},
	{name: "an index with more columns", edit: []string{"ON sessions (expires)", "ON sessions (expires, id)"}},
	{
		name: "the index's name is taken", edit: []string{"CREATE INDEX sessions_by_end ON sessions (expires)", "CREATE INDEX idx_sessions_expires ON sessions (id)"},
		findings: []string{"missing index sessions"},
	},
	{
		name: "the index's name is taken by another table", on: "sp", edit: []string{"CREATE INDEX sessions_by_end ON sessions (expires)", "CREATE INDEX idx_sessions_expires ON users (name)"},
		findings: []string{"missing index sessions"},
	},
	{
		name: "an index and a column of two tables are missing", edit: []string{"CREATE INDEX sessions_by_end ON sessions (expires)", "", ", image {text} NULL", ""},
		adds: []string{"ALTER TABLE users ADD COLUMN image", "INDEX idx_sessions_expires"},
	},
	{
		name: "no foreign key", stuck: true, edit: []string{", CONSTRAINT session_of FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE", ""},
		findings: []string{"missing foreign key sessions user_id"},
	},
	{
		name: "a foreign key that refuses", stuck: true, edit: []string{"session_of FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE", "session_of FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE RESTRICT"},
		findings: []string{"no cascade sessions user_id"},
	},
	{name: "a nullable column more", edit: []string{"image {text} NULL", "image {text} NULL, nick {text} NULL"}},
	{name: "a column more with a default", edit: []string{"image {text} NULL", "image {text} NULL, rank INTEGER DEFAULT 3 NOT NULL", "rank", "rank_"}},
	{
		name: "a column more that nobody fills", edit: []string{"image {text} NULL", "image {text} NULL, nick VARCHAR(9) NOT NULL", "(id, name, email)", "(id, nick, email)"},
		refused: []string{"table users, column nick: is NOT NULL without a default"},
	},
	{
		name: "a view", edit: []string{"CREATE TABLE sessions", "CREATE TABLE sessions_", "ON sessions", "ON sessions_", "INTO sessions", "INTO sessions_"},
		then:    []string{"CREATE VIEW sessions AS SELECT * FROM sessions_"},
		refused: []string{"table sessions: is a view"},
	},
	{name: "another engine", on: "my", edit: []string{"session_of FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE){options}", "session_of FOREIGN KEY (user_id) REFERENCES users (id)) ENGINE=MEMORY"}, refused: []string{"its engine MEMORY has no transactions"}},
	{
		name: "another collation", on: "my", edit: []string{"{options}", " DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci"},
		findings: []string{
			"inexact key users email", "inexact key accounts provider", "inexact key accounts provider_account_id", "inexact key sessions session_token",
		},
	},
	{name: "a column that folds", stuck: true, on: "s", edit: []string{"session_token VARCHAR(255) NOT NULL", "session_token VARCHAR(255) NOT NULL COLLATE NOCASE"}, findings: []string{"inexact key sessions session_token"}},
	{
		name: "an index that folds", on: "s", edit: []string{"CONSTRAINT one_token UNIQUE (session_token), ", ""},
		then: []string{"CREATE UNIQUE INDEX mine ON sessions (session_token COLLATE NOCASE)"}, findings: []string{"inexact key sessions session_token"},
	},
	{
		name: "a key of blanks", on: "p", edit: []string{"session_token VARCHAR(255) NOT NULL", "session_token CHAR(255) NOT NULL"},
		findings: []string{"inexact key sessions session_token"},
	},
	{
		name: "a column with another spelling", edit: []string{"session_token", "sessiontoken"},
		refused: []string{"column session_token: missing, while there is a column sessiontoken"},
	},
	{name: "wider types", edit: []string{"VARCHAR(64)", "VARCHAR(128)", "name VARCHAR(100)", "name VARCHAR(1000)"}},
	{name: "narrower types", on: "pmy", edit: []string{"image {text}", "image VARCHAR(50)", "expires_at BIGINT", "expires_at INTEGER"}, findings: []string{"narrow column users image", "narrow column accounts expires_at"}},
	{name: "an INTEGER, which is wide on SQLite", on: "s", edit: []string{"image {text}", "image VARCHAR(50)", "expires_at BIGINT", "expires_at INTEGER"}},
	{name: "whole seconds", on: "p", edit: []string{"expires {time}", "expires TIMESTAMPTZ(0)"}, findings: []string{"coarse column sessions expires"}},
	{name: "whole seconds", on: "my", edit: []string{"expires {time}", "expires DATETIME"}, findings: []string{"coarse column sessions expires"}},
	{name: "a TIMESTAMP", on: "my", edit: []string{"expires {time}", "expires TIMESTAMP(3)"}, findings: []string{"narrow column sessions expires"}},
	{
		name: "a TIMESTAMP that moves", on: "my", edit: []string{"expires {time} NOT NULL", "expires TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)"},
		refused: []string{"table sessions, column expires: is ON UPDATE CURRENT_TIMESTAMP"},
	},
	{name: "a generated column", edit: []string{"image {text} NULL", "image {text} NULL, twice INTEGER GENERATED ALWAYS AS (2 * 3) STORED"}},
	{
		name: "a generated column in the place of ours", edit: []string{"name VARCHAR(100) NULL", "name VARCHAR(100) GENERATED ALWAYS AS ('x') STORED", "(id, name, email) VALUES ('u', 'Ada', ", "(id, email) VALUES ('u', "},
		refused: []string{"table users, column name: is computed by the database"},
	},
	{name: "NULLS NOT DISTINCT", on: "p", edit: []string{"UNIQUE (email)", "UNIQUE NULLS NOT DISTINCT (email)"}, findings: []string{"refusing key users email"}},
	{name: "one account for each user", stuck: true, edit: []string{"CONSTRAINT one_link", "CONSTRAINT one_each UNIQUE (user_id), CONSTRAINT one_link"}, findings: []string{"refusing key accounts user_id"}},
	{name: "one account for each user and provider", stuck: true, edit: []string{"CONSTRAINT one_link", "CONSTRAINT one_each UNIQUE (provider, user_id), CONSTRAINT one_link"}, findings: []string{"refusing key accounts user_id"}},
	{name: "an address is needed", stuck: true, edit: []string{"email VARCHAR(320) NULL", "email VARCHAR(320) NOT NULL"}, findings: []string{"required column users email"}},
	{
		name: "a user is not needed", edit: []string{"type VARCHAR(32) NOT NULL", "type VARCHAR(32) NOT NULL", "user_id VARCHAR(64) NOT NULL, expires", "user_id VARCHAR(64) NULL, expires"},
		refused: []string{"table sessions, column user_id: may be NULL"},
	},
	{name: "no primary key", stuck: true, edit: []string{"sessions (id VARCHAR(64) NOT NULL PRIMARY KEY", "sessions (id VARCHAR(64) NOT NULL UNIQUE"}, findings: []string{"missing primary key sessions"}},
}
