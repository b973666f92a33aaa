-- Conditions that fail on the rows of others, were they looked at. What fails for the tenant's own
-- rows fails alone in the same way.
-- expect: same: division by what may be nought
SELECT id FROM notes WHERE 10 / (worth - 7000000000001) > 0 ORDER BY id
-- expect: same: sums that overflow
SELECT id FROM notes WHERE worth + 1 > 0 ORDER BY id
-- expect: same: sums that overflow, on an index
SELECT id FROM notes WHERE stars = 1 AND worth + 1 > 0 ORDER BY id
-- expect: same: sums that overflow, by the key
SELECT id FROM notes WHERE id = 'n1' AND worth + 1 > 0
-- expect: same: sums that overflow, in OR
SELECT id FROM notes WHERE (stars = 2 OR id = 'n2') AND worth * 2 > 0 ORDER BY id
-- expect: same: negation
SELECT -worth FROM notes ORDER BY id
-- expect: same: absolute values
SELECT id FROM notes WHERE abs(worth) > 0 ORDER BY id
-- expect: same: narrowing
SELECT id FROM notes WHERE (worth / 1000000)::int > 0 ORDER BY id
-- expect: same: JSON that is none
SELECT id FROM notes WHERE body::json ->> 'owner' IS NOT NULL ORDER BY id
-- expect: same: JSON that is none, before the key
SELECT id FROM notes WHERE body::jsonb -> 'deep' IS NOT NULL AND id = 'n0'
-- expect: same: texts that are no numbers
SELECT id FROM notes WHERE title::int > 0
-- expect: same: texts that are no times
SELECT id FROM notes WHERE title::date > now()
-- expect: same: texts that are no times, by a function
SELECT to_date(title, 'YYYY') FROM notes
-- expect: same: patterns that are none
SELECT id FROM notes WHERE 'x' ~ (title || '(') ORDER BY id
-- expect: same: escapes that are none
SELECT id FROM notes WHERE 'x' LIKE title ESCAPE title ORDER BY id
-- expect: same: bytes that are none
SELECT decode(title, 'hex') FROM notes
-- expect: same: roots of what is less than nought
SELECT sqrt(worth) FROM notes ORDER BY id
-- expect: same: logarithms
SELECT ln(worth) FROM notes ORDER BY id
-- expect: same: letters that there are not
SELECT chr((worth % 2000000)::int) IS NULL FROM notes ORDER BY id
-- expect: same: products of real numbers
SELECT sum(weight * weight) > 0 FROM tasks
-- expect: same: a join on what fails
SELECT a.id FROM notes a JOIN tags b ON a.worth + 1 = b.worth + 1 ORDER BY 1
-- expect: same: a left join on what fails
SELECT a.id, b.tag FROM notes a LEFT JOIN tags b ON b.note = a.id AND b.worth + 1 > 0 ORDER BY 1, 2
-- expect: same: a lateral join on what fails
SELECT a.id, s.s FROM notes a, LATERAL (SELECT sum(b.worth + 1) AS s FROM tags b WHERE b.note = a.id) s ORDER BY 1
-- expect: same: in ORDER BY
SELECT id FROM notes ORDER BY worth + 1, id
-- expect: same: in GROUP BY
SELECT count(*) FROM notes GROUP BY worth + 1 ORDER BY 1
-- expect: same: in HAVING
SELECT tag FROM tags GROUP BY tag HAVING min(worth + 1) > 0 ORDER BY tag
-- expect: same: in a filter
SELECT count(*) FILTER (WHERE worth + 1 > 0) FROM notes
-- expect: same: in a window
SELECT id, sum(worth + 1) OVER (ORDER BY id) FROM notes ORDER BY id
-- expect: same: in an aggregate
SELECT array_agg(10 / worth ORDER BY id) FROM notes
-- expect: same: in DISTINCT
SELECT DISTINCT worth + 1 FROM tags ORDER BY 1
-- expect: same: in a compound
SELECT worth + 1 FROM notes UNION SELECT worth + 1 FROM tags ORDER BY 1
-- expect: same: in CASE, if there is a row
SELECT CASE WHEN EXISTS (SELECT 1 FROM notes WHERE title LIKE 'g%') THEN 1 / 0 ELSE 1 END
-- expect: same: in CASE, if there are many rows
SELECT CASE WHEN (SELECT count(*) FROM tags) > 16 THEN 1 / 0 ELSE 1 END
-- expect: same: more than one row where one is due
SELECT (SELECT id FROM notes)
-- expect: same: no row of others where one is due
SELECT (SELECT id FROM notes WHERE stars = 1)
-- expect: same: a limit that is less than nought
SELECT id FROM notes ORDER BY id LIMIT (SELECT max(stars) - 100 FROM notes)
-- expect: same: a shared table beside
SELECT p.name, n.id FROM plans p JOIN notes n ON n.worth + p.most > 0 ORDER BY 1, 2
-- expect: same: counts
SELECT count(*), count(DISTINCT title), min(title), max(title) FROM notes
-- expect: same: extremes by an index
SELECT min(stars), max(stars) FROM notes
-- expect: same: recursion
WITH RECURSIVE r(i, id) AS (SELECT 0, 'n0' UNION ALL SELECT i + 1, n.id FROM r JOIN notes n ON n.id = 'n' || (i + 1)) SELECT * FROM r ORDER BY i
