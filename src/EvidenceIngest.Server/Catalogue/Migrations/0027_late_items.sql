-- Who supervises asks for the late ones of a month: few among many, and found by no other index.
create index items_late on items (made_at) where not on_time;
