-- prisma on mariadb. @auth/prisma-adapter 2.11.3 + Prisma 7.10.1 (wasm client, adapter-mariadb); DDL derived by hand from documented schema-mysql.prisma
/*M!999999\- enable the sandbox mode */
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `Account` (
  `id` varchar(191) NOT NULL,
  `userId` varchar(191) NOT NULL,
  `type` varchar(191) NOT NULL,
  `provider` varchar(191) NOT NULL,
  `providerAccountId` varchar(191) NOT NULL,
  `refresh_token` text DEFAULT NULL,
  `access_token` text DEFAULT NULL,
  `expires_at` int(11) DEFAULT NULL,
  `token_type` varchar(191) DEFAULT NULL,
  `scope` varchar(191) DEFAULT NULL,
  `id_token` text DEFAULT NULL,
  `session_state` varchar(191) DEFAULT NULL,
  `refresh_token_expires_in` int(11) DEFAULT NULL,
  `createdAt` datetime(3) NOT NULL DEFAULT current_timestamp(3),
  `updatedAt` datetime(3) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `Account_userId_key` (`userId`),
  UNIQUE KEY `Account_provider_providerAccountId_key` (`provider`,`providerAccountId`),
  KEY `Account_userId_idx` (`userId`),
  CONSTRAINT `Account_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `User` (`id`) ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
INSERT INTO `Account` (`id`, `userId`, `type`, `provider`, `providerAccountId`, `refresh_token`, `access_token`, `expires_at`, `token_type`, `scope`, `id_token`, `session_state`, `refresh_token_expires_in`, `createdAt`, `updatedAt`) VALUES ('cmwprvntd0002ts7duu7le90b','cmwprvnsk0000ts7drym5jhpt','oidc','google','1098765432101234567890','rt-abc','at-abc',1798761598,'bearer','openid email profile','hdr.payload.sig','ss-1',NULL,'2026-11-21 02:12:06.097','2026-11-21 02:12:06.097');
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `Authenticator` (
  `credentialID` varchar(191) NOT NULL,
  `userId` varchar(191) NOT NULL,
  `providerAccountId` varchar(191) NOT NULL,
  `credentialPublicKey` varchar(191) NOT NULL,
  `counter` int(11) NOT NULL,
  `credentialDeviceType` varchar(191) NOT NULL,
  `credentialBackedUp` tinyint(1) NOT NULL,
  `transports` varchar(191) DEFAULT NULL,
  PRIMARY KEY (`userId`,`credentialID`),
  UNIQUE KEY `Authenticator_credentialID_key` (`credentialID`),
  CONSTRAINT `Authenticator_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `User` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
INSERT INTO `Authenticator` (`credentialID`, `userId`, `providerAccountId`, `credentialPublicKey`, `counter`, `credentialDeviceType`, `credentialBackedUp`, `transports`) VALUES ('wJ8Yk-Q_abcDEF123','cmwprvnsk0000ts7drym5jhpt','wJ8Yk-Q_abcDEF123','pQECAyYgASFYIGx0',7,'multiDevice',1,'internal,hybrid');
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `Session` (
  `id` varchar(191) NOT NULL,
  `sessionToken` varchar(191) NOT NULL,
  `userId` varchar(191) NOT NULL,
  `expires` datetime(3) NOT NULL,
  `createdAt` datetime(3) NOT NULL DEFAULT current_timestamp(3),
  `updatedAt` datetime(3) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `Session_sessionToken_key` (`sessionToken`),
  KEY `Session_userId_idx` (`userId`),
  CONSTRAINT `Session_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `User` (`id`) ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
INSERT INTO `Session` (`id`, `sessionToken`, `userId`, `expires`, `createdAt`, `updatedAt`) VALUES ('cmwprvntt0003ts7dzk9ywngi','7f2c1d9e-4b3a-4c5d-8e6f-0a1b2c3d4e5f','cmwprvnsk0000ts7drym5jhpt','2026-12-31 23:59:58.765','2026-11-21 02:12:06.113','2026-11-21 02:12:06.113');
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `User` (
  `id` varchar(191) NOT NULL,
  `name` varchar(191) DEFAULT NULL,
  `username` varchar(191) DEFAULT NULL,
  `email` varchar(191) DEFAULT NULL,
  `emailVerified` datetime(3) DEFAULT NULL,
  `image` varchar(191) DEFAULT NULL,
  `createdAt` datetime(3) NOT NULL DEFAULT current_timestamp(3),
  `updatedAt` datetime(3) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `User_username_key` (`username`),
  UNIQUE KEY `User_email_key` (`email`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
INSERT INTO `User` (`id`, `name`, `username`, `email`, `emailVerified`, `image`, `createdAt`, `updatedAt`) VALUES ('cmwprvnsk0000ts7drym5jhpt','Ada Lovelace',NULL,'ada@example.com','2026-03-04 05:06:07.089','https://img.example/ada.png','2026-11-21 02:12:06.068','2026-11-21 02:12:06.068');
INSERT INTO `User` (`id`, `name`, `username`, `email`, `emailVerified`, `image`, `createdAt`, `updatedAt`) VALUES ('cmwprvnsu0001ts7d7c0n7mio','Bob',NULL,'bob@example.com',NULL,NULL,'2026-11-21 02:12:06.078','2026-11-21 02:12:06.078');
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `VerificationToken` (
  `identifier` varchar(191) NOT NULL,
  `token` varchar(191) NOT NULL,
  `expires` datetime(3) NOT NULL,
  UNIQUE KEY `VerificationToken_identifier_token_key` (`identifier`,`token`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
INSERT INTO `VerificationToken` (`identifier`, `token`, `expires`) VALUES ('bob@example.com','5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8','2026-11-22 10:20:30.456');
