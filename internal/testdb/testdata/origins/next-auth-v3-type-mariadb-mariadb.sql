-- next-auth-v3-type-mariadb on mariadb. next-auth 3.29.10 built-in TypeORM (typeorm 0.2.45), connection type "mariadb" (mysqlTransform not applied)
/*M!999999\- enable the sandbox mode */
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `accounts` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `compound_id` varchar(255) NOT NULL,
  `user_id` int(11) NOT NULL,
  `provider_type` varchar(255) NOT NULL,
  `provider_id` varchar(255) NOT NULL,
  `provider_account_id` varchar(255) NOT NULL,
  `refresh_token` text DEFAULT NULL,
  `access_token` text DEFAULT NULL,
  `access_token_expires` timestamp NULL DEFAULT NULL,
  `created_at` timestamp(6) NOT NULL DEFAULT current_timestamp(6),
  `updated_at` timestamp(6) NOT NULL DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6),
  PRIMARY KEY (`id`),
  UNIQUE KEY `IDX_95843cea26fc65b1a9d9b6e1d2` (`compound_id`),
  KEY `userId` (`user_id`),
  KEY `providerId` (`provider_id`),
  KEY `providerAccountId` (`provider_account_id`)
) ENGINE=InnoDB AUTO_INCREMENT=3 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
INSERT INTO `accounts` (`id`, `compound_id`, `user_id`, `provider_type`, `provider_id`, `provider_account_id`, `refresh_token`, `access_token`, `access_token_expires`, `created_at`, `updated_at`) VALUES (1,'708e340dac6a951668332d5cc471b700d9ab40796b6df2338e4c6d27671b17f1',1,'oauth','google','1098765432101234567890','rt-abc','at-abc','2026-12-31 23:59:58','2026-11-21 01:44:25.805895','2026-11-21 01:44:25.805895');
INSERT INTO `accounts` (`id`, `compound_id`, `user_id`, `provider_type`, `provider_id`, `provider_account_id`, `refresh_token`, `access_token`, `access_token_expires`, `created_at`, `updated_at`) VALUES (2,'0c0da585ba1e371345a3835a582e50351edbdee6dbc8d42b2f4ca8f0513c9ea0',1,'oauth','github','424242',NULL,'gho_x',NULL,'2026-11-21 01:44:25.814943','2026-11-21 01:44:25.814943');
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `sessions` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `user_id` int(11) NOT NULL,
  `expires` timestamp NOT NULL,
  `session_token` varchar(255) NOT NULL,
  `access_token` varchar(255) NOT NULL,
  `created_at` timestamp(6) NOT NULL DEFAULT current_timestamp(6),
  `updated_at` timestamp(6) NOT NULL DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6),
  PRIMARY KEY (`id`),
  UNIQUE KEY `IDX_f10db2949bbea55b44f31108e1` (`session_token`),
  UNIQUE KEY `IDX_b02a7acc05fe8194bed8433cf2` (`access_token`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
INSERT INTO `sessions` (`id`, `user_id`, `expires`, `session_token`, `access_token`, `created_at`, `updated_at`) VALUES (1,1,'2026-12-21 01:44:25','2c6c6974c3f6575df70b1f652a66cec71cf15e9b429ccaa9db076e616ab0b91f','ce92846e633e889749290c64eac7d385eead0d2841f243a53ff8b2fe93adc69d','2026-11-21 01:44:25.835380','2026-11-21 01:44:25.835380');
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `users` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `name` varchar(255) DEFAULT NULL,
  `email` varchar(255) DEFAULT NULL,
  `email_verified` timestamp NULL DEFAULT NULL,
  `image` varchar(255) DEFAULT NULL,
  `created_at` timestamp(6) NOT NULL DEFAULT current_timestamp(6),
  `updated_at` timestamp(6) NOT NULL DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6),
  PRIMARY KEY (`id`),
  UNIQUE KEY `IDX_97672ac88f789774dd47f7c8be` (`email`)
) ENGINE=InnoDB AUTO_INCREMENT=4 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
INSERT INTO `users` (`id`, `name`, `email`, `email_verified`, `image`, `created_at`, `updated_at`) VALUES (1,'Ada Lovelace','ada@example.com','2026-11-21 01:44:25','https://img.example/ada.png','2026-11-21 01:44:25.758721','2026-11-21 01:44:25.758721');
INSERT INTO `users` (`id`, `name`, `email`, `email_verified`, `image`, `created_at`, `updated_at`) VALUES (2,'Bob','bob@example.com',NULL,NULL,'2026-11-21 01:44:25.781983','2026-11-21 01:44:25.781983');
INSERT INTO `users` (`id`, `name`, `email`, `email_verified`, `image`, `created_at`, `updated_at`) VALUES (3,'NoMail',NULL,NULL,NULL,'2026-11-21 01:44:25.790505','2026-11-21 01:44:25.790505');
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `verification_requests` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `identifier` varchar(255) NOT NULL,
  `token` varchar(255) NOT NULL,
  `expires` timestamp NOT NULL,
  `created_at` timestamp(6) NOT NULL DEFAULT current_timestamp(6),
  `updated_at` timestamp(6) NOT NULL DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6),
  PRIMARY KEY (`id`),
  UNIQUE KEY `IDX_77287cef70a4627091ae6d19c4` (`token`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
INSERT INTO `verification_requests` (`id`, `identifier`, `token`, `expires`, `created_at`, `updated_at`) VALUES (1,'bob@example.com','3ff16c469243db276a6af1eb577653259f87cc3a2f2d0413abbd8c887d6da5ed','2026-11-22 01:44:25','2026-11-21 01:44:25.863942','2026-11-21 01:44:25.863942');
