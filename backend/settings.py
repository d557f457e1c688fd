"""What the host decides: where the data lies, which broker, which port; from `SCALE_SENSE_*` and scale-sense.toml."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource


class HostSettings(BaseSettings):
    """Settings of one host. The command line wins over the environment, that over the file in the working folder."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        env_prefix="SCALE_SENSE_", toml_file="scale-sense.toml", extra="forbid", frozen=True
    )

    port: int = Field(default=8080, ge=1, le=65_535, description="port of the web pages, on 127.0.0.1")
    data: Path = Field(default=Path("data/site"), description="folder of the store, the broker's files and the lock")
    broker: str | None = Field(default=None, description="mqtt:// address of an existing broker; ours if absent")
    commit_seconds: float = Field(default=10.0, ge=0.1, le=60.0, description="longest wait before a sync to disk")

    backup_folder: Path | None = Field(default=None, description="folder of the backups; `backups` in the data folder")
    backup_days: int = Field(default=7, ge=1, le=366, description="how many days keep their last backup")
    backup_weeks: int = Field(default=4, ge=0, le=520, description="how many weeks keep their last backup")

    @property
    def backups(self) -> Path:
        """The folder of the backups."""
        return self.backup_folder or self.data / "backups"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - part of the library's call
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - part of the library's call
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the command line first, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)
