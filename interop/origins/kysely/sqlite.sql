CREATE TABLE "User" ("id" varchar primary key, "name" text, "email" text not null unique, "emailVerified" timestamptz default CURRENT_TIMESTAMP, "image" text);
CREATE TABLE "Account" ("userId" uuid not null references "User" ("id") on delete cascade, "type" text not null, "provider" text not null, "providerAccountId" text not null, "refresh_token" text, "access_token" text, "expires_at" bigint, "token_type" text, "scope" text, "id_token" text, "session_state" text);
CREATE TABLE "Session" ("userId" uuid not null references "User" ("id") on delete cascade, "sessionToken" text not null unique, "expires" timestamptz not null);
CREATE TABLE "VerificationToken" ("identifier" text not null, "token" text not null unique, "expires" timestamptz not null);
CREATE INDEX "Account_userId_index" on "Account" ("userId");
