"""Questions in languages that neither the reader nor the embedding model was trained for."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import KnowledgeBase

RULES = {
    "mietvertrag.md": "# Mietvertrag\n\n## Miete\n\nDie monatliche Kaltmiete beträgt 1.150 Euro.\n\n## Kündigung\n\n"
    "Die Kündigungsfrist für den Mieter beträgt drei Monate.\n",
    "reglement.md": "# Règlement intérieur\n\n## Congés\n\nLes salariés disposent de 25 jours de congés payés par an."
    "\n\n## Télétravail\n\nLe responsable du service est Mme Hélène Dubois.\n",
    "手册.md": "# 员工手册\n\n## 年假\n\n员工每年享有15天带薪年假。\n\n## 联系人\n\n人力资源部负责人是王小明。\n",
    "규칙.md": "# 취업 규칙\n\n## 근무 시간\n\n근무 시간은 오전 9시부터 오후 6시까지입니다.\n",
}


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory):
    folder: Path = tmp_path_factory.mktemp("rules")
    with KnowledgeBase.open(folder / "store") as kb:
        for name, text in RULES.items():
            path = folder / name
            path.write_text(text, encoding="utf-8")
            kb.add(path)
        yield kb


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Wie hoch ist die Kaltmiete?", "1.150 Euro"),
        ("Wie lange ist die Kündigungsfrist?", "drei Monate"),
        ("Combien de jours de congés payés ?", "25 jours"),
        ("Qui est le responsable du service ?", "Hélène Dubois"),
        ("员工每年有多少天年假？", "15天"),
        ("人力资源部负责人是谁？", "王小明"),
        ("근무 시간은 언제입니까?", "오전 9시"),
    ],
)
def test_they_are_answered(rules: KnowledgeBase, question: str, answer: str) -> None:
    given = rules.ask(question)
    assert given.answered
    assert answer in given.text


@pytest.mark.parametrize(
    "question",
    ["Darf ich einen Hund halten?", "Où se trouve la cantine ?", "公司的地址在哪里？", "회사 주소는 어디입니까?"],
)
def test_what_is_not_there_is_declined(rules: KnowledgeBase, question: str) -> None:
    assert not rules.ask(question).answered
