"""A bundle that is signed as it should be, whose system starts, and whose kiosk never comes."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from appliance.image.bundle import MANIFEST
from tests.image.bench import newest

KEYS = Path(os.environ.get("JIAOHAO_KEYS", Path.home() / ".local/state/jiaohao/update-keys"))
DROP_IN = "usr/lib/systemd/system/jiaohao-kiosk@.service.d/broken.conf"


def broken_bundle(folder: Path) -> Path:
    """The newest bundle with a kiosk that ends at once. Needs root and the signing keys."""
    source, content, target = newest("jiaohao-kiosk-*.raucb"), folder / "content", folder / "broken.raucb"
    for image, part in ((source, "bundle"), (folder / "bundle" / "root.img", "root")):
        subprocess.run(["unsquashfs", "-q", "-n", "-d", folder / part, image], check=True, stdout=subprocess.DEVNULL)
    drop_in = folder / "root" / DROP_IN
    drop_in.parent.mkdir(parents=True, exist_ok=True)
    drop_in.write_text("[Service]\nExecStart=\nExecStart=/bin/false\n")
    (folder / "root/usr/share/jiaohao/version").write_text("broken\n")
    content.mkdir()
    options = ("-comp", "gzip", "-Xcompression-level", "1", "-noappend", "-no-progress", "-quiet")
    plain = "uncompressed@name(vmlinuz-*) || name(initrd.img-*)"
    subprocess.run(["mksquashfs", folder / "root", content / "root.img", *options, "-action", plain], check=True)
    (content / "manifest.raucm").write_text(MANIFEST.format(compatible="jiaohao-kiosk-amd64", version="broken"))
    signing = ("--cert", KEYS / "sign.pem", "--key", KEYS / "sign.key", "--keyring", KEYS / "ca.pem")
    subprocess.run(["rauc", "bundle", *signing, content, target], check=True, capture_output=True)
    return target
