"""How the commands of a page are found, run and compared with what the page prints."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.support.guides.page_commands import Block, answers_of, blocks_of, commands_of, run_commands

PAGE = """# A page

```bash
name=Erdre
echo "$name"
```

```text
Erdre
```

<!-- not run here: nobody answers there -->
```bash
curl https://example.org
```

```text
what nobody answers
```

```sh
echo 'another test'
```

```bash
name=Erdre
echo "$name"
```

```bash
echo "le $name, en $(echo 2026)"
```

```json
"not at once"
```

```text
le Erdre, en …
```
"""


@pytest.fixture
def blocks(tmp_path: Path) -> list[Block]:
    (tmp_path / "page.md").write_text(PAGE)
    return blocks_of(tmp_path / "page.md")


def test_what_is_noted_or_of_another_language_is_not_run_and_a_repeated_block_once(blocks: list[Block]) -> None:
    assert commands_of(blocks) == ['name=Erdre\necho "$name"\n', 'echo "le $name, en $(echo 2026)"\n']
    assert [block.note for block in blocks if block.note] == ["not run here: nobody answers there"]


def test_an_answer_belongs_to_the_commands_before_it(blocks: list[Block]) -> None:
    assert [(answer.number, answer.text) for answer in answers_of(blocks)] == [(0, "Erdre\n"), (1, '"not at once"\n')]


def test_commands_share_one_shell_and_answers_are_compared(blocks: list[Block], tmp_path: Path) -> None:
    printed = run_commands(commands_of(blocks), tmp_path, os.environ)
    assert printed == ["Erdre\n", "le Erdre, en 2026\n"]
    right, wrong = answers_of(blocks)
    assert right.matches(printed[0]) and not wrong.matches(printed[1])


@pytest.mark.parametrize("command", ["false", "echo a | grep b", 'echo "$nothing"', "! true; false"])
def test_a_command_that_fails_ends_the_page_with_what_was_printed(command: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="before"):
        run_commands(["echo before\n", command, "echo after\n"], tmp_path, os.environ)
