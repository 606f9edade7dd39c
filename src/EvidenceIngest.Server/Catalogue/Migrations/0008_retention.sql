-- How long evidence is kept, what keeps it longer, and how it ends. Nothing here can be shortened by anybody.

-- Months from sealing or from the closing of a case; null: for ever.
create table retention_classes (
    id         text primary key,
    name       text not null,
    name_zh    text not null,
    months     integer check (months > 0),
    article    text not null,
    -- Given to every item, and to those whose officer pressed the key-mark button.
    is_default boolean not null,
    is_key     boolean not null,
    changed_at timestamptz not null,
    changed_by text not null
);

create table matters (
    id              text primary key,
    name            text not null,
    law             text not null,
    whole_recording boolean not null,
    retention_class text references retention_classes,
    changed_at      timestamptz not null,
    changed_by      text not null
);

create table cases (
    number          text primary key,
    matter_id       text references matters,
    agency          text,
    retention_class text references retention_classes,
    state           text not null,
    -- The day on which the act had been carried out: article 29 counts from it.
    executed_on     date,
    closed_at       timestamptz,
    package_id      text references packages,
    package_lacks   jsonb,
    changed_at      timestamptz not null,
    changed_by      text not null
);

create table case_items (
    case_number text not null references cases,
    item_id     text not null references items,
    linked_at   timestamptz not null,
    linked_by   text not null,
    primary key (case_number, item_id)
);
create index on case_items (item_id);

create table holds (
    id             text primary key,
    reason         text not null,
    -- Then it holds every item of the case, also those that are linked later.
    case_number    text references cases,
    placed_at      timestamptz not null,
    placed_by      text not null,
    placed_role    text not null,
    released_at    timestamptz,
    released_by    text,
    released_role  text,
    release_reason text,
    constraint released_by_another check (released_by <> placed_by)
);

create table hold_items (
    hold_id text not null references holds,
    item_id text not null references items,
    primary key (hold_id, item_id)
);
create index on hold_items (item_id);

alter table items add column retention_class text references retention_classes;
-- The last end that is known; null before sealing.
alter table items add column retain_until timestamptz;
alter table items add column retain_without_end boolean not null default false;
alter table items add column locked_until timestamptz;
-- When locks and rules have to be compared next; null when nothing but a change can make it necessary.
alter table items add column retention_due_at timestamptz;
-- When it became due, while it could not be done.
alter table items add column retention_pending_since timestamptz;
alter table items add column retention_trouble text;
create index on items (retention_due_at) where retention_due_at is not null;
update items set locked_until = (select min(locked_until) from master_files f where f.item_id = items.id), retention_due_at = now() where sealed_at is not null;

create table disposals (
    id             text primary key,
    why            text not null,
    state          text not null,
    proposed_at    timestamptz not null,
    proposed_by    text not null,
    proposed_role  text not null,
    decided_at     timestamptz,
    decided_by     text,
    decided_role   text,
    decision       text,
    -- The signed list (DSSE), once confirmed.
    list           bytea,
    trouble        text,
    constraint decided_by_another check (state <> 'Confirmed' and state <> 'Done' or (decided_by <> proposed_by and decided_role <> proposed_role))
);

create table disposal_items (
    disposal_id text not null references disposals,
    item_id     text not null references items,
    disposed_at timestamptz,
    kept        text,
    primary key (disposal_id, item_id)
);
create index on disposal_items (item_id);

-- Also against the tables' owner: what was promised for longer stays so.
create function refuse_shortening() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'retention_classes' then
        if tg_op = 'DELETE' or tg_op = 'TRUNCATE' then
            raise exception 'a retention class can''t be removed' using errcode = 'restrict_violation';
        end if;
        if (old.months is null and new.months is not null) or new.months < old.months then
            raise exception 'retention class % can''t be shortened', old.id using errcode = 'restrict_violation';
        end if;
    elsif tg_table_name = 'items' then
        if new.retain_until < old.retain_until or new.locked_until < old.locked_until then
            raise exception 'the retention of % can''t be shortened', old.id using errcode = 'restrict_violation';
        end if;
    elsif new.locked_until < old.locked_until then
        raise exception 'the lock of % can''t be shortened', old.item_id using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger never_shorter before update or delete on retention_classes for each row execute function refuse_shortening();
create trigger never_emptied before truncate on retention_classes for each statement execute function refuse_shortening();
create trigger never_shorter before update on items for each row when (old.retain_until is not null or old.locked_until is not null) execute function refuse_shortening();
create trigger never_shorter before update on master_files for each row when (old.locked_until is not null) execute function refuse_shortening();

-- What ships; sites add their own and lengthen these. The terms are those of 机关文件材料归档范围和文书档案保管期限规定
-- (国家档案局令第8号): for ever, 30 years, 10 years. Which one a matter needs is the site's decision.
insert into retention_classes (id, name, name_zh, months, article, is_default, is_key, changed_at, changed_by) values
    ('ordinary', 'ten years', '定期10年', 120, '机关文件材料归档范围和文书档案保管期限规定', true, false, now(), 'shipped'),
    ('long', 'thirty years', '定期30年', 360, '机关文件材料归档范围和文书档案保管期限规定', false, true, now(), 'shipped'),
    ('permanent', 'for ever', '永久', null, '机关文件材料归档范围和文书档案保管期限规定', false, false, now(), 'shipped');
