-- supabase on pg. documented SQL, schema next_auth; rows inserted by hand with the adapter's key set
--
-- PostgreSQL database dump
--

-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

--
-- Name: next_auth; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA next_auth;

--
-- Name: uid(); Type: FUNCTION; Schema: next_auth; Owner: -
--

CREATE FUNCTION next_auth.uid() RETURNS uuid
    LANGUAGE sql STABLE
    AS $$
  select
  	coalesce(
		nullif(current_setting('request.jwt.claim.sub', true), ''),
		(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')
	)::uuid
$$;

--
-- Name: accounts; Type: TABLE; Schema: next_auth; Owner: -
--

CREATE TABLE next_auth.accounts (
    id uuid DEFAULT public.uuid_generate_v4() NOT NULL,
    type text NOT NULL,
    provider text NOT NULL,
    "providerAccountId" text NOT NULL,
    refresh_token text,
    access_token text,
    expires_at bigint,
    token_type text,
    scope text,
    id_token text,
    session_state text,
    oauth_token_secret text,
    oauth_token text,
    "userId" uuid
);

--
-- Name: sessions; Type: TABLE; Schema: next_auth; Owner: -
--

CREATE TABLE next_auth.sessions (
    id uuid DEFAULT public.uuid_generate_v4() NOT NULL,
    expires timestamp with time zone NOT NULL,
    "sessionToken" text NOT NULL,
    "userId" uuid
);

--
-- Name: users; Type: TABLE; Schema: next_auth; Owner: -
--

CREATE TABLE next_auth.users (
    id uuid DEFAULT public.uuid_generate_v4() NOT NULL,
    name text,
    email text,
    "emailVerified" timestamp with time zone,
    image text
);

--
-- Name: verification_tokens; Type: TABLE; Schema: next_auth; Owner: -
--

CREATE TABLE next_auth.verification_tokens (
    identifier text,
    token text NOT NULL,
    expires timestamp with time zone NOT NULL
);

--
-- Data for Name: accounts; Type: TABLE DATA; Schema: next_auth; Owner: -
--

INSERT INTO next_auth.accounts (id, type, provider, "providerAccountId", refresh_token, access_token, expires_at, token_type, scope, id_token, session_state, oauth_token_secret, oauth_token, "userId") VALUES ('4aa7acc5-cd3a-419f-8c09-643e2b31afe3', 'oidc', 'google', '1098765432101234567890', 'rt-abc', 'at-abc', 1798761598, 'bearer', 'openid email profile', 'hdr.payload.sig', 'ss-1', NULL, NULL, '2b4b1d6e-7c9e-4b7b-9d53-0a4c1f7a1111');

--
-- Data for Name: sessions; Type: TABLE DATA; Schema: next_auth; Owner: -
--

INSERT INTO next_auth.sessions (id, expires, "sessionToken", "userId") VALUES ('96f64d42-0b95-4367-9154-44dac7f63da8', '2026-12-31 23:59:58.765+00', '7f2c1d9e-4b3a-4c5d-8e6f-0a1b2c3d4e5f', '2b4b1d6e-7c9e-4b7b-9d53-0a4c1f7a1111');

--
-- Data for Name: users; Type: TABLE DATA; Schema: next_auth; Owner: -
--

INSERT INTO next_auth.users (id, name, email, "emailVerified", image) VALUES ('2b4b1d6e-7c9e-4b7b-9d53-0a4c1f7a1111', 'Ada Lovelace', 'ada@example.com', '2026-03-04 05:06:07.089+00', 'https://img.example/ada.png');
INSERT INTO next_auth.users (id, name, email, "emailVerified", image) VALUES ('2b4b1d6e-7c9e-4b7b-9d53-0a4c1f7a2222', 'Bob', 'bob@example.com', NULL, NULL);

--
-- Data for Name: verification_tokens; Type: TABLE DATA; Schema: next_auth; Owner: -
--

INSERT INTO next_auth.verification_tokens (identifier, token, expires) VALUES ('bob@example.com', '5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8', '2026-11-22 10:20:30.456+00');

--
-- Name: accounts accounts_pkey; Type: CONSTRAINT; Schema: next_auth; Owner: -
--

ALTER TABLE ONLY next_auth.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);

--
-- Name: users email_unique; Type: CONSTRAINT; Schema: next_auth; Owner: -
--

ALTER TABLE ONLY next_auth.users
    ADD CONSTRAINT email_unique UNIQUE (email);

--
-- Name: accounts provider_unique; Type: CONSTRAINT; Schema: next_auth; Owner: -
--

ALTER TABLE ONLY next_auth.accounts
    ADD CONSTRAINT provider_unique UNIQUE (provider, "providerAccountId");

--
-- Name: sessions sessions_pkey; Type: CONSTRAINT; Schema: next_auth; Owner: -
--

ALTER TABLE ONLY next_auth.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);

--
-- Name: sessions sessiontoken_unique; Type: CONSTRAINT; Schema: next_auth; Owner: -
--

ALTER TABLE ONLY next_auth.sessions
    ADD CONSTRAINT sessiontoken_unique UNIQUE ("sessionToken");

--
-- Name: verification_tokens token_identifier_unique; Type: CONSTRAINT; Schema: next_auth; Owner: -
--

ALTER TABLE ONLY next_auth.verification_tokens
    ADD CONSTRAINT token_identifier_unique UNIQUE (token, identifier);

--
-- Name: users users_pkey; Type: CONSTRAINT; Schema: next_auth; Owner: -
--

ALTER TABLE ONLY next_auth.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

--
-- Name: verification_tokens verification_tokens_pkey; Type: CONSTRAINT; Schema: next_auth; Owner: -
--

ALTER TABLE ONLY next_auth.verification_tokens
    ADD CONSTRAINT verification_tokens_pkey PRIMARY KEY (token);

--
-- Name: accounts accounts_userId_fkey; Type: FK CONSTRAINT; Schema: next_auth; Owner: -
--

ALTER TABLE ONLY next_auth.accounts
    ADD CONSTRAINT "accounts_userId_fkey" FOREIGN KEY ("userId") REFERENCES next_auth.users(id) ON DELETE CASCADE;

--
-- Name: sessions sessions_userId_fkey; Type: FK CONSTRAINT; Schema: next_auth; Owner: -
--

ALTER TABLE ONLY next_auth.sessions
    ADD CONSTRAINT "sessions_userId_fkey" FOREIGN KEY ("userId") REFERENCES next_auth.users(id) ON DELETE CASCADE;

--
-- PostgreSQL database dump complete
--
