-- The State Council's yearly notices as this site imported them, every version; the newest of a year counts, before what ships.
create table calendar_notices (
    year        integer not null,
    imported_at timestamptz not null,
    imported_by text not null,
    why         text not null,
    csv         text not null,
    sha256      text not null,
    primary key (year, imported_at)
);

create trigger append_only before update or delete on calendar_notices for each row execute function refuse_change();
create trigger append_only_whole before truncate on calendar_notices for each statement execute function refuse_change();

-- The calendar changed: the deadline is to be counted anew.
alter table items add column deadline_due boolean not null default false;
create index on items (id) where deadline_due;
