-- Who people are, what they may do, and which part of the evidence they may do it with.

-- 组织机构. The path holds the ids of all units above and the unit's own: '/root/lj/zd1/'.
create table units (
    id         text primary key,
    name       text not null,
    kind       text not null,
    parent_id  text references units,
    path       text not null unique,
    changed_at timestamptz not null,
    changed_by text not null,
    constraint path_ends_here check (path like '%/' || id || '/'),
    constraint only_root_has_no_parent check ((parent_id is null) = (id = 'root'))
);
insert into units (id, name, kind, parent_id, path, changed_at, changed_by) values ('root', '本单位', 'District', null, '/root/', now(), 'shipped');

-- The columns of ASP.NET Core Identity that are used, and ours.
create table accounts (
    id                   uuid primary key,
    user_name            text not null,
    normalized_user_name text not null unique,
    name                 text not null,
    unit_id              text not null references units,
    officer_number       text,
    password_hash        text not null,
    security_stamp       text not null,
    concurrency_stamp    text not null,
    two_factor_enabled   boolean not null,
    lockout_end          timestamptz,
    lockout_enabled      boolean not null,
    access_failed_count  integer not null,
    -- The password was made by the service, must be changed, and ends then.
    one_time_until       timestamptz,
    -- A code of the second factor opens once.
    last_code            text,
    last_code_at         timestamptz,
    disabled_at          timestamptz,
    created_at           timestamptz not null,
    created_by           text not null
);

create table account_tokens (
    user_id        uuid not null references accounts,
    login_provider text not null,
    name           text not null,
    value          text,
    primary key (user_id, login_provider, name)
);

create table role_grants (
    id           uuid primary key,
    account_id   uuid not null references accounts,
    role         text not null,
    unit_id      text not null references units,
    why          text not null,
    granted_at   timestamptz not null,
    granted_by   text not null,
    confirmed_at timestamptz,
    confirmed_by text,
    revoked_at   timestamptz,
    revoked_by   text,
    constraint confirmed_by_another check (confirmed_by <> granted_by)
);
create unique index on role_grants (account_id, role, unit_id) where revoked_at is null;

-- Also against whoever writes here directly: the three administrators are three people.
create function refuse_two_of_three() returns trigger language plpgsql as $$
begin
    perform 1 from accounts where id = new.account_id for update;
    if new.revoked_at is null and new.role in ('SystemAdministrator', 'SecurityAdministrator', 'Auditor') and exists (
        select 1 from role_grants g where g.account_id = new.account_id and g.id <> new.id and g.revoked_at is null
            and g.role in ('SystemAdministrator', 'SecurityAdministrator', 'Auditor') and g.role <> new.role) then
        raise exception 'an account holds only one of the three administrators'' roles' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger three_administrators before insert or update on role_grants for each row execute function refuse_two_of_three();

create table sessions (
    id           uuid primary key,
    hash         bytea not null unique,
    account_id   uuid not null references accounts,
    address      text not null,
    agent        text not null,
    created_at   timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at   timestamptz not null,
    ended_at     timestamptz,
    ended_by     text
);
create index on sessions (account_id);

alter table api_tokens add column unit_id text references units;
alter table api_tokens add column addresses jsonb;
-- People have accounts from now on; only systems have tokens.
update api_tokens set revoked_at = now() where kind = 'Operator' and role <> 'Local' and revoked_at is null;

alter table docks add column unit_id text not null default 'root' references units;
alter table cases add column unit_id text not null default 'root' references units;
create index on cases (unit_id);
-- Null: nobody was assigned to it yet.
alter table recorders add column unit_id text references units;
update recorders set unit_id = 'root' where exists (select 1 from recorder_assignments a where a.recorder_id = recorders.id);
alter table recorder_assignments add column unit_id text not null default 'root' references units;
alter table items add column unit_id text not null default 'root' references units;
-- Whose recording it is, as the recorder's assignment says, or else the file name.
alter table items add column producer_number text;
create index on items (unit_id, announced_at desc, id desc);
create index on items (producer_number) where producer_number is not null;
