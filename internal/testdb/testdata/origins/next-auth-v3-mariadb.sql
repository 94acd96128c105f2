-- next-auth-v3 on mariadb. next-auth 3.29.10 built-in TypeORM (typeorm 0.2.45), connection type "mysql"
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
  `access_token_expires` timestamp(6) NULL DEFAULT NULL,
  `created_at` timestamp(6) NOT NULL DEFAULT current_timestamp(6),
  `updated_at` timestamp(6) NOT NULL DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6),
  PRIMARY KEY (`id`),
  UNIQUE KEY `IDX_95843cea26fc65b1a9d9b6e1d2` (`compound_id`),
  KEY `userId` (`user_id`),
  KEY `providerId` (`provider_id`),
  KEY `providerAccountId` (`provider_account_id`)
) ENGINE=InnoDB AUTO_INCREMENT=3 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
INSERT INTO `accounts` (`id`, `compound_id`, `user_id`, `provider_type`, `provider_id`, `provider_account_id`, `refresh_token`, `access_token`, `access_token_expires`, `created_at`, `updated_at`) VALUES (1,'708e340dac6a951668332d5cc471b700d9ab40796b6df2338e4c6d27671b17f1',1,'oauth','google','1098765432101234567890','rt-abc','at-abc','2026-12-31 23:59:58.765000','2026-11-21 01:44:23.496317','2026-11-21 01:44:23.496317');
INSERT INTO `accounts` (`id`, `compound_id`, `user_id`, `provider_type`, `provider_id`, `provider_account_id`, `refresh_token`, `access_token`, `access_token_expires`, `created_at`, `updated_at`) VALUES (2,'0c0da585ba1e371345a3835a582e50351edbdee6dbc8d42b2f4ca8f0513c9ea0',1,'oauth','github','424242',NULL,'gho_x',NULL,'2026-11-21 01:44:23.510130','2026-11-21 01:44:23.510130');
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `sessions` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `user_id` int(11) NOT NULL,
  `expires` timestamp(6) NOT NULL,
  `session_token` varchar(255) NOT NULL,
  `access_token` varchar(255) NOT NULL,
  `created_at` timestamp(6) NOT NULL DEFAULT current_timestamp(6),
  `updated_at` timestamp(6) NOT NULL DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6),
  PRIMARY KEY (`id`),
  UNIQUE KEY `IDX_f10db2949bbea55b44f31108e1` (`session_token`),
  UNIQUE KEY `IDX_b02a7acc05fe8194bed8433cf2` (`access_token`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
INSERT INTO `sessions` (`id`, `user_id`, `expires`, `session_token`, `access_token`, `created_at`, `updated_at`) VALUES (1,1,'2026-12-21 01:44:23.524000','9b3679a36fe22e612d63b3e6d55f08ab122141c22c31c9044944a455a162987f','90a9bd8aa50c6bb27a194256da4978bfad8971d692b0ecb5b1235b586c2ca1e0','2026-11-21 01:44:23.528984','2026-11-21 01:44:23.528984');
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `users` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `name` varchar(255) DEFAULT NULL,
  `email` varchar(255) DEFAULT NULL,
  `email_verified` timestamp(6) NULL DEFAULT NULL,
  `image` varchar(255) DEFAULT NULL,
  `created_at` timestamp(6) NOT NULL DEFAULT current_timestamp(6),
  `updated_at` timestamp(6) NOT NULL DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6),
  PRIMARY KEY (`id`),
  UNIQUE KEY `IDX_97672ac88f789774dd47f7c8be` (`email`)
) ENGINE=InnoDB AUTO_INCREMENT=4 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
INSERT INTO `users` (`id`, `name`, `email`, `email_verified`, `image`, `created_at`, `updated_at`) VALUES (1,'Ada Lovelace','ada@example.com','2026-11-21 01:44:23.380000','https://img.example/ada.png','2026-11-21 01:44:23.454611','2026-11-21 01:44:23.454611');
INSERT INTO `users` (`id`, `name`, `email`, `email_verified`, `image`, `created_at`, `updated_at`) VALUES (2,'Bob','bob@example.com',NULL,NULL,'2026-11-21 01:44:23.469287','2026-11-21 01:44:23.469287');
INSERT INTO `users` (`id`, `name`, `email`, `email_verified`, `image`, `created_at`, `updated_at`) VALUES (3,'NoMail',NULL,NULL,NULL,'2026-11-21 01:44:23.491240','2026-11-21 01:44:23.491240');
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `verification_requests` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `identifier` varchar(255) NOT NULL,
  `token` varchar(255) NOT NULL,
  `expires` timestamp(6) NOT NULL,
  `created_at` timestamp(6) NOT NULL DEFAULT current_timestamp(6),
  `updated_at` timestamp(6) NOT NULL DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6),
  PRIMARY KEY (`id`),
  UNIQUE KEY `IDX_77287cef70a4627091ae6d19c4` (`token`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
INSERT INTO `verification_requests` (`id`, `identifier`, `token`, `expires`, `created_at`, `updated_at`) VALUES (1,'bob@example.com','3ff16c469243db276a6af1eb577653259f87cc3a2f2d0413abbd8c887d6da5ed','2026-11-22 01:44:23.603000','2026-11-21 01:44:23.609768','2026-11-21 01:44:23.609768');
