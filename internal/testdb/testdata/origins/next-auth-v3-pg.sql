-- next-auth-v3 on pg. next-auth 3.29.10 built-in TypeORM (typeorm 0.2.45)
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
    id integer NOT NULL,
    compound_id character varying NOT NULL,
    user_id integer NOT NULL,
    provider_type character varying NOT NULL,
    provider_id character varying NOT NULL,
    provider_account_id character varying NOT NULL,
    refresh_token text,
    access_token text,
    access_token_expires timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

--
-- Name: accounts_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.accounts_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

--
-- Name: accounts_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.accounts_id_seq OWNED BY public.accounts.id;

--
-- Name: sessions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.sessions (
    id integer NOT NULL,
    user_id integer NOT NULL,
    expires timestamp with time zone NOT NULL,
    session_token character varying NOT NULL,
    access_token character varying NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

--
-- Name: sessions_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.sessions_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

--
-- Name: sessions_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.sessions_id_seq OWNED BY public.sessions.id;

--
-- Name: typeorm_metadata; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.typeorm_metadata (
    type character varying NOT NULL,
    database character varying,
    schema character varying,
    "table" character varying,
    name character varying,
    value text
);

--
-- Name: users; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.users (
    id integer NOT NULL,
    name character varying,
    email character varying,
    email_verified timestamp with time zone,
    image character varying,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

--
-- Name: users_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.users_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

--
-- Name: users_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.users_id_seq OWNED BY public.users.id;

--
-- Name: verification_requests; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.verification_requests (
    id integer NOT NULL,
    identifier character varying NOT NULL,
    token character varying NOT NULL,
    expires timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

--
-- Name: verification_requests_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.verification_requests_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

--
-- Name: verification_requests_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.verification_requests_id_seq OWNED BY public.verification_requests.id;

--
-- Name: accounts id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts ALTER COLUMN id SET DEFAULT nextval('public.accounts_id_seq'::regclass);

--
-- Name: sessions id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sessions ALTER COLUMN id SET DEFAULT nextval('public.sessions_id_seq'::regclass);

--
-- Name: users id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users ALTER COLUMN id SET DEFAULT nextval('public.users_id_seq'::regclass);

--
-- Name: verification_requests id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.verification_requests ALTER COLUMN id SET DEFAULT nextval('public.verification_requests_id_seq'::regclass);

--
-- Data for Name: accounts; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.accounts (id, compound_id, user_id, provider_type, provider_id, provider_account_id, refresh_token, access_token, access_token_expires, created_at, updated_at) VALUES (1, '708e340dac6a951668332d5cc471b700d9ab40796b6df2338e4c6d27671b17f1', 1, 'oauth', 'google', '1098765432101234567890', 'rt-abc', 'at-abc', '2026-12-31 23:59:58.765+00', '2026-11-21 01:44:18.538552+00', '2026-11-21 01:44:18.538552+00');
INSERT INTO public.accounts (id, compound_id, user_id, provider_type, provider_id, provider_account_id, refresh_token, access_token, access_token_expires, created_at, updated_at) VALUES (2, '0c0da585ba1e371345a3835a582e50351edbdee6dbc8d42b2f4ca8f0513c9ea0', 1, 'oauth', 'github', '424242', NULL, 'gho_x', NULL, '2026-11-21 01:44:18.542403+00', '2026-11-21 01:44:18.542403+00');

--
-- Data for Name: sessions; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.sessions (id, user_id, expires, session_token, access_token, created_at, updated_at) VALUES (1, 1, '2026-12-21 01:44:18.558+00', '35dc47e5556b7aa635b012d91adaa132c14134addc36264c3e9bd4c8cf8f7a72', 'e125de338a8035931c4abcf2cea6429f30df1e8158356790b282a040dc3676e0', '2026-11-21 01:44:18.5587+00', '2026-11-21 01:44:18.5587+00');

--
-- Data for Name: typeorm_metadata; Type: TABLE DATA; Schema: public; Owner: -
--

--
-- Data for Name: users; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.users (id, name, email, email_verified, image, created_at, updated_at) VALUES (1, 'Ada Lovelace', 'ada@example.com', '2026-11-21 01:44:18.501+00', 'https://img.example/ada.png', '2026-11-21 01:44:18.502781+00', '2026-11-21 01:44:18.502781+00');
INSERT INTO public.users (id, name, email, email_verified, image, created_at, updated_at) VALUES (2, 'Bob', 'bob@example.com', NULL, NULL, '2026-11-21 01:44:18.526417+00', '2026-11-21 01:44:18.526417+00');
INSERT INTO public.users (id, name, email, email_verified, image, created_at, updated_at) VALUES (3, 'NoMail', NULL, NULL, NULL, '2026-11-21 01:44:18.530415+00', '2026-11-21 01:44:18.530415+00');

--
-- Data for Name: verification_requests; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.verification_requests (id, identifier, token, expires, created_at, updated_at) VALUES (1, 'bob@example.com', '3ff16c469243db276a6af1eb577653259f87cc3a2f2d0413abbd8c887d6da5ed', '2026-11-22 01:44:18.589+00', '2026-11-21 01:44:18.59039+00', '2026-11-21 01:44:18.59039+00');

--
-- Name: accounts_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

--
-- Name: sessions_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

--
-- Name: users_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

--
-- Name: verification_requests_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

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
-- Name: verification_requests PK_c5d405ea25e8abd5b0b096a4f6f; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.verification_requests
    ADD CONSTRAINT "PK_c5d405ea25e8abd5b0b096a4f6f" PRIMARY KEY (id);

--
-- Name: verification_requests UQ_77287cef70a4627091ae6d19c4d; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.verification_requests
    ADD CONSTRAINT "UQ_77287cef70a4627091ae6d19c4d" UNIQUE (token);

--
-- Name: accounts UQ_95843cea26fc65b1a9d9b6e1d2b; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT "UQ_95843cea26fc65b1a9d9b6e1d2b" UNIQUE (compound_id);

--
-- Name: users UQ_97672ac88f789774dd47f7c8be3; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT "UQ_97672ac88f789774dd47f7c8be3" UNIQUE (email);

--
-- Name: sessions UQ_b02a7acc05fe8194bed8433cf25; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT "UQ_b02a7acc05fe8194bed8433cf25" UNIQUE (access_token);

--
-- Name: sessions UQ_f10db2949bbea55b44f31108e1a; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT "UQ_f10db2949bbea55b44f31108e1a" UNIQUE (session_token);

--
-- Name: providerAccountId; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "providerAccountId" ON public.accounts USING btree (provider_account_id);

--
-- Name: providerId; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "providerId" ON public.accounts USING btree (provider_id);

--
-- Name: userId; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "userId" ON public.accounts USING btree (user_id);

--
-- PostgreSQL database dump complete
--
