-- What happens to the service itself (tokens, refused access, configuration, rules) is a chain beside those of the items.
alter table custody_events drop constraint custody_events_item_id_fkey;

create function demand_chain() returns trigger language plpgsql as $$
begin
    if new.item_id <> 'service' and not exists (select 1 from items where id = new.item_id) then
        raise exception 'there is no item %', new.item_id using errcode = 'foreign_key_violation';
    end if;
    return new;
end $$;
create trigger demand_chain before insert on custody_events for each row execute function demand_chain();

-- Whose rights a token has. The one that a machine's owner works with was there before there were roles.
alter table api_tokens add column role text;
update api_tokens set role = 'Local' where kind = 'Operator';
alter table api_tokens add column issued_by text;
alter table api_tokens add constraint people_have_roles check ((kind = 'Operator') = (role is not null));

-- The settings that each server last started with, secrets left out.
create table configurations (
    server     text primary key,
    settings   jsonb not null,
    changed_at timestamptz not null
);
