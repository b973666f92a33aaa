-- More than one statement, or less.
-- expect: refused: two queries
SELECT 1; SELECT 2
-- expect: refused: two queries without a blank
SELECT 1;SELECT 2
-- expect: refused: a query and a pragma
SELECT 1; PRAGMA query_only = OFF
-- expect: refused: a query and a write
SELECT id FROM notes; DELETE FROM plans
-- expect: refused: behind a comment
SELECT 1; -- x
SELECT 2
-- expect: refused: behind a comment of many lines
SELECT 1; /* x */ SELECT 2
-- expect: refused: behind empty statements
SELECT 1;;; SELECT 2
-- expect: refused: a pragma first
PRAGMA query_only = OFF; SELECT 1
-- expect: refused: a write first
DELETE FROM plans; SELECT 1
-- expect: invalid: what is no statement behind one
SELECT 1; x
-- expect: refused: a begin behind one
SELECT 1; BEGIN
-- expect: same: an end alone
SELECT 1;
-- expect: same: an end and blanks
SELECT 1;  
	 
-- expect: same: an end and a comment
SELECT 1; -- SELECT 2
-- expect: same: an end and a comment that does not end
SELECT 1; /* SELECT 2
-- expect: same: a comment that does not end
SELECT 1 /* SELECT 2
-- expect: invalid: nothing

-- expect: invalid: blanks
   
-- expect: invalid: an end
;
-- expect: invalid: a comment
-- SELECT 1
-- expect: invalid: a comment of many lines
/* SELECT 1 */
-- expect: same: a comment within
SELECT/**/id/**/FROM/**/notes ORDER BY id
-- expect: invalid: half a query
SELECT
-- expect: invalid: half a query
SELECT id FROM
-- expect: invalid: half a text
SELECT 'x
-- expect: invalid: half a name
SELECT "x
-- expect: invalid: half a blob
SELECT x'0
-- expect: invalid: two queries without an end
SELECT 1 SELECT 2
