"""Tests of this tool: `mutate.py --self-test`."""

import os
import subprocess
import tempfile
import unittest
from collections import Counter
from pathlib import Path

import coverage
import named
import survivors
from coverage import Visit
from edits import Edits
from functions import find_functions
from hunt import Hunter
from programs import Case, Outcome
from sites import Finder
from tokens import SourceError, tokenize

HERE = Path(__file__).resolve().parent


def mutants_of(source: str) -> list[tuple[str, str]]:
    finder = Finder("a.cpp", source, 1, Edits())
    finder.find()
    return [(mutant.kind, mutant.text) for mutant in finder.mutants]


def in_function(statements: str) -> str:
    return f"void f() {{ {statements} }}"


class Tokens(unittest.TestCase):
    def test_templates_are_brackets_and_comparisons_are_not(self):
        tokens = tokenize("f<A, B<C>>(a < b && c > d)")
        angles = [token.text for token in tokens if token.is_angle]
        self.assertEqual(angles, ["<", "<", ">", ">"])

    def test_texts_are_one_token(self):
        texts = [t.text for t in tokenize('a("if (\\"x") /* ( */ R"y(}")y" // (\n#if (\n\'(\'')]
        self.assertEqual(texts, ["a", "(", '"if (\\"x"', ")", 'R"y(}")y"', "'('"])

    def test_unmatched_brackets_are_refused(self):
        for source in ("f(", "f)", "f(]"):
            with self.assertRaises(SourceError):
                tokenize(source)

    def test_functions_have_their_full_names(self):
        source = """
            namespace n { class A final : public B { public:
              A(int a) : a_{a}, b_{a} { f(); }
              bool operator==(const A&) const { return true; }
              template <class T> static constexpr std::pair<T, int> make(T t) { return {t, 1}; }
              int a_ = 1; std::array<int, 2> b_{1, 2}; };
            Result<std::unique_ptr<A>> A::open() noexcept { return g([] { return 1; }); }
            constexpr StaticSql sql{"x"}; enum class E { a }; }"""
        names = [(f.name, f.is_constant) for f in find_functions(tokenize(source))]
        expected = [("A::A", False), ("A::operator==", False), ("A::make", True), ("A::open", False)]
        self.assertEqual(names, expected)


class Sites(unittest.TestCase):
    def test_conditions_and_operands(self):
        found = mutants_of(in_function("if (a(x, y) && (b || !c)) { return; }"))
        self.assertEqual(
            found,
            [(kind, "a(x, y) && (b || !c)") for kind in ("negated", "true", "false")]
            + [("dropped", text) for text in ("a(x, y)", "(b || !c)", "b", "!c")],
        )

    def test_a_declared_condition(self):
        source = in_function("if (const auto* const found = find(a)) { g(); }")
        finder = Finder("a.cpp", source, 7, Edits())
        finder.find()
        self.assertIn(
            "found = find(a); ::tenancy_mutant::condition(7, static_cast<bool>(found)))",
            finder.edits.apply(source),
        )

    def test_loops_choices_returns_and_flags(self):
        source = in_function(
            "while (a) { } for (int i = 0; i < n; ++i) { } for (auto x : xs) { } while (true) { }"
            "const bool is_big = n > 2; T t{a}; return is_big ? f<A, B>(1) : g;"
        )
        self.assertEqual(
            mutants_of(source),
            [
                ("negated", "a"),
                ("false", "a"),
                ("negated", "i < n"),
                ("false", "i < n"),
                ("negated", "n > 2"),
                ("negated", "is_big"),
            ],
        )

    def test_error_returns_and_tenants(self):
        source = in_function(
            "BOOST_OUTCOME_TRY(auto x, f(a, b)); BOOST_OUTCOME_TRY(g()); "
            "s->bind_int64(1, context.tenant().value()); s->bind_tenant(tenant_value()); h.value();"
        )
        self.assertEqual(
            mutants_of(source),
            [
                ("ignored", "f(a, b)"),
                ("ignored", "g()"),
                ("other tenant", "context.tenant().value()"),
                ("other tenant", "tenant_value()"),
            ],
        )

    def test_what_is_constant_is_left_out(self):
        source = in_function(
            "if constexpr (a && b) { } static_assert(a || b); constexpr bool c = d && e; "
            "TENANCY_ASSERT(a && b, \"\"); f<(1 < 2)>(); void g(T&& t) noexcept(a && b);"
        )
        self.assertEqual(mutants_of(source), [])

    def test_numbers_of_a_statement_without_braces_before_a_choice(self):
        self.assertEqual(
            mutants_of(in_function("if (a) { b(); } c ? d() : e();"))[-1], ("negated", "c")
        )

    def test_a_text_that_a_named_mutant_changes_is_left_to_it(self):
        source = 'constexpr StaticSql sql{"SELECT 1 FROM t WHERE tenant_id = ?1"};'
        finder = Finder("a.cpp", source, 1, Edits())
        finder.find()
        self.assertEqual([mutant.kind for mutant in finder.mutants], ["any tenant"])
        edits = Edits()
        edits.replace(0, len(source), "")
        finder = Finder("a.cpp", source, 1, edits)
        finder.find()
        self.assertEqual(finder.mutants, [])
        self.assertEqual(len(finder.skipped), 1)
        self.assertEqual(edits.apply(source), "")

    def test_the_same_text_twice_has_two_keys(self):
        finder = Finder("a.cpp", in_function("while (a) { } while (a) { }"), 1, Edits())
        finder.find()
        self.assertEqual(len({mutant.key for mutant in finder.mutants}), 4)


