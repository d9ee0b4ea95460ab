"""Jiaohao: package metadata, extras and console scripts. Exact versions stand in requirements.lock."""

from setuptools import find_packages, setup

COMMON = ["paho-mqtt>=2.1", "msgspec", "pydantic>=2", "cryptography>=42"]
SERVER = [
    "sqlalchemy>=2",
    "alembic",
    "psycopg[binary]>=3.3.9",
    "fastapi",
    "uvicorn",
    "jinja2",
    "python-multipart",
    "argon2-cffi",
    "openpyxl",
    "pypinyin",
    "qrcode",
    "pillow",
    "typst",
    "prometheus-client",
    "chinesecalendar",
    "babel",
]
KIOSK = ["kivy==2.3.1", "python-escpos", "qrcode", "pillow", "opencv-python", "zxing-cpp", "typst", "pyipp", "aiohttp"]
DEVICES = [
    "pyserial",
    "python-escpos",
    "pyusb",
    "evdev",
    "opencv-python",
    "zxing-cpp",
    "pillow",
    "pyipp",
    "aiohttp",
    "qrcode",
]
DEVELOP = [
    "pytest",
    "pytest-xdist",
    "pytest-timeout",
    "hypothesis",
    "ruff",
    "mypy",
    "import-linter",
    "playwright",
    "httpx",
    "crccheck",
    "alphasignpy",
    "atheris",
]

setup(
    name="jiaohao",
    version="0.1.0",
    description="The open appliance for government service halls: kiosk, queue, calling, rating",
    python_requires=">=3.11",
    packages=find_packages(include=["kiosk*", "queue_server*", "drivers*", "contract*", "link*", "launcher*", "appliance*"]),
    package_data={
        "queue_server": ["web/templates/**/*", "web/static/**/*", "store/migrations/**/*", "enrolment/mosquitto.conf"],
        "appliance": ["boot/connections.nft"],
    },
    install_requires=COMMON,
    extras_require={"server": SERVER, "kiosk": KIOSK, "devices": DEVICES, "develop": DEVELOP},
    entry_points={
        "console_scripts": [
            "jiaohao-hall = launcher.main:main",
            "jiaohao-server = queue_server.main:main",
            "jiaohao-kiosk = kiosk.main:main",
            "jiaohao-devices = drivers.main:main",
            "jiaohao-tech = appliance.image.main:main",
            "jiaohao-enrol = link.enrol:main",
            "jiaohao-appliance = appliance.boot.main:main",
        ]
    },
)
