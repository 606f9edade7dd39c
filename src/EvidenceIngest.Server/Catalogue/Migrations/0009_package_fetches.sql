-- Who fetched the media of a package's item, once each: making a package and fetching it may be done by different people.
create table package_fetches (
    package_id text not null references packages,
    item_id    text not null references items,
    name       text not null,
    fetched_at timestamptz not null,
    primary key (package_id, item_id, name)
);
