-- typeorm on pg. @auth/typeorm-adapter 2.11.3 + typeorm 0.3.31, synchronize:true
--
-- PostgreSQL database dump
--

-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

--
-- Name: public; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA public;

--
-- Name: SCHEMA public; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON SCHEMA public IS 'standard public schema';

--
-- Name: accounts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.accounts (
    id uuid DEFAULT public.uuid_generate_v4() NOT NULL,
    "userId" uuid NOT NULL,
    type character varying NOT NULL,
    provider character varying NOT NULL,
    "providerAccountId" character varying NOT NULL,
    refresh_token character varying,
    access_token character varying,
    expires_at bigint,
    token_type character varying,
    scope character varying,
    id_token character varying,
    session_state character varying
);

--
-- Name: sessions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.sessions (
    id uuid DEFAULT public.uuid_generate_v4() NOT NULL,
    "sessionToken" character varying NOT NULL,
    "userId" uuid NOT NULL,
    expires character varying NOT NULL
);

--
-- Name: users; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.users (
    id uuid DEFAULT public.uuid_generate_v4() NOT NULL,
    name character varying,
    email character varying,
    "emailVerified" character varying,
    image character varying
);

--
-- Name: verification_tokens; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.verification_tokens (
    id uuid DEFAULT public.uuid_generate_v4() NOT NULL,
    token character varying NOT NULL,
    identifier character varying NOT NULL,
    expires character varying NOT NULL
);

--
-- Data for Name: accounts; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.accounts (id, "userId", type, provider, "providerAccountId", refresh_token, access_token, expires_at, token_type, scope, id_token, session_state) VALUES ('b066473a-afd6-48f9-9b82-f8e57a789d87', '1f56b4c2-ea36-4a54-81d2-c5e4020d5cad', 'oidc', 'google', '1098765432101234567890', 'rt-abc', 'at-abc', 1798761598, 'bearer', 'openid email profile', 'hdr.payload.sig', 'ss-1');

--
-- Data for Name: sessions; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.sessions (id, "sessionToken", "userId", expires) VALUES ('a6ba3049-9a5a-408e-99d4-d24fcdcbc15f', '7f2c1d9e-4b3a-4c5d-8e6f-0a1b2c3d4e5f', '1f56b4c2-ea36-4a54-81d2-c5e4020d5cad', '1798761598765');

--
-- Data for Name: users; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.users (id, name, email, "emailVerified", image) VALUES ('1f56b4c2-ea36-4a54-81d2-c5e4020d5cad', 'Ada Lovelace', 'ada@example.com', '1772600767089', 'https://img.example/ada.png');
INSERT INTO public.users (id, name, email, "emailVerified", image) VALUES ('2babedbb-fb03-4587-8b58-d53e626fbcee', 'Bob', 'bob@example.com', NULL, NULL);

--
-- Data for Name: verification_tokens; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.verification_tokens (id, token, identifier, expires) VALUES ('b632abd6-7905-4cd3-a172-5ab0b1e56ddc', '5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8', 'bob@example.com', '1795342830456');

--
-- Name: sessions PK_3238ef96f18b355b671619111bc; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT "PK_3238ef96f18b355b671619111bc" PRIMARY KEY (id);

--
-- Name: accounts PK_5a7a02c20412299d198e097a8fe; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT "PK_5a7a02c20412299d198e097a8fe" PRIMARY KEY (id);

--
-- Name: users PK_a3ffb1c0c8416b9fc6f907b7433; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT "PK_a3ffb1c0c8416b9fc6f907b7433" PRIMARY KEY (id);

--
-- Name: verification_tokens PK_f2d4d7a2aa57ef199e61567db22; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.verification_tokens
    ADD CONSTRAINT "PK_f2d4d7a2aa57ef199e61567db22" PRIMARY KEY (id);

--
-- Name: sessions UQ_8b5e2ec52e335c0fe16d7ec3584; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT "UQ_8b5e2ec52e335c0fe16d7ec3584" UNIQUE ("sessionToken");

--
-- Name: users UQ_97672ac88f789774dd47f7c8be3; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT "UQ_97672ac88f789774dd47f7c8be3" UNIQUE (email);

--
-- Name: accounts FK_3aa23c0a6d107393e8b40e3e2a6; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT "FK_3aa23c0a6d107393e8b40e3e2a6" FOREIGN KEY ("userId") REFERENCES public.users(id);

--
-- Name: sessions FK_57de40bc620f456c7311aa3a1e6; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT "FK_57de40bc620f456c7311aa3a1e6" FOREIGN KEY ("userId") REFERENCES public.users(id);

--
-- PostgreSQL database dump complete
--
