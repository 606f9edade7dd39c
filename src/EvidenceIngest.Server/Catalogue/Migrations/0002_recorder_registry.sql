-- What the registry thinks of a recorder. The alarm stays until a person has settled it.
alter table recorders
    add column state text not null default 'InService' check (state in ('InService', 'Withdrawn')),
    add column alarm jsonb;
