-- A link may work from some networks only, or for whoever opens it first.
alter table links add column addresses jsonb;
alter table links add column single_use boolean not null default false;
