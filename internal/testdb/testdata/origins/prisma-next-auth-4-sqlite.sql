-- prisma-next-auth-4 on sqlite. @auth/prisma-adapter 2.11.3 + Prisma 7.10.0 (wasm query compiler, driver adapter), wasm schema engine push of the models of NextAuth 4's documentation
CREATE TABLE "Account" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "userId" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "providerAccountId" TEXT NOT NULL,
    "refresh_token" TEXT,
    "access_token" TEXT,
    "expires_at" INTEGER,
    "token_type" TEXT,
    "scope" TEXT,
    "id_token" TEXT,
    "session_state" TEXT,
    CONSTRAINT "Account_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE "Session" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "sessionToken" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "expires" DATETIME NOT NULL,
    CONSTRAINT "Session_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE "User" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT,
    "email" TEXT,
    "emailVerified" DATETIME,
    "image" TEXT
);
CREATE TABLE "VerificationToken" (
    "identifier" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "expires" DATETIME NOT NULL
);
CREATE UNIQUE INDEX "Account_provider_providerAccountId_key" ON "Account"("provider", "providerAccountId");
CREATE UNIQUE INDEX "Session_sessionToken_key" ON "Session"("sessionToken");
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
CREATE UNIQUE INDEX "VerificationToken_token_key" ON "VerificationToken"("token");
CREATE UNIQUE INDEX "VerificationToken_identifier_token_key" ON "VerificationToken"("identifier", "token");
INSERT INTO "User" ("id", "name", "email", "emailVerified", "image") VALUES ('cmwq9a7mh0000t17dwoxss99r', 'Ada Lovelace', 'ada@example.com', '2026-03-04T05:06:07.089+00:00', 'https://img.example/ada.png');
INSERT INTO "User" ("id", "name", "email", "emailVerified", "image") VALUES ('cmwq9a7n50001t17dnyzq0rca', 'Bob', 'bob@example.com', NULL, NULL);
INSERT INTO "Account" ("id", "userId", "type", "provider", "providerAccountId", "refresh_token", "access_token", "expires_at", "token_type", "scope", "id_token", "session_state") VALUES ('cmwq9a7o70002t17d2qxekjbo', 'cmwq9a7mh0000t17dwoxss99r', 'oidc', 'google', '1098765432101234567890', 'rt-abc', 'at-abc', 1798761598, 'bearer', 'openid email profile', 'hdr.payload.sig', 'ss-1');
INSERT INTO "Session" ("id", "sessionToken", "userId", "expires") VALUES ('cmwq9a7pe0003t17damispf66', '7f2c1d9e-4b3a-4c5d-8e6f-0a1b2c3d4e5f', 'cmwq9a7mh0000t17dwoxss99r', '2026-12-31T23:59:58.765+00:00');
INSERT INTO "VerificationToken" ("identifier", "token", "expires") VALUES ('bob@example.com', '5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8', '2026-11-22T10:20:30.456+00:00');
