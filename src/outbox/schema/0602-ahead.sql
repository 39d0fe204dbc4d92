-- Which looks ahead a delivery had: 1 the day before, 2 the hour before.
ALTER TABLE delivery ADD COLUMN ahead_n @int@ NOT NULL DEFAULT 0;
-- An account's history grows for ever; what waits on it must be found without reading that.
CREATE INDEX delivery_waiting ON delivery (channel_id, due_us, id) WHERE next_us IS NOT NULL;
