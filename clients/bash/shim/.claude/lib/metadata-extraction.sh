# shellcheck shell=bash
# Stands in for metadata-extraction.sh: extract_report_metadata, extract_plan_metadata and extract_summary_metadata.
# shellcheck source=clients/bash/ctxbudget.sh
source "${BASH_SOURCE[0]%/*}/../../../ctxbudget.sh"
