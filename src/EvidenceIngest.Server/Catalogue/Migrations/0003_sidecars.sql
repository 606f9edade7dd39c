-- Companions of recordings (positions, digests, logs) are sealed as items of their own; this says whose they are.
alter table items
    add column sidecar_role text,
    add column sidecar_of   text;
