-- Fixity audit: everything in the vaults is read again and again, the longest unread first.

-- verified_at: when it was last proven right; audited_at: when it was last looked at, whatever came of it. Sealing sets both.
alter table master_files
    add column verified_at timestamptz,
    add column audited_at  timestamptz,
    -- When the second vault had it; null sends it there.
    add column copied_at   timestamptz;
update master_files f set verified_at = i.sealed_at, audited_at = i.sealed_at from items i where i.id = f.item_id and f.version_id is not null;
create index on master_files (audited_at nulls first) where version_id is not null;
create index on master_files (item_id, position) where version_id is not null and copied_at is null;
-- The store lists by bytes, whatever the database's collation is.
create index on master_files (bucket, key collate "C") where version_id is not null;
create index on uploads (key collate "C");

alter table renditions
    add column verified_at timestamptz,
    add column audited_at  timestamptz;
create index on renditions (audited_at nulls first);
create index on renditions (bucket, key collate "C");

-- Masters in the second vault; the attempt that is not set aside counts, once it has a version.
create table master_copies (
    item_id      text not null,
    position     integer not null,
    attempt      integer not null,
    bucket       text not null,
    key          text not null,
    version_id   text,
    locked_until timestamptz,
    copied_at    timestamptz,
    set_aside    text,
    verified_at  timestamptz,
    audited_at   timestamptz,
    primary key (item_id, position, attempt),
    foreign key (item_id, position) references master_files
);
create unique index master_copies_one on master_copies (item_id, position) where version_id is not null and set_aside is null;
create index on master_copies (audited_at nulls first) where version_id is not null and set_aside is null;
create index on master_copies (bucket, key collate "C");

create table fixity_passes (
    vault         text not null,
    number        integer not null,
    began_at      timestamptz not null,
    ended_at      timestamptz,
    -- A person wants it at full rate.
    hurried       boolean not null,
    total_objects bigint not null,
    total_bytes   bigint not null,
    objects       bigint not null,
    bytes         bigint not null,
    wrong         bigint not null,
    primary key (vault, number)
);
create unique index fixity_passes_one on fixity_passes (vault) where ended_at is null;

create table fixity_listings (
    vault    text primary key,
    began_at timestamptz not null,
    ended_at timestamptz,
    objects  bigint not null
);

create table fixity_findings (
    id                 bigint generated always as identity primary key,
    vault              text not null,
    kind               text not null,
    what               text not null,
    bucket             text not null,
    key                text not null,
    version_id         text not null,
    item_id            text references items,
    position           integer,
    found              text not null,
    first_seen_at      timestamptz not null,
    last_seen_at       timestamptz not null,
    resolved_at        timestamptz,
    resolved_by        text,
    resolution         text,
    by_person          boolean not null,
    restore_ordered_at timestamptz,
    restore_ordered_by text,
    restore_tried_at   timestamptz,
    restore_trouble    text
);
-- What is still wrong at the next look is the same finding.
create unique index fixity_findings_once on fixity_findings (vault, bucket, key, version_id, kind) where resolved_at is null;
create index on fixity_findings (item_id);
