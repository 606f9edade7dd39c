-- Clips and stills that people ordered; the row is the job's memory.
create table excerpts (
    id             text primary key,
    item_id        text not null references items,
    kind           text not null,
    from_ms        bigint not null check (from_ms >= 0),
    until_ms       bigint not null check (until_ms >= from_ms),
    nothing_hidden boolean not null,
    why            text not null,
    asked_by       text not null,
    asked_at       timestamptz not null,
    state          text not null,
    -- What it waits for, why it failed, or what to know of it.
    note           text,
    attempts       integer not null,
    due_at         timestamptz not null,
    -- Where it is put; known before it lies there. The key without its ending.
    bucket         text not null,
    key            text not null,
    ready_at       timestamptz,
    constraint ready_whole check ((state = 'Ready') = (ready_at is not null))
);
create index on excerpts (item_id);
create index on excerpts (due_at) where state = 'Waiting';
