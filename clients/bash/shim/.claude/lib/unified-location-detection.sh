# shellcheck shell=bash
# Stands in for unified-location-detection.sh: none of its functions, so that its source line works: all that ctxbudget offers is loaded.
# shellcheck source=clients/bash/ctxbudget.sh
source "${BASH_SOURCE[0]%/*}/../../../ctxbudget.sh"
