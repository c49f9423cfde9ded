"""The settings, read from the environment (prefix `SUPPORT_`) or from `.env`."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SUPPORT_", env_file=".env", extra="ignore")

    model: str = "claude-sonnet-4-5"
    temperature: float = 0.2
    max_tokens: int = 700
    company: str = "Lantern Bikes"
    otlp_endpoint: str | None = None


settings = Settings()
