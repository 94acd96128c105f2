CREATE TABLE "User" ("id" uuid primary key default gen_random_uuid(), "name" text, "email" text unique not null, "emailVerified" timestamptz, "image" text);
CREATE TABLE "Account" ("id" uuid primary key default gen_random_uuid(), "userId" uuid references "User" ("id") on delete cascade not null, "type" text not null, "provider" text not null, "providerAccountId" text not null, "refresh_token" text, "access_token" text, "expires_at" bigint, "token_type" text, "scope" text, "id_token" text, "session_state" text);
CREATE TABLE "Session" ("id" uuid primary key default gen_random_uuid(), "userId" uuid references "User" ("id") on delete cascade not null, "sessionToken" text not null unique, "expires" timestamptz not null);
CREATE TABLE "VerificationToken" ("identifier" text not null, "token" text not null unique, "expires" timestamptz not null);
CREATE INDEX "Account_userId_index" on "Account" ("userId");
CREATE INDEX "Session_userId_index" on "Session" ("userId");
