-- Conditions that fail on the rows of others, were they looked at.
-- expect: same: absolute value of the least integer
SELECT id FROM notes WHERE abs(worth) > 0 ORDER BY id
-- expect: same: beside a condition on the key
SELECT id FROM notes WHERE abs(worth) > 0 AND id = 'n0'
-- expect: same: before a condition on the key
SELECT id FROM notes WHERE id = 'n1' AND abs(worth) > 0
-- expect: same: on an index of the tenant
SELECT id FROM notes WHERE stars = 1 AND abs(worth) > 0 ORDER BY id
-- expect: same: in OR over two indexes
SELECT id FROM notes WHERE (stars = 2 OR id = 'n2') AND abs(worth) > 0 ORDER BY id
-- expect: same: as a term of OR
SELECT id FROM notes WHERE stars = 2 OR abs(worth) < 0 ORDER BY id
-- expect: same: as a term of OR of indexed terms
SELECT id FROM notes WHERE (stars = 2 AND abs(worth) > 0) OR (id = 'n4' AND abs(worth) > 0) ORDER BY id
-- expect: same: in a rowid table
SELECT note, tag FROM tags WHERE abs(worth) > 0 ORDER BY 1, 2
-- expect: same: in a rowid table without an index for it
SELECT tag FROM tags WHERE tag = 'red' AND abs(worth) > 0 ORDER BY note
-- expect: refused: likely
SELECT id FROM notes WHERE likely(abs(worth) > 0) ORDER BY id
-- expect: refused: unlikely
SELECT id FROM notes WHERE unlikely(abs(worth) > 0) ORDER BY id
-- expect: refused: with a likelihood
SELECT id FROM notes WHERE likelihood(abs(worth) > 0, 0.0001) ORDER BY id
-- expect: same: sum of large integers
SELECT sum(worth) FROM notes
-- expect: same: sum in a group
SELECT tag, sum(worth) FROM tags WHERE tag IN ('red', 'blue') GROUP BY tag ORDER BY tag
-- expect: same: sum in a window
SELECT id, sum(worth) OVER (ORDER BY id) FROM notes ORDER BY id
-- expect: same: total, which becomes infinite
SELECT total(weight) * 10, sum(weight) FROM tasks
-- expect: same: JSON that is none
SELECT json_extract(body, '$.owner') FROM notes ORDER BY id
-- expect: same: JSON that is none, in a condition
SELECT id FROM notes WHERE json_extract(body, '$.deep.n') >= 0 ORDER BY id
-- expect: same: JSON that is none, by its operator
SELECT body ->> '$.owner' FROM notes ORDER BY id
-- expect: same: JSON that is none, in OR
SELECT id FROM notes WHERE id = 'n0' OR body -> '$.owner' IS NULL ORDER BY id
-- expect: same: JSON that is none, as a table
SELECT count(*) FROM notes, json_each(notes.body)
-- expect: same: JSON that is none, in an aggregate
SELECT json_group_array(json(body)) FROM (SELECT body FROM notes ORDER BY id)
-- expect: same: blobs in JSON
SELECT json_array(data) FROM notes WHERE id = 'n0'
-- expect: same: blobs in JSON of all rows
SELECT json_group_array(data) FROM notes
-- expect: same: a pattern too long
SELECT id FROM notes WHERE id LIKE replace(hex(title || title || title || title || title || title || title || title || title || title || title || title), '0', title || title || title || title) ORDER BY id
-- expect: same: an escape of two characters
SELECT id FROM notes WHERE title LIKE 'x' ESCAPE title ORDER BY id
-- expect: same: an escape of a row's
SELECT id FROM notes WHERE title LIKE 'x' ESCAPE substr(title, 1, stars) ORDER BY id
-- expect: same: a path that is none
SELECT json_extract(body, title) FROM notes WHERE json_valid(body)
-- expect: same: the error of a constant
SELECT abs(-9223372036854775808)
-- expect: same: the error of a constant, where there are no rows
SELECT abs(-9223372036854775807 - 1) FROM notes WHERE id = 'nothing'
-- expect: same: the error of a constant, if there is a row
SELECT CASE WHEN EXISTS (SELECT 1 FROM notes WHERE title GLOB 'g*') THEN abs(-9223372036854775807 - 1) ELSE 'no' END
-- expect: same: the error of a constant, if there are many rows
SELECT CASE WHEN (SELECT count(*) FROM tags) > 16 THEN abs(-9223372036854775807 - 1) ELSE 'no' END
-- expect: same: the error of a constant, if a row sorts before
SELECT CASE WHEN (SELECT min(worth) FROM notes) < 0 THEN json('{') ELSE 'no' END
-- expect: same: negation
SELECT -worth FROM notes ORDER BY id
-- expect: same: sums that become reals
SELECT worth + worth, typeof(worth + worth) FROM notes ORDER BY id
-- expect: same: division by zero
SELECT worth / 0, worth % 0 FROM notes ORDER BY id
-- expect: same: division of the least integer
SELECT worth / -1, worth % -1 FROM notes ORDER BY id
-- expect: same: conversions
SELECT CAST(title AS INTEGER), CAST(worth AS TEXT), CAST(data AS TEXT) FROM notes ORDER BY id
-- expect: same: a row in the place of LIMIT
SELECT id FROM notes ORDER BY id LIMIT (SELECT title FROM notes)
-- expect: same: a number in the place of LIMIT
SELECT id FROM notes ORDER BY id LIMIT (SELECT max(stars) - 5 FROM notes)
-- expect: same: a row in the place of OFFSET
SELECT id FROM notes ORDER BY id LIMIT 1 OFFSET (SELECT worth FROM notes ORDER BY id)
-- expect: same: nth_value of nothing
SELECT nth_value(id, stars - 3) OVER (ORDER BY id) FROM notes
-- expect: same: ntile of nothing
SELECT ntile(stars) OVER (ORDER BY id) FROM notes
-- expect: same: a frame of a size that is no number
SELECT sum(stars) OVER (ORDER BY id ROWS BETWEEN 'x' PRECEDING AND CURRENT ROW) FROM notes
-- expect: same: a subquery with several rows takes the first
SELECT (SELECT id FROM notes ORDER BY id DESC)
-- expect: same: several columns where one is due, alike
SELECT 1 WHERE (SELECT 1, 2) = (1, 2)
-- expect: invalid: several columns where one is due
SELECT (SELECT id, title FROM notes)
-- expect: same: a join on what fails
SELECT a.id FROM notes a JOIN tags b ON abs(a.worth) = abs(b.worth) ORDER BY 1
-- expect: same: a join on what fails, without an index
SELECT a.note FROM tags a JOIN tags b ON a.worth = b.worth AND abs(b.worth) > 0 ORDER BY 1
-- expect: same: a left join on what fails
SELECT a.id, b.tag FROM notes a LEFT JOIN tags b ON b.note = a.id AND abs(b.worth) > 0 ORDER BY 1, 2
-- expect: same: in ORDER BY
SELECT id FROM notes ORDER BY abs(worth), id
-- expect: same: in GROUP BY
SELECT count(*) FROM notes GROUP BY abs(worth) ORDER BY 1
-- expect: same: in HAVING
SELECT tag FROM tags GROUP BY tag HAVING min(abs(worth)) > 0 ORDER BY tag
-- expect: same: in a filter
SELECT count(*) FILTER (WHERE abs(worth) > 0) FROM notes
-- expect: same: in DISTINCT
SELECT DISTINCT abs(worth) FROM tags ORDER BY 1
-- expect: same: in a compound
SELECT abs(worth) FROM notes UNION SELECT abs(worth) FROM tags ORDER BY 1
-- expect: same: in EXCEPT
SELECT abs(worth) FROM notes EXCEPT SELECT abs(worth) FROM tags
-- expect: same: in INTERSECT
SELECT abs(worth) FROM notes INTERSECT SELECT abs(worth) FROM tags ORDER BY 1
