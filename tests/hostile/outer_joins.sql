-- Outer joins, which give rows where a condition did not hold.
-- expect: same: left
SELECT n.id, t.number, t.weight FROM notes n LEFT JOIN tasks t ON t.note = n.id ORDER BY 1, 2
-- expect: same: left, on a falsehood
SELECT n.id, t.number FROM notes n LEFT JOIN tasks t ON 0 ORDER BY 1
-- expect: same: right
SELECT n.id, t.number FROM notes n RIGHT JOIN tasks t ON t.note = n.id ORDER BY 2, 1
-- expect: same: right, on a falsehood
SELECT n.id, t.number FROM notes n RIGHT JOIN tasks t ON 0 ORDER BY 2
-- expect: same: right, on a truth
SELECT n.id, t.number FROM notes n RIGHT JOIN tasks t ON 1 ORDER BY 2, 1
-- expect: same: full
SELECT n.id, t.number FROM notes n FULL JOIN tasks t ON t.note = n.id ORDER BY 1, 2
-- expect: same: full, on a falsehood
SELECT n.id, n.worth, t.number FROM notes n FULL JOIN tasks t ON 0 ORDER BY 1, 3
-- expect: same: full, with a condition behind
SELECT n.id, t.number FROM notes n FULL JOIN tasks t ON t.note = n.id WHERE n.id IS NULL ORDER BY 2
-- expect: same: right, of a view with itself
SELECT a.id, b.id FROM notes a RIGHT JOIN notes b ON a.stars = b.stars + 1 ORDER BY 2, 1
-- expect: same: full, of a view with itself
SELECT a.id, b.id FROM notes a FULL JOIN notes b ON a.stars = b.stars + 1 ORDER BY 1, 2
-- expect: same: right, over a shared table
SELECT p.name, n.id FROM plans p RIGHT JOIN notes n ON n.stars = p.most ORDER BY 2
-- expect: same: a shared table on the right
SELECT p.name, n.id FROM notes n RIGHT JOIN plans p ON n.stars = p.most ORDER BY 1
-- expect: same: full, over a shared table
SELECT p.name, n.id FROM plans p FULL JOIN notes n ON n.stars = p.most ORDER BY 1, 2
-- expect: same: natural left
SELECT * FROM notes NATURAL LEFT JOIN tags ORDER BY 1, 2
-- expect: same: natural right
SELECT * FROM tags NATURAL RIGHT JOIN notes ORDER BY id, note, tag
-- expect: same: natural full
SELECT id, note, tag, worth FROM notes NATURAL FULL JOIN tags ORDER BY 1, 2, 3
-- expect: same: left with USING
SELECT worth, id, tag FROM notes LEFT JOIN tags USING (worth) ORDER BY 1, 2, 3
-- expect: same: right with USING
SELECT worth, id, tag FROM notes RIGHT JOIN tags USING (worth) ORDER BY 1, 2, 3
-- expect: same: full with USING
SELECT worth, id, tag FROM notes FULL JOIN tags USING (worth) ORDER BY 1, 2, 3
-- expect: same: left then right
SELECT n.id, t.number, g.tag FROM notes n LEFT JOIN tasks t ON t.note = n.id RIGHT JOIN tags g ON g.note = n.id ORDER BY 1, 2, 3
-- expect: same: right then left
SELECT n.id, t.number, g.tag FROM notes n RIGHT JOIN tasks t ON t.note = n.id LEFT JOIN tags g ON g.note = n.id ORDER BY 2, 1, 3
-- expect: same: full then full
SELECT n.id, t.number, g.tag FROM notes n FULL JOIN tasks t ON t.note = n.id FULL JOIN tags g ON g.note = n.id ORDER BY 1, 2, 3
-- expect: same: right, with a condition that fails on others
SELECT n.id, t.number FROM notes n RIGHT JOIN tasks t ON t.note = n.id AND abs(n.worth) > 0 ORDER BY 2, 1
-- expect: same: left, with a condition on nothing
SELECT n.id FROM notes n LEFT JOIN tasks t ON t.note = n.id AND t.weight > 1e300 WHERE t.number IS NULL ORDER BY 1
-- expect: same: left, whose right side is a join
SELECT n.id, x.tag FROM notes n LEFT JOIN (tasks t JOIN tags g ON g.note = t.note) x ON x.number = n.stars ORDER BY 1, 2
-- expect: same: left, whose right side is left
SELECT n.id, x.number, x.tag FROM notes n LEFT JOIN (SELECT t.number, g.tag FROM tasks t LEFT JOIN tags g ON g.note = t.note) x ON x.number = n.stars ORDER BY 1, 3
-- expect: same: right, of an aggregate
SELECT x.c, n.id FROM (SELECT note, count(*) AS c FROM tags GROUP BY note) x RIGHT JOIN notes n ON n.id = x.note ORDER BY 2
-- expect: same: full, of compounds
SELECT a.id, b.id FROM (SELECT id FROM notes UNION SELECT note FROM tags) a FULL JOIN (SELECT id FROM notes EXCEPT SELECT 'n0') b ON a.id = b.id ORDER BY 1, 2
-- expect: same: counted left
SELECT count(*), count(t.number) FROM notes n LEFT JOIN tasks t ON t.note = n.title
-- expect: same: counted right
SELECT count(*), count(n.id) FROM notes n RIGHT JOIN tasks t ON t.note = n.title
-- expect: same: counted full
SELECT count(*), count(n.id), count(t.number) FROM notes n FULL JOIN tasks t ON 0
-- expect: same: cross
SELECT count(*) FROM notes CROSS JOIN tasks CROSS JOIN tags
-- expect: same: a constant from the right side
SELECT n.id, x.one FROM notes n LEFT JOIN (SELECT 1 AS one, note FROM tasks) x ON x.note = n.id ORDER BY 1, 2
-- expect: same: is not null is not simplified away
SELECT n.id, t.number IS NOT NULL FROM notes n LEFT JOIN tasks t ON t.number = n.stars AND t.done = 1 ORDER BY 1
-- expect: same: right, in EXISTS
SELECT name FROM plans p WHERE EXISTS (SELECT 1 FROM notes n RIGHT JOIN tasks t ON n.id = t.note WHERE n.id IS NULL AND t.number < p.most) ORDER BY 1
