-- Every page says how many wait for somebody: counted without reading what is done with.
CREATE INDEX delivery_needs ON delivery (workspace_id) WHERE state IN ('person', 'held', 'rejected');
