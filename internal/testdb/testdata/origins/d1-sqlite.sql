-- d1 on sqlite. @auth/d1-adapter 1.11.3 on miniflare 4 / workerd, up()
CREATE TABLE "accounts" (
    "id" text NOT NULL,
    "userId" text NOT NULL DEFAULT NULL,
    "type" text NOT NULL DEFAULT NULL,
    "provider" text NOT NULL DEFAULT NULL,
    "providerAccountId" text NOT NULL DEFAULT NULL,
    "refresh_token" text DEFAULT NULL,
    "access_token" text DEFAULT NULL,
    "expires_at" number DEFAULT NULL,
    "token_type" text DEFAULT NULL,
    "scope" text DEFAULT NULL,
    "id_token" text DEFAULT NULL,
    "session_state" text DEFAULT NULL,
    "oauth_token_secret" text DEFAULT NULL,
    "oauth_token" text DEFAULT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE "sessions" (
    "id" text NOT NULL,
    "sessionToken" text NOT NULL,
    "userId" text NOT NULL DEFAULT NULL,
    "expires" datetime NOT NULL DEFAULT NULL,
    PRIMARY KEY (sessionToken)
);
CREATE TABLE "users" (
    "id" text NOT NULL DEFAULT '',
    "name" text DEFAULT NULL,
    "email" text DEFAULT NULL,
    "emailVerified" datetime DEFAULT NULL,
    "image" text DEFAULT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE "verification_tokens" (
    "identifier" text NOT NULL,
    "token" text NOT NULL DEFAULT NULL,
    "expires" datetime NOT NULL DEFAULT NULL,
    PRIMARY KEY (token)
);
INSERT INTO "accounts" ("id", "userId", "type", "provider", "providerAccountId", "refresh_token", "access_token", "expires_at", "token_type", "scope", "id_token", "session_state", "oauth_token_secret", "oauth_token") VALUES ('9cedfd53-c261-40f4-9ae3-f331b0da3483', 'c8197257-697b-4473-becf-b2c9cfb47cb0', 'oidc', 'google', '1098765432101234567890', 'rt-abc', 'at-abc', 1798761598, 'bearer', 'openid email profile', 'hdr.payload.sig', 'ss-1', NULL, NULL);
INSERT INTO "sessions" ("id", "sessionToken", "userId", "expires") VALUES ('8ede4f74-8ad8-4473-afd0-cf737e30221d', '7f2c1d9e-4b3a-4c5d-8e6f-0a1b2c3d4e5f', 'c8197257-697b-4473-becf-b2c9cfb47cb0', '2026-12-31T23:59:58.765Z');
INSERT INTO "users" ("id", "name", "email", "emailVerified", "image") VALUES ('c8197257-697b-4473-becf-b2c9cfb47cb0', 'Ada Lovelace', 'ada@example.com', '2026-03-04T05:06:07.089Z', 'https://img.example/ada.png');
INSERT INTO "users" ("id", "name", "email", "emailVerified", "image") VALUES ('60d085d8-07b1-4b24-a085-4169ce430dcc', 'Bob', 'bob@example.com', NULL, NULL);
INSERT INTO "verification_tokens" ("identifier", "token", "expires") VALUES ('bob@example.com', '5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8', '2026-11-22T10:20:30.456Z');
