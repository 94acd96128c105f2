-- drizzle on sqlite. @auth/drizzle-adapter 1.11.3 default tables, DDL from drizzle-kit 0.31.11 / drizzle-orm 0.45.4
CREATE TABLE `user` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text,
	`email` text,
	`emailVerified` integer,
	`image` text
);
CREATE TABLE `account` (
	`userId` text NOT NULL,
	`type` text NOT NULL,
	`provider` text NOT NULL,
	`providerAccountId` text NOT NULL,
	`refresh_token` text,
	`access_token` text,
	`expires_at` integer,
	`token_type` text,
	`scope` text,
	`id_token` text,
	`session_state` text,
	PRIMARY KEY(`provider`, `providerAccountId`),
	FOREIGN KEY (`userId`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE TABLE `session` (
	`sessionToken` text PRIMARY KEY NOT NULL,
	`userId` text NOT NULL,
	`expires` integer NOT NULL,
	FOREIGN KEY (`userId`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE TABLE `verificationToken` (
	`identifier` text NOT NULL,
	`token` text NOT NULL,
	`expires` integer NOT NULL,
	PRIMARY KEY(`identifier`, `token`)
);
CREATE TABLE `authenticator` (
	`credentialID` text NOT NULL,
	`userId` text NOT NULL,
	`providerAccountId` text NOT NULL,
	`credentialPublicKey` text NOT NULL,
	`counter` integer NOT NULL,
	`credentialDeviceType` text NOT NULL,
	`credentialBackedUp` integer NOT NULL,
	`transports` text,
	PRIMARY KEY(`userId`, `credentialID`),
	FOREIGN KEY (`userId`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE UNIQUE INDEX `user_email_unique` ON `user` (`email`);
CREATE UNIQUE INDEX `authenticator_credentialID_unique` ON `authenticator` (`credentialID`);
INSERT INTO "user" ("id", "name", "email", "emailVerified", "image") VALUES ('5cc1879f-0aa5-48b6-b19a-191e3515b065', 'Ada Lovelace', 'ada@example.com', 1772600767089, 'https://img.example/ada.png');
INSERT INTO "user" ("id", "name", "email", "emailVerified", "image") VALUES ('86463c7d-984c-491e-ae5d-d45a325510c2', 'Bob', 'bob@example.com', NULL, NULL);
INSERT INTO "account" ("userId", "type", "provider", "providerAccountId", "refresh_token", "access_token", "expires_at", "token_type", "scope", "id_token", "session_state") VALUES ('5cc1879f-0aa5-48b6-b19a-191e3515b065', 'oidc', 'google', '1098765432101234567890', 'rt-abc', 'at-abc', 1798761598, 'bearer', 'openid email profile', 'hdr.payload.sig', 'ss-1');
INSERT INTO "session" ("sessionToken", "userId", "expires") VALUES ('7f2c1d9e-4b3a-4c5d-8e6f-0a1b2c3d4e5f', '5cc1879f-0aa5-48b6-b19a-191e3515b065', 1798761598765);
INSERT INTO "verificationToken" ("identifier", "token", "expires") VALUES ('bob@example.com', '5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8', 1795342830456);
INSERT INTO "authenticator" ("credentialID", "userId", "providerAccountId", "credentialPublicKey", "counter", "credentialDeviceType", "credentialBackedUp", "transports") VALUES ('wJ8Yk-Q_abcDEF123', '5cc1879f-0aa5-48b6-b19a-191e3515b065', 'wJ8Yk-Q_abcDEF123', 'pQECAyYgASFYIGx0', 7, 'multiDevice', 1, 'internal,hybrid');
