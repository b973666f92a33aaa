-- Texts that a reader of the text might read in another way than the server.
-- expect: same: a text that looks like the end of one
SELECT 'a'' ; SELECT set_config(''x'', ''y'', true) --'
-- expect: same: a backslash is a letter
SELECT '\' AS a, 'b'
-- expect: same: a backslash in a text with escapes takes the quote's meaning away
SELECT E'\' , set_config(' AS a
-- expect: invalid: a text that goes on behind the line's end goes on with its escapes
SELECT E'a'
'\' , set_config(''x'', ''y'', true), '
-- expect: invalid: texts side by side
SELECT 'a' 'b'
-- expect: same: dollars
SELECT $$ ' ; set_config( $$ AS a
-- expect: same: dollars with a name
SELECT $x$ $$ set_config( $y$ $x$ AS a
-- expect: invalid: dollars with a name that are not closed
SELECT $x$ $X$
-- expect: invalid: dollars side by side with a text
SELECT 'a'$$b$$
-- expect: invalid: a dollar in a name begins no text
SELECT a$$ , set_config('a', 'b', true) , $$ FROM (SELECT 1 AS a$$) x
-- expect: same: comments in each other
SELECT 1 /* a /* b */ , set_config('a') */
-- expect: invalid: a comment that is not closed
SELECT 1 /* /* */
-- expect: refused: what stands behind a comment in a comment
SELECT 1 /* /* */ */ , set_config('a', 'b', true)
-- expect: same: a comment's beginning in a text
SELECT '/*', 2, '*/'
-- expect: same: a comment behind an operator
SELECT 1 +-- , set_config(
1
-- expect: same: a comment in an operator
SELECT 1 +/* - */ 1
-- expect: refused: behind a comment of one line
SELECT 1 -- a
, set_config('a', 'b', true)
-- expect: refused: a comment ends with the other line's end, too
SELECT 1 --\x0D, set_config('a', 'b', true)
-- expect: same: a quote in a name
SELECT 1 AS "a""b'c;--"
-- expect: invalid: a name that is not closed
SELECT 1 AS "a
-- expect: invalid: a text that is not closed
SELECT 'a
-- expect: invalid: letters by their numbers in a text
SELECT U&'\0041'
-- expect: invalid: bits are no bytes
SELECT x'00' || data FROM notes
-- expect: same: a text in the national character set
SELECT n'x'
-- expect: invalid: a number with letters behind it
SELECT 1a FROM notes
-- expect: invalid: a number in another system
SELECT 0x10
-- expect: invalid: a number with lines in it
SELECT 1_000
-- expect: invalid: two points
SELECT 1..2
-- expect: invalid: an exponent of nothing
SELECT 1e
-- expect: invalid: a parameter with letters behind it
SELECT $1a
-- expect: invalid: a letter without meaning
SELECT \ 1
-- expect: invalid: a control letter
SELECT \x01 1
-- expect: invalid: bytes that are no text
SELECT '\xFF'
-- expect: invalid: bytes that are no name
SELECT \xFF
-- expect: invalid: a blank that is none is a part of the name
SELECT\xC2\xA0set_config('a', 'b', true)
-- expect: same: other blanks
SELECT\x0C1\x09+\x0B1
-- expect: refused: letters that fold to others are others
SELECT \xC5\xBFet_config('a', 'b', true)
-- expect: refused: a longer name is cut off by the server
SELECT set_configxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx('a')
-- expect: same: a slice, and a cast
SELECT (ARRAY[1, 2, 3])[1 : 2]::text
-- expect: same: the operators of JSON
SELECT '{"a":1}'::jsonb ?? 'a', '{"a":1}'::jsonb ??| ARRAY['b'], '{"a":[1]}'::jsonb @> '{"a":[1]}'
