-- The catalogue. Timestamps are UTC; enumerations are stored by name; digests are lower-case hexadecimal.

create table docks (
    id           text primary key,
    name         text not null,
    enrolled_at  timestamptz not null,
    last_seen_at timestamptz,
    bays         jsonb not null
);

-- Only hashes of secrets are stored: whoever reads a backup can't act with it.
create table api_tokens (
    id         uuid primary key,
    hash       bytea not null unique,
    kind       text not null,
    name       text not null,
    dock_id    text references docks,
    scopes     jsonb not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    revoked_at timestamptz
);

create table enrolment_codes (
    hash       bytea primary key,
    created_by text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at    timestamptz,
    dock_id    text references docks
);

create table recorders (
    id            text primary key,
    profile       text,
    model         text,
    first_seen_at timestamptz not null,
    last_seen_at  timestamptz not null
);

create table recorder_assignments (
    id             uuid primary key,
    recorder_id    text not null references recorders,
    officer_number text not null,
    officer_name   text not null,
    agency         text,
    from_at        timestamptz not null,
    to_at          timestamptz,
    assigned_by    text not null,
    assigned_at    timestamptz not null,
    unique (recorder_id, from_at)
);

create table items (
    id                     text primary key,
    recorder_id            text not null references recorders,
    state                  text not null,
    reason                 text,
    kind                   text not null,
    attachment             text not null,
    -- The recorder's wall clock; it has no zone, and the agency's is no fact about it.
    recorder_time          timestamp,
    recorded_at            timestamptz,
    officer_number         text,
    device_number          text,
    key_marked             boolean not null,
    method_of_production   jsonb,
    time_of_production     jsonb,
    producer               jsonb,
    object_of_proof        jsonb,
    findings               jsonb not null,
    announced_at           timestamptz not null,
    deadline_at            timestamptz,
    sealed_at              timestamptz,
    on_time                boolean
);
create index on items (announced_at desc, id desc);
create index on items (recorder_id);

create table deliveries (
    id           text primary key,
    item_id      text not null unique references items,
    dock_id      text not null references docks,
    state        text not null,
    reason       text,
    part_bytes   integer not null,
    manifest     bytea not null,
    announced_at timestamptz not null,
    changed_at   timestamptz not null
);

-- A recorder may be offloaded again by another dock: it announces the same delivery and may go on with it.
create table delivery_docks (
    delivery_id text not null references deliveries,
    dock_id     text not null references docks,
    primary key (delivery_id, dock_id)
);

create table master_files (
    item_id       text not null references items,
    position      integer not null,
    recorder_id   text not null,
    recorder_path text not null,
    bytes         bigint not null,
    sha256        text not null,
    sm3           text,
    modified_at   timestamptz,
    bucket        text,
    key           text,
    version_id    text,
    locked_until  timestamptz,
    primary key (item_id, position)
);
-- The same bytes from the same place are never stored twice. The path is hashed because it may be longer than an index entry.
-- convert_to counts as stable because it depends on the database's encoding; that is UTF8 here and never changes.
create function path_digest(path text) returns bytea language sql immutable as $$ select sha256(convert_to(path, 'UTF8')) $$;
create unique index master_files_once on master_files (recorder_id, path_digest(recorder_path), sha256);

-- Every object that was begun for a file; the one with the highest attempt counts, the others lie aside with the reason.
create table uploads (
    item_id    text not null,
    position   integer not null,
    attempt    integer not null,
    bucket     text not null,
    key        text not null,
    upload_id  text,
    parts      jsonb,
    version_id text,
    set_aside  text,
    primary key (item_id, position, attempt),
    foreign key (item_id, position) references master_files
);

create table receipts (
    id          text primary key,
    delivery_id text not null unique references deliveries,
    item_id     text not null references items,
    envelope    bytea not null,
    issued_at   timestamptz not null
);

create table item_stages (
    item_id    text not null references items,
    stage      text not null,
    state      text not null,
    attempts   integer not null,
    due_at     timestamptz,
    note       text,
    changed_at timestamptz not null,
    primary key (item_id, stage)
);
create index on item_stages (due_at) where state = 'Due';

create table media_facts (
    item_id      text not null references items,
    position     integer not null,
    -- json, not jsonb: ffprobe's answer is kept as it was.
    facts        json not null,
    inspected_at timestamptz not null,
    primary key (item_id, position)
);

create table renditions (
    item_id      text not null references items,
    name         text not null,
    bucket       text not null,
    key          text not null,
    version_id   text not null,
    content_type text not null,
    bytes        bigint not null,
    sha256       text not null,
    sm3          text,
    recipe       jsonb not null,
    made_at      timestamptz not null,
    primary key (item_id, name)
);

create table links (
    token_hash bytea primary key,
    item_id    text not null,
    rendition  text not null,
    made_by    text not null,
    made_at    timestamptz not null,
    expires_at timestamptz not null,
    foreign key (item_id, rendition) references renditions
);

create table link_views (
    token_hash bytea not null references links,
    address    text not null,
    viewed_at  timestamptz not null,
    primary key (token_hash, address)
);

create table custody_events (
    item_id  text not null references items,
    sequence integer not null,
    bytes    bytea not null,
    hash     text not null,
    primary key (item_id, sequence)
);

-- Append-only, also for the tables' owner: what was recorded or receipted once is never changed.
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% on % is refused: the table is append-only', tg_op, tg_table_name
        using errcode = 'restrict_violation', hint = 'A correction is a new custody event.';
end $$;

create trigger append_only before update or delete on custody_events for each row execute function refuse_change();
create trigger append_only_whole before truncate on custody_events for each statement execute function refuse_change();
create trigger append_only before update or delete on receipts for each row execute function refuse_change();
create trigger append_only_whole before truncate on receipts for each statement execute function refuse_change();
