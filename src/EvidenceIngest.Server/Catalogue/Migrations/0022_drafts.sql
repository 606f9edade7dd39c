-- In which language an item is spoken, where a person said it; otherwise the service's setting counts.
alter table items add column language text;
create index items_language on items (language) where language is not null;

-- What an engine has heard of items that it is not through with, until the draft of their transcript is made.
create table heard_windows (
    item_id  text not null references items,
    -- Samples of 16 kHz, from the item's beginning.
    begins   bigint not null check (begins >= 0),
    ends     bigint not null check (ends > begins),
    work     text not null,
    -- Not jsonb: a killed job ends with the same bytes as an undisturbed one.
    segments json not null,
    heard_at timestamptz not null,
    primary key (item_id, begins)
);

-- Looked for in every round of the sweep.
create index item_stages_awaiting on item_stages (item_id) where stage = 'Transcribe' and state = 'Awaiting';
