-- mikro-orm on sqlite. @auth/mikro-orm-adapter 2.10.0 + MikroORM 5.9.8 SchemaGenerator
CREATE TABLE `user` (`id` text not null, `name` text null, `email` text null default '', `email_verified` datetime null, `image` text null, primary key (`id`));
CREATE TABLE `session` (`id` text not null, `user_id` text not null, `expires` datetime not null, `session_token` text not null, constraint `session_user_id_foreign` foreign key(`user_id`) references `user`(`id`) on delete cascade on update cascade, primary key (`id`));
CREATE TABLE `account` (`id` text not null, `user_id` text not null, `type` text not null, `provider` text not null, `provider_account_id` text not null, `refresh_token` text null, `access_token` text null, `expires_at` integer null, `token_type` text null, `scope` text null, `id_token` text null, `session_state` text null, constraint `account_user_id_foreign` foreign key(`user_id`) references `user`(`id`) on delete cascade on update cascade, primary key (`id`));
CREATE TABLE `verification_token` (`token` text not null, `expires` datetime not null, `identifier` text not null, primary key (`token`));
CREATE UNIQUE INDEX `user_email_unique` on `user` (`email`);
CREATE INDEX `session_user_id_index` on `session` (`user_id`);
CREATE UNIQUE INDEX `session_session_token_unique` on `session` (`session_token`);
CREATE INDEX `account_user_id_index` on `account` (`user_id`);
CREATE UNIQUE INDEX `account_provider_provider_account_id_unique` on `account` (`provider`, `provider_account_id`);
CREATE UNIQUE INDEX `verification_token_token_identifier_unique` on `verification_token` (`token`, `identifier`);
INSERT INTO "user" ("id", "name", "email", "email_verified", "image") VALUES ('fe811214-4365-4dcd-b0b9-ba5e8fa4ec5e', 'Ada Lovelace', 'ada@example.com', 1772600767089, 'https://img.example/ada.png');
INSERT INTO "user" ("id", "name", "email", "email_verified", "image") VALUES ('217a0f36-4046-447c-a165-0802ebcedb5c', 'Bob', 'bob@example.com', NULL, NULL);
INSERT INTO "session" ("id", "user_id", "expires", "session_token") VALUES ('745a20ec-23eb-47f7-b326-ce63dcc3dec8', 'fe811214-4365-4dcd-b0b9-ba5e8fa4ec5e', 1798761598765, '7f2c1d9e-4b3a-4c5d-8e6f-0a1b2c3d4e5f');
INSERT INTO "account" ("id", "user_id", "type", "provider", "provider_account_id", "refresh_token", "access_token", "expires_at", "token_type", "scope", "id_token", "session_state") VALUES ('499ee377-61b5-40ab-b041-38c9aeabd258', 'fe811214-4365-4dcd-b0b9-ba5e8fa4ec5e', 'oidc', 'google', '1098765432101234567890', 'rt-abc', 'at-abc', 1798761598, 'bearer', 'openid email profile', 'hdr.payload.sig', 'ss-1');
INSERT INTO "verification_token" ("token", "expires", "identifier") VALUES ('5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8', 1795342830456, 'bob@example.com');
