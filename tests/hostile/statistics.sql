-- Statistics of the engine, which are over all tenants.
-- expect: invalid: there are none before ANALYZE
SELECT * FROM sqlite_stat1
-- expect: invalid: there are none, counted
SELECT count(*) FROM sqlite_stat1
-- expect: invalid: of more kinds
SELECT sample FROM sqlite_stat4
-- expect: refused: making them
ANALYZE
-- expect: refused: making them for a table
ANALYZE notes
-- expect: refused: making them for a schema
ANALYZE main
-- expect: refused: making them for temp
ANALYZE temp
-- expect: refused: their own table
ANALYZE sqlite_schema
-- expect: refused: indexes are made anew
REINDEX
-- expect: invalid: an index that temp does not have is made anew
REINDEX notes_by_stars
-- expect: refused: a collation
REINDEX NOCASE
-- expect: same: counts are the tenant's
SELECT (SELECT count(*) FROM notes), (SELECT count(*) FROM tasks), (SELECT count(*) FROM tags), (SELECT count(*) FROM plans)
-- expect: same: extremes are the tenant's, by an index
SELECT min(stars), max(stars) FROM notes
-- expect: same: extremes are the tenant's, by the key
SELECT min(id), max(id) FROM notes
-- expect: same: the least alone
SELECT min(stars) FROM notes
-- expect: same: the greatest alone
SELECT max(number) FROM tasks
-- expect: same: the greatest, by ORDER BY and LIMIT
SELECT number, weight FROM tasks ORDER BY number DESC LIMIT 1
-- expect: same: the row of the greatest
SELECT title, max(worth) FROM notes
-- expect: same: distinct values
SELECT count(DISTINCT tag), count(DISTINCT note) FROM tags
-- expect: same: ranks
SELECT id, rank() OVER (ORDER BY worth), percent_rank() OVER (ORDER BY worth), cume_dist() OVER (ORDER BY worth) FROM notes ORDER BY id
-- expect: same: neighbours
SELECT id, lag(title) OVER (ORDER BY worth), lead(title) OVER (ORDER BY worth) FROM notes ORDER BY id
-- expect: same: the first and the last
SELECT first_value(title) OVER w, last_value(title) OVER w, nth_value(title, 2) OVER w FROM notes WINDOW w AS (ORDER BY worth) ORDER BY id
