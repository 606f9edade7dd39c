-- When an item was made, as figures and filters count, and whether article 27 still lacks something: kept by the database, so that
-- no two places can count differently, and found by an index among a million.
alter table items add column made_at timestamptz not null generated always as (coalesce(recorded_at, announced_at)) stored;
alter table items add column incomplete boolean not null generated always as (
    method_of_production is null or time_of_production is null or producer is null or object_of_proof is null
    or (kind = 'Audio' and not transcript_confirmed)) stored;
create index on items (made_at);
create index on items (unit_id, made_at);
create index on items (producer_number, made_at) where producer_number is not null;

-- Where its own positions lie; null without any.
alter table items add column positions jsonb;

-- What the case system knows of the act, to find what was recorded of it.
alter table matters add column link_automatically boolean not null default false;
alter table cases add column officers jsonb not null default '[]';
alter table cases add column acted_from timestamptz;
alter table cases add column acted_to timestamptz;
alter table cases add column place text;
alter table cases add column position jsonb;
create index on cases (acted_from, acted_to) where acted_from is not null;
create index on cases (unit_id, changed_at desc, number);

-- Whether what its matter demands was recorded, and when that is looked at next; null: not before something changes.
alter table cases add column footage jsonb;
alter table cases add column footage_state text;
alter table cases add column footage_due_at timestamptz default now();
create index on cases (footage_due_at) where footage_due_at is not null;
create index on cases (footage_state) where footage_state in ('Missing', 'Gaps');

-- Who took an item off a case has decided that: no rule links it again, and it isn't proposed again.
create table case_refusals (
    case_number text not null references cases,
    item_id     text not null references items,
    refused_at  timestamptz not null,
    refused_by  text not null,
    primary key (case_number, item_id)
);
