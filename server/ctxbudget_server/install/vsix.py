"""Packing the VS Code extension into a `.vsix`, the zip file from which VS Code and its kin install."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any, Final, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from ctxbudget_server.install.faults import InstallError

NAMES: Final = {
    "package.json": "package.json",
    "README.md": "README.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "LICENSE": "LICENSE.txt",
    "images/icon.png": "images/icon.png",
    "built/extension.js": "built/extension.js",
    "built/licenses.txt": "built/licenses.txt",
}
"""The files of the client that go in, and their names there: each needs a suffix, by which its type is known."""
_TYPES: Final = {
    "js": "application/javascript",
    "json": "application/json",
    "md": "text/markdown",
    "png": "image/png",
    "txt": "text/plain",
    "vsixmanifest": "text/xml",
}
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The oldest time that a zip file can give: the file is the same whenever it is made."""
_MANIFEST: Final = """\
<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id={name} Version={version} Publisher={publisher}/>
    <DisplayName>{title}</DisplayName>
    <Description xml:space="preserve">{description}</Description>
    <Tags>{tags}</Tags>
    <Categories>{categories}</Categories>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value={engine}/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionKind" Value="workspace"/>
    </Properties>
    <License>extension/LICENSE.txt</License>
    <Icon>extension/images/icon.png</Icon>
  </Metadata>
  <Installation>
    <InstallationTarget Id="Microsoft.VisualStudio.Code"/>
  </Installation>
  <Dependencies/>
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/README.md" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.Changelog" Path="extension/CHANGELOG.md" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.License" Path="extension/LICENSE.txt" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Icons.Default" Path="extension/images/icon.png" Addressable="true"/>
  </Assets>
</PackageManifest>
"""


class Package(NamedTuple):
    """A packed extension."""

    id: str
    """`publisher.name`, by which VS Code knows it."""
    version: str
    body: bytes
    """The file. The same sources give the same bytes on every machine."""


def packed(folder: Path) -> Package:
    """The extension whose files are in a folder. Raises `InstallError` if one is missing."""
    try:
        files = {name: (folder / source).read_bytes() for source, name in NAMES.items()}
        about = json.loads(files["package.json"])
    except (OSError, ValueError) as fault:
        raise InstallError(f"{folder}: the extension is not complete: {fault}; nothing is changed") from fault
    made = io.BytesIO()
    # Not compressed: it goes no further than this machine, and libraries that compress differ in their bytes.
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        _put(archive, "extension.vsixmanifest", _manifest(about).encode())
        _put(archive, "[Content_Types].xml", _content_types().encode())
        for name, body in files.items():
            _put(archive, f"extension/{name}", body)
    return Package(f"{about['publisher']}.{about['name']}", about["version"], made.getvalue())


def _put(archive: zipfile.ZipFile, name: str, body: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.create_system = 3  # Unix, also where it is made on Windows
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, body)


def _manifest(about: dict[str, Any]) -> str:
    return _MANIFEST.format(
        name=quoteattr(about["name"]),
        version=quoteattr(about["version"]),
        publisher=quoteattr(about["publisher"]),
        title=escape(about["displayName"]),
        description=escape(about["description"]),
        tags=escape(",".join(about["keywords"])),
        categories=escape(",".join(about["categories"])),
        engine=quoteattr(about["engines"]["vscode"]),
    )


def _content_types() -> str:
    types = "".join(f'<Default Extension=".{suffix}" ContentType="{kind}"/>' for suffix, kind in _TYPES.items())
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{types}</Types>\n'
    )
