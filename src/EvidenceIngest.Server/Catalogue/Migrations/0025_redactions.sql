-- 遮蔽件 (article 30): copies that hide what may not be seen or heard, the plans they are made by, and who released them.
create table redactions (
    id             text primary key,
    item_id        text not null references items,
    number         integer not null check (number > 0),
    -- JSON as it was sent; bytes, because their digest is in the recipe and in the chain.
    plan           bytea not null,
    plan_sha256    text not null,
    why            text not null,
    ordered_by     text not null,
    ordered_at     timestamptz not null,
    state          text not null,
    -- What it waits for, why it failed, or what to know of it.
    note           text,
    attempts       integer not null,
    due_at         timestamptz not null,
    -- Where it is put; known before it lies there. The key without its ending.
    bucket         text not null,
    key            text not null,
    rendition      text,
    text_rendition text,
    made_at        timestamptz,
    reviewed_by    text,
    reviewed_at    timestamptz,
    review_why     text,
    unique (item_id, number),
    foreign key (item_id, rendition) references renditions (item_id, name),
    foreign key (item_id, text_rendition) references renditions (item_id, name),
    constraint reviewed_by_another check (reviewed_by <> ordered_by),
    constraint reviewed_whole check ((state in ('Released', 'Rejected')) = (reviewed_by is not null)
        and (reviewed_by is null) = (reviewed_at is null) and (reviewed_by is null) = (review_why is null)),
    constraint made_whole check ((state in ('ToReview', 'Released', 'Rejected')) = (rendition is not null) and (rendition is null) = (made_at is null))
);
create index on redactions (due_at) where state = 'Ordered';

-- Also against whoever writes here directly: a plan is what was ordered, and what was decided stays decided.
create function refuse_another_redaction() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'a redaction can''t be removed' using errcode = 'restrict_violation';
    end if;
    if (new.id, new.item_id, new.number, new.plan, new.plan_sha256, new.why, new.ordered_by, new.ordered_at)
        is distinct from (old.id, old.item_id, old.number, old.plan, old.plan_sha256, old.why, old.ordered_by, old.ordered_at)
        or old.state in ('Released', 'Rejected', 'Failed')
        or (old.state = 'ToReview' and (new.state not in ('Released', 'Rejected') or (new.rendition, new.text_rendition) is distinct from (old.rendition, old.text_rendition)))
        or (old.state = 'Ordered' and new.state in ('Released', 'Rejected')) then
        raise exception 'redaction % of % can''t be changed so', old.number, old.item_id using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger plan_stays before update or delete on redactions for each row execute function refuse_another_redaction();
create trigger never_emptied before truncate on redactions for each statement execute function refuse_change();

-- Links that show a copy of their rendition with the name of whoever made them burned in.
create table link_marks (
    token_hash bytea primary key references links,
    item_id    text not null references items,
    viewer     text not null,
    state      text not null,
    -- What it waits for, or why it failed.
    note       text,
    attempts   integer not null,
    due_at     timestamptz not null,
    bucket     text not null,
    key        text not null,
    rendition  text,
    ready_at   timestamptz,
    foreign key (item_id, rendition) references renditions (item_id, name),
    constraint ready_whole check ((state = 'Ready') = (rendition is not null) and (rendition is null) = (ready_at is null))
);
create index on link_marks (due_at) where state = 'Waiting';
