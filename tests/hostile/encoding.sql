-- Bytes, quotes and characters that a reader of text might misjudge.
-- expect: invalid: a NUL ends nothing
SELECT 1\x00; DELETE FROM plans
-- expect: invalid: a NUL within a text
SELECT 'a\x00b'
-- expect: invalid: a NUL first
\x00SELECT 1
-- expect: same: a byte order mark
﻿SELECT 1
-- expect: same: bytes that are no text, in a text
SELECT hex('\xff\xfe'), length('\xff\xfe')
-- expect: same: a character that was cut off
SELECT hex('\xe2\x82')
-- expect: same: too long a form of a quote
SELECT hex('\xc0\xa7 OR 1=1 --')
-- expect: invalid: a typographic quote is no quote
SELECT ’x’
-- expect: invalid: a wide semicolon is no end
SELECT 1； SELECT 2
-- expect: invalid: a name that only looks like a table's
SELECT * FROM nоtes
-- expect: invalid: a name with a blank of no width
SELECT * FROM "no​tes"
-- expect: invalid: case is folded for letters of ASCII only
SELECT * FROM "ſqlite_schema"
-- expect: invalid: a Kelvin sign is no k
SELECT * FROM "tasKs"
-- expect: same: a form feed is a blank
SELECT\x0c1
-- expect: invalid: a vertical tab is none
SELECT\x0b1
-- expect: same: lines of another system
SELECT id\x0d\x0aFROM notes ORDER BY id
-- expect: same: a comment ends with its line, not with a return
SELECT 1 -- x\x0d, 2
-- expect: same: a text in double quotes is a name, and there is none
SELECT "nothing"
-- expect: same: quotes within quotes
SELECT '''', '"', "a""b" FROM (SELECT 1 AS "a""b")
-- expect: same: a backslash is no escape, and the text ends at the last quote
SELECT 'a\' OR 1=1 --'
-- expect: same: a number of many digits
SELECT 99999999999999999999999999, 0x7fffffffffffffff, 1e400, -1e400
-- expect: invalid: a hexadecimal number that is too large
SELECT 0x1ffffffffffffffff
-- expect: same: texts compared as texts
SELECT id FROM notes WHERE id = 'N0' COLLATE NOCASE ORDER BY id
-- expect: invalid: a collation that is not there
SELECT id FROM notes ORDER BY id COLLATE nothing
-- expect: same: a right to left mark in a name of the query
SELECT 1 AS "‮x"
-- expect: same: an empty name
SELECT 1 AS ""
-- expect: same: characters beyond the first plane
SELECT '😀', length('😀'), unicode('😀'), char(128512)
-- expect: same: a text with a NUL, made
SELECT 'a' || char(0) || 'b', length('a' || char(0) || 'b')
-- expect: same: a NUL in a pattern
SELECT 'ab' LIKE 'a' || char(0) || 'b', 'a' || char(0) LIKE 'a'
-- expect: same: a NUL in a search
SELECT instr('a' || char(0) || 'b', 'b'), replace('a' || char(0) || 'b', 'b', 'c')
-- expect: same: blobs as texts
SELECT CAST(x'00ff00' AS TEXT) || 'x', trim(CAST(x'20ff20' AS TEXT))
-- expect: same: blobs compared with texts
SELECT x'61' = 'a', x'61' LIKE 'a', x'61' GLOB 'a', CAST(x'61' AS TEXT) = 'a'
