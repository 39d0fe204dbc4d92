-- The name of a new channel the posts of a waiting file shall belong to: it is made when the file is taken in.
ALTER TABLE pending ADD COLUMN channel_name TEXT;
