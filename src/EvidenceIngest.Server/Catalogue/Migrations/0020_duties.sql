-- What the law gives a term for and is not done yet, who was told of it, and what became of it.
create table duties (
    id               uuid primary key,
    kind             text not null,
    -- Id of the item, the access request, the issue of a recorder or the review finding; number of the case; year and unit.
    subject          text not null,
    -- What people call it: the item, case, access request, recorder or unit.
    about            text not null,
    unit_id          text not null references units,
    -- Numbers of the officers whose duty it is, too.
    officers         text[] not null,
    is_secret        boolean not null,
    -- What the term was counted from, in the agency's zone.
    counted_from     date not null,
    due_at           timestamptz not null,
    calendar_missing boolean not null,
    -- Deadlines that it had before, the oldest first.
    moves            jsonb not null,
    began_at         timestamptz not null,
    -- When it was found to be met, or no longer to be one.
    ended_at         timestamptz
);
create unique index duties_open on duties (kind, subject) where ended_at is null;
create index on duties (unit_id, due_at) where ended_at is null;
create index on duties using gin (officers);

create table reminders (
    id          uuid primary key,
    duty_id     uuid not null references duties,
    role        text not null,
    told_at     timestamptz not null,
    -- As it was told.
    due_at      timestamptz not null,
    -- The deadline moved, so that this would not have been told yet. It stays, and is told again when it is time.
    outdated_at timestamptz
);
create unique index reminders_once on reminders (duty_id, role) where outdated_at is null;
create index on reminders (duty_id);

-- 已阅. Seen is not done.
create table reminder_looks (
    reminder_id uuid not null references reminders,
    who         text not null,
    seen_at     timestamptz not null,
    primary key (reminder_id, who)
);

-- Sealed and lacking what article 27 demands: looked for every minute.
create index items_owing on items (id) where incomplete and sealed_at is not null and sidecar_role is null and state <> 'Disposed';

-- 年度数据: what was fixed to be published, so that a later count can be held against it.
create table yearly_editions (
    id      uuid primary key,
    year    integer not null,
    unit_id text not null references units,
    number  integer not null,
    made_at timestamptz not null,
    made_by text not null,
    why     text not null,
    counts  jsonb not null,
    sha256  text not null,
    unique (year, unit_id, number)
);
create trigger append_only before update or delete on yearly_editions for each row execute function refuse_change();
create trigger append_only_whole before truncate on yearly_editions for each statement execute function refuse_change();

-- What was handed out for the provincial platform.
create table exchanges (
    id              uuid primary key,
    made_at         timestamptz not null,
    made_by         text not null,
    why             text not null,
    profile_sha256  text not null,
    manifest_sha256 text not null,
    cases           integer not null
);
create trigger append_only before update or delete on exchanges for each row execute function refuse_change();
create trigger append_only_whole before truncate on exchanges for each statement execute function refuse_change();
