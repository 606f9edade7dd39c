-- Evidence packages: what was handed out, file by file. Masters and renditions stay in the vault and are read from there.
create table packages (
    id      text primary key,
    made_at timestamptz not null,
    made_by text not null,
    why     text not null,
    items   jsonb not null
);

create table package_files (
    package_id text not null references packages,
    path       text not null,
    bytes      bigint not null,
    sha256     text not null,
    sm3        text,
    content    bytea,
    bucket     text,
    key        text,
    version_id text,
    primary key (package_id, path),
    check ((content is null) = (version_id is not null))
);

create trigger append_only before update or delete on packages for each row execute function refuse_change();
create trigger append_only_whole before truncate on packages for each statement execute function refuse_change();
create trigger append_only before update or delete on package_files for each row execute function refuse_change();
create trigger append_only_whole before truncate on package_files for each statement execute function refuse_change();
