-- kysely on sqlite. @auth/kysely-adapter 1.11.2 + kysely 0.28.18; schema = the adapter test-suite's (documented migration fails on SQLite)
CREATE TABLE "User" ("id" varchar primary key, "name" text, "email" text not null unique, "emailVerified" timestamptz default CURRENT_TIMESTAMP, "image" text);
CREATE TABLE "Account" ("userId" uuid not null references "User" ("id") on delete cascade, "type" text not null, "provider" text not null, "providerAccountId" text not null, "refresh_token" text, "access_token" text, "expires_at" bigint, "token_type" text, "scope" text, "id_token" text, "session_state" text);
CREATE TABLE "Session" ("userId" uuid not null references "User" ("id") on delete cascade, "sessionToken" text not null unique, "expires" timestamptz not null);
CREATE TABLE "VerificationToken" ("identifier" text not null, "token" text not null unique, "expires" timestamptz not null);
CREATE INDEX "Account_userId_index" on "Account" ("userId");
INSERT INTO "User" ("id", "name", "email", "emailVerified", "image") VALUES ('e69fd963-ec5e-4da1-8a7c-8480f72a19bc', 'Ada Lovelace', 'ada@example.com', '2026-03-04T05:06:07.089Z', 'https://img.example/ada.png');
INSERT INTO "User" ("id", "name", "email", "emailVerified", "image") VALUES ('7302a86b-7f77-473c-9f4b-c0d613311d59', 'Bob', 'bob@example.com', NULL, NULL);
INSERT INTO "Account" ("userId", "type", "provider", "providerAccountId", "refresh_token", "access_token", "expires_at", "token_type", "scope", "id_token", "session_state") VALUES ('e69fd963-ec5e-4da1-8a7c-8480f72a19bc', 'oidc', 'google', '1098765432101234567890', 'rt-abc', 'at-abc', 1798761598, 'bearer', 'openid email profile', 'hdr.payload.sig', 'ss-1');
INSERT INTO "Session" ("userId", "sessionToken", "expires") VALUES ('e69fd963-ec5e-4da1-8a7c-8480f72a19bc', '7f2c1d9e-4b3a-4c5d-8e6f-0a1b2c3d4e5f', '2026-12-31T23:59:58.765Z');
INSERT INTO "VerificationToken" ("identifier", "token", "expires") VALUES ('bob@example.com', '5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8', '2026-11-22T10:20:30.456Z');
