import hashlib
from pathlib import Path

import pytest

from plaudit.errors import AuthenticationError, ConfigError
from services.common.auth import load_keys

DIGEST = hashlib.sha256(b"key-a").hexdigest()


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "keys.toml"
    path.write_text(text)
    return path


def test_a_key_is_known_by_its_hash(tmp_path: Path) -> None:
    other = hashlib.sha256(b"key-b").hexdigest()
    text = f'[[keys]]\nname = "a"\nsha256 = "{DIGEST}"\n[[keys]]\nname = "b"\nsha256 = "{other}"\n'
    keys = load_keys(write(tmp_path, text))
    assert keys.authenticate([("authorization", "Bearer key-a")]).name == "a"
    assert keys.authenticate([("x", "y"), ("authorization", "bearer  key-b ")]).name == "b"


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer key-c", "key-a", f"Bearer {DIGEST}"]
)
def test_anything_else_is_not_a_key(tmp_path: Path, header: str) -> None:
    keys = load_keys(write(tmp_path, f'[[keys]]\nname = "a"\nsha256 = "{DIGEST}"\n'))
    with pytest.raises(AuthenticationError) as caught:
        keys.authenticate([("authorization", header)])
    assert "key-" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "keys = []",
        "[[keys]]\nname = 'a'\n",
        "[[keys]]\nname = 'a'\nsha256 = 'key-a'\n",
        f"[[keys]]\nname = 'a\\nb'\nsha256 = '{DIGEST}'\n",
        f"[[keys]]\nname = 'a'\nsha256 = '{DIGEST}'\nsamples_per_second = 0\n",
        f"[[keys]]\nname = 'a'\nsha256 = '{DIGEST}'\nrate = 5\n",
        f"[[keys]]\nname = 'a'\nsha256 = '{DIGEST}'\n" * 2,
    ],
    ids=["empty", "no keys", "no hash", "not a hash", "name", "rate 0", "unknown", "twice"],
)
def test_a_wrong_keys_file_is_one_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="the keys file") as caught:
        load_keys(write(tmp_path, text))
    assert "\n" not in str(caught.value)
