-- Every custody event is also a leaf of one Merkle log (RFC 6962), whose signed heads leave this database.

-- Events that are not in the log yet. A trigger fills it, so that an event put in by hand gets there too.
create table log_pending (
    id       bigint generated always as identity primary key,
    item_id  text not null,
    sequence integer not null
);

create function enter_log() returns trigger language plpgsql as $$
begin
    insert into log_pending (item_id, sequence) values (new.item_id, new.sequence);
    return new;
end $$;
create trigger enter_log after insert on custody_events for each row execute function enter_log();
insert into log_pending (item_id, sequence) select item_id, sequence from custody_events order by item_id, sequence;

create table log_leaves (
    index    bigint primary key,
    item_id  text not null,
    sequence integer not null,
    hash     bytea not null check (length(hash) = 32),
    unique (item_id, sequence),
    foreign key (item_id, sequence) references custody_events
);

-- Hashes of 256 neighbours each: leaves on level 0, roots of the tiles below on the others. Only full tiles are kept, which
-- never change; what is to the right of the last one is computed from the leaves and the tiles below.
create table log_tiles (
    level  smallint not null,
    index  bigint not null,
    hashes bytea not null check (length(hashes) = 8192),
    root   bytea not null check (length(root) = 32),
    primary key (level, index)
);

create table log_heads (
    tree_size bigint primary key,
    root      bytea not null check (length(root) = 32),
    signed_at timestamptz not null,
    envelope  bytea not null
);

-- Where a head was taken outside this database: a locked object in the vault, a time stamp, a witness.
create table log_publications (
    tree_size    bigint not null references log_heads,
    place        text not null,
    published_at timestamptz not null,
    evidence     bytea not null,
    primary key (tree_size, place)
);

do $$
declare log_table text;
begin
    foreach log_table in array array['log_leaves', 'log_tiles', 'log_heads', 'log_publications'] loop
        execute format('create trigger append_only before update or delete on %I for each row execute function refuse_change()', log_table);
        execute format('create trigger append_only_whole before truncate on %I for each statement execute function refuse_change()', log_table);
    end loop;
end $$;
