"""What a hall's configuration says of its server alone: how long it keeps what it knows, HTTPS of its pages, its backups."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Literal

from pydantic import Field, field_validator, model_validator

from contract.configuration.table import BrokenRule, Table


class Privacy(Table):
    """For how many days what is known of people is kept (Personal Information Protection Law, article 19)."""

    appointment_days: int = Field(default=90, ge=1, le=3650, description="after its end; as long as no-shows count")
    case_days: int = Field(default=180, ge=1, le=3650, description="after the case last changed")
    rating_text_days: int = Field(default=365, ge=1, le=3650, description="the words of a rating; level and reasons stay")


class Web(Table):
    """HTTPS of the web pages."""

    tls: Literal["off", "hall", "files"] = Field(
        default="off", description="hall: by the hall's own authority; files: certificate and key below"
    )
    certificate: str | None = Field(
        default=None, description="file with the certificate and its chain in PEM, beside hall.toml"
    )
    key: str | None = Field(default=None, description="file with its key in PEM, beside hall.toml")
    proxies: list[str] = Field(
        default=[], description="addresses of reverse proxies, whose X-Forwarded-For says where a request comes from"
    )

    @field_validator("proxies")
    @classmethod
    def _addresses(cls, proxies: list[str]) -> list[str]:
        for proxy in proxies:
            try:
                ip_address(proxy)
            except ValueError:
                raise BrokenRule(
                    f"{proxy!r} is no address of a proxy; write it in figures, for example 10.0.0.5",
                    f"“{proxy}”不是代理服务器的地址，请写 IP 地址，例如 10.0.0.5",
                ) from None
        return proxies

    @model_validator(mode="after")
    def _files_are_named(self) -> Web:
        if self.tls == "files" and not (self.certificate and self.key):
            raise ValueError('tls = "files" needs certificate and key; name both files')
        return self


class Backups(Table):
    """Backups that the server makes by itself."""

    folder: str = Field(pattern=r"^/", description="where they go: a second disk or a mounted share")
    every_hours: int = Field(default=24, ge=1, le=168)
    keep: int = Field(default=14, ge=2, le=1000, description="so many stay, the oldest are deleted")
    alert_after_hours: int = Field(default=36, ge=2, le=1000, description="then somebody is told that the newest is too old")