class Example(unittest.TestCase):
    """Each mutant of a program changes what it says; recorded is each that does."""

    def test_all_mutants_of_the_example(self):
        source = (HERE / "example.cpp").read_text()
        edits = Edits()
        finder = Finder("example.cpp", source, 1, edits)
        finder.find()
        self.assertGreaterEqual(len(finder.mutants), 20)
        with tempfile.TemporaryDirectory() as folder:
            program = self._build(Path(folder), edits.apply(source))
            plain = self._run(program, {})
            self.assertEqual(self._run(program, {"TENANCY_MUTANT": "0"}), plain)

            record = Path(folder) / "record"
            record.write_bytes(bytes(finder.next_number))
            self.assertEqual(self._run(program, {"TENANCY_MUTANT_RECORD": str(record)}), plain)
            reached = record.read_bytes()
            for mutant in finder.mutants:
                differs = self._run(program, {"TENANCY_MUTANT": str(mutant.number)}) != plain
                with self.subTest(mutant.key):
                    self.assertTrue(differs or not reached[mutant.number])
                    self.assertTrue(reached[mutant.number] or not differs)
            missed = [m.key for m in finder.mutants if not reached[m.number]]
            self.assertEqual(missed, [])

    def _build(self, folder: Path, text: str) -> Path:
        (folder / "example.cpp").write_text(text)
        program = folder / "example"
        runtime = HERE / "runtime"
        command = ["clang++", "-std=c++20", "-O0", "-w", "-include", runtime / "mutant.hpp"]
        command += [folder / "example.cpp", runtime / "mutant.cpp", "-o", program]
        subprocess.run(command, check=True)
        return program

    def _run(self, program: Path, settings: dict[str, str]) -> tuple[int, bytes]:
        try:
            done = subprocess.run(
                ["timeout", "5", program],
                env={**os.environ, **settings},
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as failure:
            self.fail(str(failure))
        return done.returncode, done.stdout[:1000]


class Lists(unittest.TestCase):
    def _load(self, text: str, loader):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "list.toml"
            path.write_text(text)
            return loader(path)

    def _named(self, extra: str = "") -> named.Named:
        text = (
            '[[mutant]]\nname = "n"\ngroup = "g"\nmechanism = "m"\nfile = "a.cpp"\n'
            f'text = "a == b"\nreplacement = "true"\n{extra}'
        )
        return self._load(text, lambda path: named.load(path, {}))[0]

    def test_a_named_mutant_wraps_its_text(self):
        edits, source = Edits(), "f(); if (a == b) { }"
        self._named('after = "f();"').apply(source, edits)
        expected = "f(); if ((::tenancy_mutant::is_on(1) ? (true) : (a == b))) { }"
        self.assertEqual(edits.apply(source), expected)

    def test_a_stale_named_mutant_is_an_error(self):
        for source, extra in (("a != b", ""), ("a == b a == b", ""), ("a == b", 'after = "x"')):
            with self.assertRaises(named.StaleList):
                self._named(extra).apply(source, Edits())

    def test_faulty_lists_are_refused(self):
        with self.assertRaises(named.StaleList):
            self._named('unknown = "x"')
        for text in ('[[survivor]]\nmutants = ["a"]', '[[survivor]]\nreason = "r"\nmutants = ["a", "a"]'):
            with self.assertRaises(survivors.BadList):
                self._load(text, survivors.load)


class FakePrograms:
    """Each case fails for the mutants that are said; in company, one of them always."""

    def __init__(self, failing: dict[str, set[int]], fails_in_company: str = ""):
        self.failing, self.fails_in_company, self.runs = failing, fails_in_company, []

    def run(self, cases, settings, seconds):
        self.runs.append([case.name for case in cases])
        number = int(settings["TENANCY_MUTANT"])
        for case in cases:
            in_company = len(cases) > 1 and case.name == self.fails_in_company
            if number in self.failing.get(case.name, set()) or in_company:
                return Outcome(False, False, case.name, "")
        return Outcome(True, False, "", "")


class Hunting(unittest.TestCase):
    VISITS = {
        Case("p", "slow"): Visit(2.0, frozenset({1, 2})),
        Case("p", "quick"): Visit(0.1, frozenset({1})),
        Case("p", "other"): Visit(0.1, frozenset({1, 3})),
    }

    def test_the_suspect_is_tried_first_and_alone(self):
        programs = FakePrograms({"slow": {1}})
        fate = Hunter(programs, self.VISITS, Counter()).hunt(1, "p", Case("p", "slow"))
        self.assertEqual((str(fate.killer), programs.runs), ("p/slow", [["slow"]]))

    def test_only_what_reaches_a_mutant_is_run(self):
        programs = FakePrograms({})
        hunter = Hunter(programs, self.VISITS, Counter())
        self.assertEqual(hunter.hunt(3, "p", None).how, "survives")
        self.assertEqual(hunter.hunt(9, "p", None).how, "no test reaches it")
        self.assertEqual(programs.runs, [["other"]])

    def test_who_fails_in_company_alone_kills_nothing(self):
        programs = FakePrograms({"slow": {1}}, fails_in_company="quick")
        self.assertEqual(str(Hunter(programs, self.VISITS, Counter()).hunt(1, "p", None).killer), "p/slow")

    def test_parts_of_a_case_are_run_apart(self):
        visits = {Case("p", "one", f"{part}/2"): Visit(0.1, {1}) for part in range(2)}
        programs = FakePrograms({})
        self.assertEqual(Hunter(programs, visits, Counter()).hunt(1, "p", None).how, "survives")
        self.assertEqual(programs.runs, [["one"], ["one"]])

    def test_a_case_is_told_by_its_label(self):
        for case in (Case("p", "a [b] c/d"), Case("p", "a [b]", "3/64")):
            self.assertEqual(Case.of(*str(case).split("/", 1)), case)


class Recorded(FakePrograms):
    """Cases that reach the mutant of their number, until one fails."""

    def fingerprint(self, program):
        return program

    def cases(self, program):
        return [Case(program, str(number)) for number in range(1, 4)]

    def run(self, cases, settings, seconds):
        self.runs.append([case.name for case in cases])
        Path(settings["TENANCY_MUTANT_RECORD"]).write_bytes(b"\0" * int(cases[0].name) + b"\1\0")
        return Outcome(cases[0].name not in self.failing, False, cases[0].name, "")


class Recording(unittest.TestCase):
    def test_what_was_recorded_is_kept_when_it_ends_early(self):
        with tempfile.TemporaryDirectory() as folder:
            kept = Path(folder) / "kept.json"
            with self.assertRaises(coverage.TestsFail):
                coverage.record(Recorded({"3": set()}), ["p"], 9, kept, 1)
            programs = Recorded({})
            visits = coverage.record(programs, ["p"], 9, kept, 1).visits
            self.assertEqual(programs.runs, [["3"]])
            self.assertEqual([list(visit.mutants) for visit in visits.values()], [[1], [2], [3]])

    def test_what_is_possible_anywhere_is_possible(self):
        class Telling(Recorded):
            def run(self, cases, settings, seconds):
                told = {"p": b"\0\2\2\7", "q": b"\0\2\4\4"}[cases[0].program]
                Path(settings["TENANCY_MUTANT_RECORD"]).write_bytes(told)
                return Outcome(True, False, "", "")

        with tempfile.TemporaryDirectory() as folder:
            record = coverage.record(Telling({}), ["p", "q"], 3, Path(folder) / "kept.json", 1)
        self.assertEqual(record.impossible, {1})
        self.assertEqual(list(record.visits[Case("p", "1")].mutants), [3])


def run() -> int:
    suite = unittest.TestLoader().loadTestsFromModule(__import__(__name__))
    result = unittest.TextTestRunner(verbosity=0).run(suite)
    return 0 if result.wasSuccessful() else 1
