-- Answers to requests with an Idempotency-Key, for a day. Their bodies hold what the one who asked was told, never a secret.
create table kept_answers (
    id           bytea primary key,
    request      bytea not null,
    rights       bytea not null,
    made_id      uuid not null,
    at           timestamptz not null,
    status       integer,
    content_type text,
    location     text,
    body         bytea
);

create index on kept_answers (at);
