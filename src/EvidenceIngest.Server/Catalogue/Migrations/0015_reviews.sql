-- 案卷评查: a random sample of closed cases that anybody can draw again, points by criteria, findings and what became of them.

create table review_criteria (
    id         text primary key,
    name       text not null,
    article    text not null,
    points     integer not null check (points > 0),
    -- Null while in use.
    ended_at   timestamptz,
    changed_at timestamptz not null,
    changed_by text not null
);
-- What recordings can be judged by; sites set their own. The points are a proposal, no rule's.
insert into review_criteria (id, name, article, points, changed_at, changed_by) values
    ('whole', '应当全过程音像记录的，录像完整、无间断', '全过程记录办法第五条', 30, now(), 'shipped'),
    ('fields', '音像资料附制作方法、制作时间、制作人、证明对象', '全过程记录办法第二十七条', 20, now(), 'shipped'),
    ('words', '声音资料附经确认的文字记录', '全过程记录办法第二十七条', 10, now(), 'shipped'),
    ('stored', '制作完成后两个工作日内入库', '全过程记录办法第二十八条', 20, now(), 'shipped'),
    ('filed', '执行终结之日起三十日内归档', '全过程记录办法第二十九条', 20, now(), 'shipped');

create table reviews (
    id          text primary key,
    why         text not null,
    from_day    date not null,
    to_day      date not null,
    seed        text not null,
    -- Chosen by the one who drew, as from a public draw, and not by the service.
    seed_chosen boolean not null,
    -- Numbers of cases, a line each, in the order of their UTF-8 bytes.
    population  text not null,
    digest      text not null,
    units       jsonb not null,
    criteria    jsonb not null,
    drawn_at    timestamptz not null,
    drawn_by    text not null
);
create trigger append_only before update or delete on reviews for each row execute function refuse_change();
create trigger append_only_whole before truncate on reviews for each statement execute function refuse_change();

create table reviewed_cases (
    review_id   text not null references reviews,
    number      text not null references cases,
    position    integer not null,
    scores      jsonb,
    reviewed_at timestamptz,
    reviewed_by text,
    primary key (review_id, number),
    constraint reviewed_whole check ((reviewed_at is null) = (reviewed_by is null) and (reviewed_at is null) = (scores is null))
);

create table review_findings (
    id           text primary key,
    review_id    text not null,
    number       text not null,
    unit_id      text not null references units,
    criterion    text not null,
    text         text not null,
    state        text not null,
    found_at     timestamptz not null,
    found_by     text not null,
    correction   text,
    corrected_at timestamptz,
    corrected_by text,
    verdict      text,
    judged_at    timestamptz,
    judged_by    text,
    foreign key (review_id, number) references reviewed_cases,
    constraint judged_by_another check (judged_by <> corrected_by)
);
create index on review_findings (unit_id, state);
