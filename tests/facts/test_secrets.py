import pytest
import yaml

from rung.facts.secrets import Secrets
from rung.knowledge import data_folder

SECRETS = Secrets(yaml.safe_load((data_folder("rules") / "vocabulary.yaml").read_text(encoding="utf-8")))
# Put together here, so that no scanner takes them for real ones.
KEYS = ["sk-" + "proj-" + "a1B2c3D4" * 4, "gh" + "p_" + "a1B2c3D4" * 5, "AK" + "IA" + "ABCDEFGHIJKLMNOP", "hf" + "_" + "a1B2c3D4" * 4]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("line", ["client = Client('{}')", "{}", "url?key={}&x=1", "KEY: {} # for tests"])
def test_keys_are_told_by_their_form(key: str, line: str) -> None:
    masked = SECRETS.masked(line.format(key))
    assert key[8:] not in masked
    assert "***" in masked


@pytest.mark.parametrize(
    "line",
    [
        "OPENAI_API_KEY=0123456789abcdef0123456789",
        'api_key: "0123456789abcdef0123456789"',
        "password = '0123456789abcdef'",
        'const clientSecret = "0123456789abcdef";',
        "postgresql://chat:0123456789abcdef@db:5432/chat",
    ],
)
def test_secrets_are_told_by_the_name_that_they_are_given_to(line: str) -> None:
    assert "0123456789abcdef" not in SECRETS.masked(line)


@pytest.mark.parametrize(
    "line",
    [
        "api_key=os.environ['OPENAI_API_KEY']",
        "api_key: ${{ secrets.OPENAI_API_KEY }}",
        'OPENAI_API_KEY="your-api-key-goes-here"',
        "max_tokens: 4096",
        'model="gpt-4o-2024-08-06", temperature=0.2',
        "uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8",
        "https://api.example.com:8080/v1/chat?model=a@b",
        "promptfoo eval -c task-skeletons-in-evaluation-suite.yaml",
    ],
)
def test_what_is_no_secret_is_quoted_as_it_stands(line: str) -> None:
    assert SECRETS.masked(line) == line
