-- A dock's screen has nobody logged in: it opens where the dock itself speaks from.
alter table docks add column address text;
