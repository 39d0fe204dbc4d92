-- What was made of another picture to go out (made smaller, without its place): not of the library.
ALTER TABLE media ADD COLUMN made_of @int@ REFERENCES media (id);
