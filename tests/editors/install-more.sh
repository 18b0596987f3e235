#!/usr/bin/env bash
# Installs the editors that .ci/run drives only when CTXBUDGET_MORE_EDITORS is set: Emacs with Eglot and lsp-mode, and
# Vim with ALE. Needs Debian, and root or sudo.
set -euo pipefail
missing=()
for package in emacs-nox elpa-eglot elpa-lsp-mode elpa-markdown-mode vim-nox vim-ale; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
((${#missing[@]})) || exit 0
as_root=()
((EUID == 0)) || as_root=(sudo)
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
