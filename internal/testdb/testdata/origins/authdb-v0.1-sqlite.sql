-- authdb on sqlite. Version 0.1, default tables, Synchronize
CREATE TABLE `users` (`id` text NOT NULL,`name` text,`email` text,`email_verified` datetime,`image` text,PRIMARY KEY (`id`));
CREATE UNIQUE INDEX `idx_users_email` ON `users` (`email`);
CREATE TABLE `verification_tokens` (`identifier` text NOT NULL,`token` text NOT NULL,`expires` datetime NOT NULL,PRIMARY KEY (`identifier`,`token`));
CREATE INDEX `idx_verification_tokens_expires` ON `verification_tokens` (`expires`);
CREATE TABLE `accounts` (`id` text NOT NULL,`user_id` text NOT NULL,`type` text NOT NULL,`provider` text NOT NULL,`provider_account_id` text NOT NULL,`refresh_token` text,`access_token` text,`expires_at` integer,`token_type` text,`scope` text,`id_token` text,`session_state` text,PRIMARY KEY (`id`),CONSTRAINT `fk_accounts_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE);
CREATE INDEX `idx_accounts_user_id` ON `accounts` (`user_id`);
CREATE UNIQUE INDEX `idx_accounts_provider_account` ON `accounts` (`provider`,`provider_account_id`);
CREATE TABLE `sessions` (`id` text NOT NULL,`session_token` text NOT NULL,`user_id` text NOT NULL,`expires` datetime NOT NULL,PRIMARY KEY (`id`),CONSTRAINT `fk_sessions_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE);
CREATE UNIQUE INDEX `idx_sessions_session_token` ON `sessions` (`session_token`);
CREATE INDEX `idx_sessions_user_id` ON `sessions` (`user_id`);
CREATE INDEX `idx_sessions_expires` ON `sessions` (`expires`);
CREATE TABLE `authenticators` (`credential_id` text NOT NULL,`user_id` text NOT NULL,`provider_account_id` text NOT NULL,`credential_public_key` text NOT NULL,`counter` integer NOT NULL,`credential_device_type` text NOT NULL,`credential_backed_up` numeric NOT NULL,`transports` text,PRIMARY KEY (`credential_id`),CONSTRAINT `fk_authenticators_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE);
CREATE INDEX `idx_authenticators_user_id` ON `authenticators` (`user_id`);
