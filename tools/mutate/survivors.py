"""Mutants that no test fails for, with the reasons why they change nothing: `survivors.toml`."""

import tomllib
from pathlib import Path


class BadList(Exception):
    pass


def load(path: Path) -> dict[str, str]:
    """Key: reason. With `stores` the mutants are those that are tried with stores there."""
    reasons: dict[str, str] = {}
    if not path.exists():
        return reasons
    for entry in tomllib.loads(path.read_text()).get("survivor", []):
        reason, keys = entry.get("reason", "").strip(), entry.get("mutants", [])
        if not reason or not keys:
            raise BadList("survivors.toml: an entry without a reason or without mutants")
        stores = entry.get("stores", [""])
        for key in [f"{store}: {key}" if store else key for store in stores for key in keys]:
            if key in reasons:
                raise BadList(f"survivors.toml: '{key}' stands there twice")
            reasons[key] = reason
    return reasons
