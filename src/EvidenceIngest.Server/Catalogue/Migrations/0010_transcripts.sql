-- 声音内容的文字记录 (article 27): every version is kept, the last one counts.
create table transcripts (
    item_id text not null references items,
    version integer not null check (version > 0),
    state   text not null,
    made_at timestamptz not null,
    made_by text not null,
    why     text not null,
    sha256  text not null,
    -- JSON; bytes, because their digest is in the item's chain.
    record  bytea not null,
    primary key (item_id, version)
);
create trigger append_only before update or delete on transcripts for each row execute function refuse_change();
create trigger append_only_whole before truncate on transcripts for each statement execute function refuse_change();

-- Of the last version: the gate of article 27 asks it for every item of a list.
alter table items add column transcript_confirmed boolean not null default false;
