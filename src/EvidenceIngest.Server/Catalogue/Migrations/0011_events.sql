-- Events for others: brokers and webhooks. What happened is written here in the transaction in which it happened.

create table outbox (
    -- In the order of writing, which is not that of committing: readers go by position, which is given to committed rows only.
    id             bigint generated always as identity primary key,
    -- Order is kept within one.
    subject        text not null,
    -- Of the custody event that is told; the others bring what they tell.
    chain_sequence integer,
    told           jsonb,
    position       bigint unique,
    name           text,
    dock_id        text,
    -- The CloudEvent as everybody gets it.
    body           bytea,
    placed_at      timestamptz,
    constraint one_source check ((chain_sequence is null) <> (told is null)),
    constraint placed_whole check ((position is null) = (body is null) and (position is null) = (name is null) and (position is null) = (placed_at is null))
);
create index on outbox (id) where position is null;
-- The newest state of every dock is kept, for brokers that forgot it.
create index on outbox (subject, position) where name = 'dock.state';

-- A trigger, so that nothing that is recorded can stay untold. What was recorded before this table was made is not told.
create function tell_custody() returns trigger language plpgsql as $$
begin
    insert into outbox (subject, chain_sequence) values (new.item_id, new.sequence);
    return new;
end $$;
create trigger tell_custody after insert on custody_events for each row execute function tell_custody();

-- Those whose deadline is watched.
create index on items (deadline_at) where sealed_at is null;

-- What is told once, as long as it holds.
create table told (
    subject text not null,
    what    text not null,
    told_at timestamptz not null,
    primary key (subject, what)
);

-- How far a broker has acknowledged, and how it goes with it.
create table outbox_readers (
    name       text primary key,
    position   bigint not null,
    server     text not null,
    state      text not null,
    trouble    text,
    seen_at    timestamptz not null,
    -- When it last was as it should be.
    working_at timestamptz
);

create table webhooks (
    id            uuid primary key,
    name          text not null,
    url           text not null,
    types         jsonb not null,
    -- Its secret follows from the key file and this; what is kept of the secret itself only tells whether that file is the right one.
    salt          bytea not null,
    secret_sha256 bytea not null,
    registered_at timestamptz not null,
    registered_by text not null,
    removed_at    timestamptz,
    removed_by    text,
    delivered_at  timestamptz,
    failing_since timestamptz,
    failure       text
);

create table webhook_deliveries (
    webhook_id  uuid not null references webhooks,
    position    bigint not null,
    subject     text not null,
    state       text not null,
    attempts    integer not null,
    next_at     timestamptz not null,
    begun_at    timestamptz,
    failure     text,
    primary key (webhook_id, position)
);
create index on webhook_deliveries (webhook_id, next_at) where state = 'Waiting';
create index on webhook_deliveries (webhook_id, position) where state = 'Dead';
create index on webhook_deliveries (position);
