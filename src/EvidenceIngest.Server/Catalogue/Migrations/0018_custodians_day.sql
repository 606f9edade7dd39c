-- 领用、归还: who took which recorder out, until when, and when it was seen in a bay again.
create table recorder_issues (
    id             uuid primary key,
    recorder_id    text not null references recorders,
    officer_number text not null,
    officer_name   text not null,
    unit_id        text not null references units,
    issued_at      timestamptz not null,
    issued_by      text not null,
    shift_ends_at  timestamptz not null,
    docked_at      timestamptz,
    alarmed_at     timestamptz,
    returned_at    timestamptz,
    returned_by    text,
    note           text
);
create unique index recorder_issues_open on recorder_issues (recorder_id) where returned_at is null;
create index on recorder_issues (issued_at desc, id);

-- What a custodian saw in a recording (article 12), and why it came late (article 28).
alter table items add column scene jsonb;
alter table items add column late_reason text;
