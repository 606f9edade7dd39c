-- 查阅 (article 30): who asks to look at recordings, who agrees, and what was opened for them.

-- What the law protects in an item.
alter table items add column secrecy text not null default 'None';

create table access_requests (
    id               text primary key,
    state            text not null,
    party_name       text not null,
    standing         text not null,
    document_kind    text not null,
    -- The last four characters of the document that was checked; the whole number is never asked for.
    document_tail    text not null check (char_length(document_tail) = 4),
    reason           text not null,
    form             text not null,
    -- Whose items it named when it was entered; items that are linked later don't belong to it.
    case_number      text references cases,
    received_on      date not null,
    -- Working days; kept, because the site's setting may change.
    term_days        integer not null check (term_days > 0),
    due_at           timestamptz not null,
    calendar_missing boolean not null,
    entered_at       timestamptz not null,
    entered_by       text not null,
    entered_role     text not null,
    decided_at       timestamptz,
    decided_by       text,
    decided_role     text,
    decision_why     text,
    -- The law's ground for a refusal.
    ground           text,
    -- How and by whom those concerned consented in writing.
    consent          text,
    opened_at        timestamptz,
    opened_by        text,
    withdrawn_at     timestamptz,
    withdrawn_by     text,
    withdrawn_why    text,
    constraint decided_by_another check (decided_by <> entered_by),
    constraint decided_whole check ((decided_at is null) = (decided_by is null) and (decided_at is null) = (decision_why is null)),
    constraint refused_with_a_ground check (state <> 'Refused' or ground is not null)
);
create index on access_requests (due_at) where state = 'Entered';

create table access_request_items (
    request_id text not null references access_requests,
    item_id    text not null references items,
    primary key (request_id, item_id)
);
create index on access_request_items (item_id);

-- Also against whoever writes here directly: what a head agreed to is what they saw, and what was decided stays decided.
create function refuse_other_items() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then
        raise exception 'the items of an access request can''t be changed' using errcode = 'restrict_violation';
    end if;
    if exists (select 1 from access_requests r where r.id = new.request_id and r.decided_at is not null) then
        raise exception 'access request % was decided: no item can be added', new.request_id using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger items_stay before insert or update or delete on access_request_items for each row execute function refuse_other_items();
create trigger items_stay_whole before truncate on access_request_items for each statement execute function refuse_change();

create function refuse_another_decision() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'an access request can''t be removed' using errcode = 'restrict_violation';
    end if;
    if (new.decided_at, new.decided_by, new.decided_role, new.decision_why, new.ground, new.consent)
        is distinct from (old.decided_at, old.decided_by, old.decided_role, old.decision_why, old.ground, old.consent)
        or (new.state <> old.state and new.state <> 'Withdrawn') then
        raise exception 'access request % was decided', old.id using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger decided_once before update on access_requests for each row when (old.decided_at is not null) execute function refuse_another_decision();
create trigger never_removed before delete on access_requests for each row execute function refuse_another_decision();
create trigger never_emptied before truncate on access_requests for each statement execute function refuse_change();

-- What is made for one request of one item, once access was opened.
create table access_copies (
    request_id  text not null,
    item_id     text not null,
    state       text not null,
    -- What it waits for, or why it failed.
    note        text,
    attempts    integer not null,
    due_at      timestamptz not null,
    -- Where the watermarked copy is put; known before it lies there.
    bucket      text not null,
    key         text not null,
    -- Name of the rendition that is shown; null until it is ready.
    rendition   text,
    watermarked boolean not null,
    ready_at    timestamptz,
    primary key (request_id, item_id),
    foreign key (request_id, item_id) references access_request_items,
    foreign key (item_id, rendition) references renditions (item_id, name),
    constraint ready_whole check ((state = 'Ready') = (rendition is not null) and (rendition is null) = (ready_at is null))
);
create index on access_copies (due_at) where state = 'Waiting';

create table access_links (
    token_hash    bytea primary key,
    request_id    text not null,
    item_id       text not null,
    made_by       text not null,
    made_at       timestamptz not null,
    expires_at    timestamptz not null,
    most_openings integer not null,
    openings      integer not null,
    foreign key (request_id, item_id) references access_copies,
    constraint not_opened_more_often check (openings <= most_openings)
);
create index on access_links (request_id);

-- When an address last looked through a link: one look makes many range requests, but counts once.
create table access_looks (
    token_hash bytea not null references access_links,
    address    text not null,
    began_at   timestamptz not null,
    seen_at    timestamptz not null,
    primary key (token_hash, address)
);
