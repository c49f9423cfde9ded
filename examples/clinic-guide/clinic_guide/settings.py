"""The settings, read from the environment (prefix `GUIDE_`) or from `.env`."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="GUIDE_", env_file=".env", extra="ignore")

    # Dated snapshots, tried in this order. A change here needs a green evaluation and a line in the model card.
    models: list[str] = ["gpt-4.1-2025-04-14", "gpt-4.1-mini-2025-04-14"]
    embedding_model: str = "text-embedding-3-small"
    qdrant_url: str = ":memory:"
    database_url: str = "sqlite:///clinic-guide.db"
    leaflets: Path = Path("leaflets")
    prompts: Path = Path("prompts")
    passages: int = 4
    lowest_score: float = 0.3


settings = Settings()
