-- What a person chose for a draft, so that it is there when it is opened again. chosen: 'at', 'queue' or 'draft'; the wall
-- time and the queue that were chosen. Nothing goes out by them: that is what deliveries say.
ALTER TABLE message ADD COLUMN chosen TEXT;
ALTER TABLE message ADD COLUMN chosen_wall TEXT;
ALTER TABLE message ADD COLUMN chosen_queue TEXT;

-- 1: words for a channel the message does not go to (it was unticked); ticking it again brings them back.
ALTER TABLE variant ADD COLUMN aside @int@ NOT NULL DEFAULT 0;
