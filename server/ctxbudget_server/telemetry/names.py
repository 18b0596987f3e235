"""All that is sent, by name. docs/telemetry.md has the same tables; a test compares them."""

from __future__ import annotations

SESSION = "gen_ai.conversation.id"
MODEL = "gen_ai.request.model"
OPERATION = "gen_ai.operation.name"
PROVIDER = "gen_ai.provider.name"
TOKEN_TYPE = "gen_ai.token.type"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
CACHE_READ = "gen_ai.usage.cache_read.input_tokens"
CACHE_CREATION = "gen_ai.usage.cache_creation.input_tokens"
SYSTEM = "rpc.system.name"
METHOD = "rpc.method"
STATUS_CODE = "rpc.response.status_code"
VERSION = "jsonrpc.protocol.version"
ERROR_TYPE = "error.type"
ERROR_NAME = "ctxbudget.error.name"
LEVEL = "ctxbudget.level"
KIND = "ctxbudget.billed.kind"
COMMAND = "ctxbudget.command"

ATTRIBUTES = {
    SYSTEM: "always `jsonrpc`",
    METHOD: "the method; `_OTHER` for a name that is none",
    VERSION: "always `2.0`",
    SESSION: "the session's id",
    ERROR_TYPE: "the code of the error, as a string",
    STATUS_CODE: "the same code",
    ERROR_NAME: "the name of the error, such as `unknownSession`",
    MODEL: "the model of a bill, as the client named it",
    INPUT_TOKENS: "billed input, with what was read from the cache and written to it",
    OUTPUT_TOKENS: "billed output",
    CACHE_READ: "the part of the input that was read from the cache",
    CACHE_CREATION: "the part of the input that was written to it",
    OPERATION: "always `chat`: a bill does not say it, and the conventions require a value",
    PROVIDER: "always `unknown`: a bill names the model, and several providers may sell it",
    TOKEN_TYPE: "`input` or `output`",
    LEVEL: "`ok`, `warn` or `critical`",
    KIND: "the kind as in `usage/bill`: `input`, `cacheRead`, `cacheWrite`, `cacheWrite5m`, `cacheWrite1h`, `output`",
}
"""Attributes of spans and metrics, and what each has."""

REQUEST = (SYSTEM, METHOD, VERSION, SESSION, ERROR_TYPE, STATUS_CODE, ERROR_NAME)
BILLED = (MODEL, INPUT_TOKENS, OUTPUT_TOKENS, CACHE_READ, CACHE_CREATION)

SPANS = {
    "the method's name, such as `context/add`": ("a request, of kind `SERVER`", REQUEST),
    "`usage/bill`": ("has these as well", BILLED),
}
"""Spans by name: what each is, and its attributes."""

RETAINED, PROCESSED, SAVED = "ctxbudget.session.retained", "ctxbudget.session.processed", "ctxbudget.session.saved"
BUDGET, LEVEL_GAUGE, LEASES = "ctxbudget.session.budget", "ctxbudget.session.level", "ctxbudget.session.leases"
BILLED_TOKENS = "ctxbudget.billed.tokens"
TOKEN_USAGE = "gen_ai.client.token.usage"
DURATION = "rpc.server.call.duration"

METRICS = {
    RETAINED: ("gauge", "{token}", "tokens in the window now, by the account", (SESSION,)),
    PROCESSED: ("gauge", "{token}", "all tokens that ever came in", (SESSION,)),
    SAVED: ("gauge", "{token}", "processed less retained", (SESSION,)),
    BUDGET: ("gauge", "{token}", "the session's budget", (SESSION,)),
    LEVEL_GAUGE: ("gauge", "1", "1 for the level in force, 0 for the others", (SESSION, LEVEL)),
    LEASES: ("gauge", "{lease}", "leases in flight", (SESSION,)),
    BILLED_TOKENS: ("counter", "{token}", "tokens of the bills recorded here, by kind", (SESSION, MODEL, KIND)),
    TOKEN_USAGE: ("histogram", "{token}", "tokens of each bill", (OPERATION, PROVIDER, TOKEN_TYPE, MODEL)),
    DURATION: ("histogram", "s", "how long requests took", (SYSTEM, METHOD, ERROR_TYPE, STATUS_CODE)),
}
"""Metrics by name: instrument, unit, meaning, attributes."""
