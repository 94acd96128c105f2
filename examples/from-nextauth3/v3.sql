-- The tables of next-auth 3.29.10 on SQLite, and what some people have in them.
CREATE TABLE "users" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "name" varchar, "email" varchar, "email_verified" datetime, "image" varchar, "created_at" datetime NOT NULL DEFAULT (datetime('now')), "updated_at" datetime NOT NULL DEFAULT (datetime('now')), CONSTRAINT "UQ_97672ac88f789774dd47f7c8be3" UNIQUE ("email"));
CREATE TABLE "accounts" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "compound_id" varchar NOT NULL, "user_id" integer NOT NULL, "provider_type" varchar NOT NULL, "provider_id" varchar NOT NULL, "provider_account_id" varchar NOT NULL, "refresh_token" text, "access_token" text, "access_token_expires" datetime, "created_at" datetime NOT NULL DEFAULT (datetime('now')), "updated_at" datetime NOT NULL DEFAULT (datetime('now')), CONSTRAINT "UQ_95843cea26fc65b1a9d9b6e1d2b" UNIQUE ("compound_id"));
CREATE TABLE "sessions" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "user_id" integer NOT NULL, "expires" datetime NOT NULL, "session_token" varchar NOT NULL, "access_token" varchar NOT NULL, "created_at" datetime NOT NULL DEFAULT (datetime('now')), "updated_at" datetime NOT NULL DEFAULT (datetime('now')), CONSTRAINT "UQ_f10db2949bbea55b44f31108e1a" UNIQUE ("session_token"), CONSTRAINT "UQ_b02a7acc05fe8194bed8433cf25" UNIQUE ("access_token"));
CREATE TABLE "verification_requests" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "identifier" varchar NOT NULL, "token" varchar NOT NULL, "expires" datetime NOT NULL, "created_at" datetime NOT NULL DEFAULT (datetime('now')), "updated_at" datetime NOT NULL DEFAULT (datetime('now')), CONSTRAINT "UQ_77287cef70a4627091ae6d19c4d" UNIQUE ("token"));
CREATE INDEX "userId" ON "accounts" ("user_id") ;
CREATE INDEX "providerId" ON "accounts" ("provider_id") ;
CREATE INDEX "providerAccountId" ON "accounts" ("provider_account_id") ;
INSERT INTO "users" ("name", "email", "email_verified", "image") VALUES
  ('Ada Lovelace', 'ada@example.com', '2026-11-21 01:44:14.527', 'https://img.example/ada.png'),
  ('Bob', 'bob@example.com', NULL, NULL);
INSERT INTO "accounts" ("compound_id", "user_id", "provider_type", "provider_id", "provider_account_id", "refresh_token", "access_token", "access_token_expires") VALUES
  ('3f53d70ac3a3752d6f0f575b8dd6348f4c9d244d0ef17ec8ccfa8d2c73cc58bf', 1, 'oauth', 'google', '1098765', 'rt-abc', 'at-abc', '2126-12-31 23:59:58.765'),
  ('0c0da585ba1e371345a3835a582e50351edbdee6dbc8d42b2f4ca8f0513c9ea0', 1, 'oauth', 'github', '424242', NULL, 'gho_x', NULL);
INSERT INTO "sessions" ("user_id", "expires", "session_token", "access_token") VALUES
  (1, '2126-12-21 01:44:14.719', 'in-adas-browser', 'a1'),
  (2, '2021-12-21 01:44:14.719', 'in-bobs-old-browser', 'a2'),
  (3, '2126-12-21 01:44:14.719', 'in-the-browser-of-somebody-who-was-deleted', 'a3');
INSERT INTO "verification_requests" ("identifier", "token", "expires") VALUES
  ('bob@example.com', '04d7d0e4d139289d0b59a8fff8fe5265a3f928c8b0bb41cc610601812bef72b6', '2126-11-22 01:44:14.743');
