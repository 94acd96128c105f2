-- prisma on sqlite. @auth/prisma-adapter 2.11.3 + Prisma 7.10.1 (wasm query compiler, driver adapter), wasm schema engine push of documented schema-sqlite.prisma
CREATE TABLE "User" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT,
    "email" TEXT,
    "emailVerified" DATETIME,
    "image" TEXT,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL
);
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
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "Account_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE "Session" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "sessionToken" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "expires" DATETIME NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "Session_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE "VerificationToken" (
    "identifier" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "expires" DATETIME NOT NULL
);
CREATE TABLE "Authenticator" (
    "credentialID" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "providerAccountId" TEXT NOT NULL,
    "credentialPublicKey" TEXT NOT NULL,
    "counter" INTEGER NOT NULL,
    "credentialDeviceType" TEXT NOT NULL,
    "credentialBackedUp" BOOLEAN NOT NULL,
    "transports" TEXT,

    PRIMARY KEY ("userId", "credentialID"),
    CONSTRAINT "Authenticator_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
CREATE UNIQUE INDEX "Account_provider_providerAccountId_key" ON "Account"("provider", "providerAccountId");
CREATE UNIQUE INDEX "Session_sessionToken_key" ON "Session"("sessionToken");
CREATE UNIQUE INDEX "VerificationToken_identifier_token_key" ON "VerificationToken"("identifier", "token");
CREATE UNIQUE INDEX "Authenticator_credentialID_key" ON "Authenticator"("credentialID");
INSERT INTO "User" ("id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt") VALUES ('cmwpr0sqd0000pc7d5x12tm57', 'Ada Lovelace', 'ada@example.com', '2026-03-04T05:06:07.089+00:00', 'https://img.example/ada.png', '2026-11-21T01:48:06.133+00:00', '2026-11-21T01:48:06.133+00:00');
INSERT INTO "User" ("id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt") VALUES ('cmwpr0sqs0001pc7dd3ja7lk0', 'Bob', 'bob@example.com', NULL, NULL, '2026-11-21T01:48:06.148+00:00', '2026-11-21T01:48:06.148+00:00');
INSERT INTO "Account" ("id", "userId", "type", "provider", "providerAccountId", "refresh_token", "access_token", "expires_at", "token_type", "scope", "id_token", "session_state", "createdAt", "updatedAt") VALUES ('cmwpr0srd0002pc7daunz18ll', 'cmwpr0sqd0000pc7d5x12tm57', 'oidc', 'google', '1098765432101234567890', 'rt-abc', 'at-abc', 1798761598, 'bearer', 'openid email profile', 'hdr.payload.sig', 'ss-1', '2026-11-21T01:48:06.169+00:00', '2026-11-21T01:48:06.169+00:00');
INSERT INTO "Session" ("id", "sessionToken", "userId", "expires", "createdAt", "updatedAt") VALUES ('cmwpr0ss30003pc7ditowoj0p', '7f2c1d9e-4b3a-4c5d-8e6f-0a1b2c3d4e5f', 'cmwpr0sqd0000pc7d5x12tm57', '2026-12-31T23:59:58.765+00:00', '2026-11-21T01:48:06.195+00:00', '2026-11-21T01:48:06.195+00:00');
INSERT INTO "VerificationToken" ("identifier", "token", "expires") VALUES ('bob@example.com', '5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8', '2026-11-22T10:20:30.456+00:00');
INSERT INTO "Authenticator" ("credentialID", "userId", "providerAccountId", "credentialPublicKey", "counter", "credentialDeviceType", "credentialBackedUp", "transports") VALUES ('wJ8Yk-Q_abcDEF123', 'cmwpr0sqd0000pc7d5x12tm57', 'wJ8Yk-Q_abcDEF123', 'pQECAyYgASFYIGx0', 7, 'multiDevice', 1, 'internal,hybrid');
