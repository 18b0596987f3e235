# shellcheck shell=bash
# Stands in for context-pruning.sh: the prune_* functions.
# shellcheck source=clients/bash/ctxbudget.sh
source "${BASH_SOURCE[0]%/*}/../../../ctxbudget.sh"
