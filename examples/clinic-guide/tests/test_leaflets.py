from pathlib import Path

from clinic_guide.leaflets import Passage, read_leaflets


def test_each_section_is_a_passage(tmp_path: Path):
    (tmp_path / "tea.md").write_text("# Tea\n\n## Times\nAt 16.\n\n## Milk\nOn the trolley.\n", encoding="utf-8")
    assert read_leaflets(tmp_path) == [Passage("Tea", "Times", "At 16."), Passage("Tea", "Milk", "On the trolley.")]


def test_our_leaflets_have_short_passages():
    passages = read_leaflets(Path("leaflets"))
    assert len(passages) > 10
    assert max(len(passage.text) for passage in passages) < 1000
