-- authdb on pg. Version 0.1, default tables, Synchronize
CREATE TABLE "users" ("id" varchar(64),"name" text,"email" varchar(320),"email_verified" timestamptz(3),"image" text,PRIMARY KEY ("id"));
CREATE UNIQUE INDEX "idx_users_email" ON "users" ("email");
CREATE TABLE "verification_tokens" ("identifier" varchar(320),"token" varchar(255),"expires" timestamptz(3) NOT NULL,PRIMARY KEY ("identifier","token"));
CREATE INDEX "idx_verification_tokens_expires" ON "verification_tokens" ("expires");
CREATE TABLE "accounts" ("id" varchar(64),"user_id" varchar(64) NOT NULL,"type" varchar(64) NOT NULL,"provider" varchar(64) NOT NULL,"provider_account_id" varchar(255) NOT NULL,"refresh_token" text,"access_token" text,"expires_at" bigint,"token_type" text,"scope" text,"id_token" text,"session_state" text,PRIMARY KEY ("id"),CONSTRAINT "fk_accounts_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE);
CREATE INDEX "idx_accounts_user_id" ON "accounts" ("user_id");
CREATE UNIQUE INDEX "idx_accounts_provider_account" ON "accounts" ("provider","provider_account_id");
CREATE TABLE "sessions" ("id" varchar(64),"session_token" varchar(255) NOT NULL,"user_id" varchar(64) NOT NULL,"expires" timestamptz(3) NOT NULL,PRIMARY KEY ("id"),CONSTRAINT "fk_sessions_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE);
CREATE UNIQUE INDEX "idx_sessions_session_token" ON "sessions" ("session_token");
CREATE INDEX "idx_sessions_user_id" ON "sessions" ("user_id");
CREATE INDEX "idx_sessions_expires" ON "sessions" ("expires");
CREATE TABLE "authenticators" ("credential_id" varchar(1400),"user_id" varchar(64) NOT NULL,"provider_account_id" varchar(255) NOT NULL,"credential_public_key" text NOT NULL,"counter" bigint NOT NULL,"credential_device_type" varchar(64) NOT NULL,"credential_backed_up" boolean NOT NULL,"transports" text,PRIMARY KEY ("credential_id"),CONSTRAINT "fk_authenticators_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE);
CREATE INDEX "idx_authenticators_user_id" ON "authenticators" ("user_id");
