-- mikro-orm on mariadb. @auth/mikro-orm-adapter 2.10.0 + MikroORM 5.9.8 SchemaGenerator
/*M!999999\- enable the sandbox mode */
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `account` (
  `id` varchar(255) NOT NULL,
  `user_id` varchar(255) NOT NULL,
  `type` varchar(255) NOT NULL,
  `provider` varchar(255) NOT NULL,
  `provider_account_id` varchar(255) NOT NULL,
  `refresh_token` varchar(255) DEFAULT NULL,
  `access_token` varchar(255) DEFAULT NULL,
  `expires_at` int(11) DEFAULT NULL,
  `token_type` varchar(255) DEFAULT NULL,
  `scope` varchar(255) DEFAULT NULL,
  `id_token` text DEFAULT NULL,
  `session_state` varchar(255) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `account_provider_provider_account_id_unique` (`provider`,`provider_account_id`),
  KEY `account_user_id_index` (`user_id`),
  CONSTRAINT `account_user_id_foreign` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
INSERT INTO `account` (`id`, `user_id`, `type`, `provider`, `provider_account_id`, `refresh_token`, `access_token`, `expires_at`, `token_type`, `scope`, `id_token`, `session_state`) VALUES ('0f2ccb1e-95b1-46dd-b2bd-f705ce9cb7e8','f1bc02a8-81e0-424e-a395-4486a499f67b','oidc','google','1098765432101234567890','rt-abc','at-abc',1798761598,'bearer','openid email profile','hdr.payload.sig','ss-1');
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `session` (
  `id` varchar(255) NOT NULL,
  `user_id` varchar(255) NOT NULL,
  `expires` datetime NOT NULL,
  `session_token` varchar(255) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `session_session_token_unique` (`session_token`),
  KEY `session_user_id_index` (`user_id`),
  CONSTRAINT `session_user_id_foreign` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
INSERT INTO `session` (`id`, `user_id`, `expires`, `session_token`) VALUES ('cc9fe5dd-15fa-4a52-a86c-9c22300dd1f7','f1bc02a8-81e0-424e-a395-4486a499f67b','2026-12-31 23:59:58','7f2c1d9e-4b3a-4c5d-8e6f-0a1b2c3d4e5f');
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `user` (
  `id` varchar(255) NOT NULL,
  `name` varchar(255) DEFAULT NULL,
  `email` varchar(255) DEFAULT '',
  `email_verified` datetime DEFAULT NULL,
  `image` varchar(255) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `user_email_unique` (`email`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
INSERT INTO `user` (`id`, `name`, `email`, `email_verified`, `image`) VALUES ('a00f541c-41fd-4dc5-b1b4-e9457e3f99ec','Bob','bob@example.com',NULL,NULL);
INSERT INTO `user` (`id`, `name`, `email`, `email_verified`, `image`) VALUES ('f1bc02a8-81e0-424e-a395-4486a499f67b','Ada Lovelace','ada@example.com','2026-03-04 05:06:07','https://img.example/ada.png');
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `verification_token` (
  `token` varchar(255) NOT NULL,
  `expires` datetime NOT NULL,
  `identifier` varchar(255) NOT NULL,
  PRIMARY KEY (`token`),
  UNIQUE KEY `verification_token_token_identifier_unique` (`token`,`identifier`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
INSERT INTO `verification_token` (`token`, `expires`, `identifier`) VALUES ('5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8','2026-11-22 10:20:30','bob@example.com');
