-- Of some accounts the agency's directory knows the password: nothing here then could be taken for one.
alter table accounts add column directory boolean not null default false;
alter table accounts alter column password_hash drop not null;
alter table accounts add constraint directory_has_the_password check (directory = (password_hash is null));
