-- 检索: every text by which people look for an item, a row each, kept by triggers: whatever changes a text changes the index in
-- the same transaction, by whichever program. docs/search.md tells the rules.

-- Full-width and compatibility forms become plain ones, letters small; whatever is neither letter nor digit becomes one space. The
-- collation says what a letter is in the same way on every machine.
create function search_normal(words text) returns text language sql immutable strict parallel safe as $$
    select btrim(regexp_replace(lower(normalize(words, nfkc) collate "und-x-icu"), '[^[:alnum:]]+', ' ', 'g'))
$$;

-- Every two neighbours of a run, and its last character, so that one character is the beginning of some gram wherever it stands.
create function search_grams(normal text) returns tsvector language sql immutable strict parallel safe as $$
    select coalesce(array_to_tsvector(array_agg(substr(run, at, 2))), ''::tsvector)
    from regexp_split_to_table(normal, ' ') run, generate_series(1, length(run)) at
$$;

-- What a text has to have among its grams to contain these normal words. It may have them and not contain the words: the grams
-- only say where to look.
create function search_wanted(normal text) returns tsquery language sql immutable strict parallel safe as $$
    select coalesce(string_agg(distinct '''' || gram || '''' || case when length(gram) = 1 then ':*' else '' end, ' & '), '')::tsquery
    from regexp_split_to_table(normal, ' ') run, generate_series(1, greatest(length(run) - 1, 1)) at, substr(run, at, 2) gram
$$;

create table search_texts (
    item_id   text not null references items,
    field     text not null,
    -- Among the texts of one field: the file's position, the number of the segment.
    place     integer not null,
    -- Seconds from the item's beginning, of what was said then.
    starts_at double precision,
    ends_at   double precision,
    text      text not null,
    normal    text not null generated always as (search_normal(text)) stored,
    primary key (item_id, field, place)
);

-- Where the texts come from. What was said in a recording that was disposed of is gone with it.
create view search_sources as
    select id as item_id, 'Item' as field, 0 as place, null::double precision as starts_at, null::double precision as ends_at, id as text from items
    union all select id, 'Recorder', 0, null, null, recorder_id from items
    union all select id, 'Recorder', 1, null, null, device_number from items where device_number is not null
    union all select id, 'Officer', 0, null, null, producer_number from items where producer_number is not null
    union all select id, 'Officer', 1, null, null, officer_number from items where officer_number is not null and officer_number is distinct from producer_number
    union all select id, 'MethodOfProduction', 0, null, null, method_of_production->>'value' from items where method_of_production is not null
    union all select id, 'TimeOfProduction', 0, null, null, time_of_production->>'value' from items where time_of_production is not null
    union all select id, 'Producer', 0, null, null, producer->>'value' from items where producer is not null
    union all select id, 'ObjectOfProof', 0, null, null, object_of_proof->>'value' from items where object_of_proof is not null
    union all select id, 'Scene', 0, null, null, scene->>'note' from items where scene->>'note' is not null
    union all select id, 'Lateness', 0, null, null, late_reason from items where late_reason is not null
    union all select item_id, 'File', position, null, null, recorder_path from master_files
    union all select item_id, 'Case', (row_number() over (partition by item_id order by case_number))::integer, null, null, case_number from case_items
    union all select l.item_id, 'Place', (row_number() over (partition by l.item_id order by c.number))::integer, null, null, c.place
        from case_items l join cases c on c.number = l.case_number where c.place is not null
    union all select t.item_id, 'Transcript', s.number::integer, (s.segment->>'start')::double precision, (s.segment->>'end')::double precision, s.segment->>'text'
        from (select distinct on (item_id) item_id, record from transcripts order by item_id, version desc) t
        join items i on i.id = t.item_id and i.state <> 'Disposed',
        jsonb_array_elements(convert_from(t.record, 'UTF8')::jsonb->'segments') with ordinality s(segment, number);

-- Makes some fields of some items anew.
create function search_refresh(items text[], fields text[]) returns void language plpgsql as $$
begin
    delete from search_texts where item_id = any(items) and field = any(fields);
    insert into search_texts (item_id, field, place, starts_at, ends_at, text)
        select item_id, field, place, starts_at, ends_at, text from search_sources where item_id = any(items) and field = any(fields);
end $$;

create function search_item() returns trigger language plpgsql as $$
begin
    perform search_refresh(array[new.id], array['Item', 'Recorder', 'Officer', 'MethodOfProduction', 'TimeOfProduction', 'Producer', 'ObjectOfProof', 'Scene', 'Lateness']);
    return null;
end $$;
create trigger search_item_made after insert on items for each row execute function search_item();
create trigger search_item_changed after update on items for each row
    when (old.producer_number is distinct from new.producer_number or old.method_of_production is distinct from new.method_of_production
        or old.time_of_production is distinct from new.time_of_production or old.producer is distinct from new.producer
        or old.object_of_proof is distinct from new.object_of_proof or old.scene is distinct from new.scene or old.late_reason is distinct from new.late_reason)
    execute function search_item();

create function search_transcript() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'items' then
        perform search_refresh(array[new.id], array['Transcript']);
    else
        perform search_refresh(array[new.item_id], array['Transcript']);
    end if;
    return null;
end $$;
create trigger search_transcript_written after insert on transcripts for each row execute function search_transcript();
create trigger search_item_disposed after update on items for each row
    when (new.state = 'Disposed' and old.state <> 'Disposed') execute function search_transcript();

create function search_file() returns trigger language plpgsql as $$
begin
    perform search_refresh(array[new.item_id], array['File']);
    return null;
end $$;
create trigger search_file_announced after insert or update of recorder_path on master_files for each row execute function search_file();

-- A link and its case may change at the same moment: who comes second sees what the first did.
create function search_case_link() returns trigger language plpgsql as $$
declare link case_items;
begin
    link := coalesce(new, old);
    perform pg_advisory_xact_lock(hashtextextended('search ' || link.case_number, 0));
    perform search_refresh(array[link.item_id], array['Case', 'Place']);
    return null;
end $$;
create trigger search_case_linked after insert or delete on case_items for each row execute function search_case_link();

create function search_case() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('search ' || new.number, 0));
    perform search_refresh((select coalesce(array_agg(item_id), '{}') from case_items where case_number = new.number), array['Place']);
    return null;
end $$;
create trigger search_case_moved after update on cases for each row
    when (old.place is distinct from new.place) execute function search_case();

insert into search_texts (item_id, field, place, starts_at, ends_at, text) select item_id, field, place, starts_at, ends_at, text from search_sources;
-- Without a list of pending entries, which every search would have to read from one end to the other.
create index search_texts_grams on search_texts using gin (search_grams(normal)) with (fastupdate = off);
-- How often the usual pairs of characters are used decides between the grams and the newest items as the way in.
alter index search_texts_grams alter column 1 set statistics 2000;

-- 已存检索: what somebody looks for again and again, as parameters of the query.
create table saved_searches (
    account_id uuid not null references accounts,
    name       text not null,
    query      jsonb not null,
    saved_at   timestamptz not null,
    primary key (account_id, name)
);
