"""A tool that counts tokens with tiktoken, on the MCP SDK's server over stdio."""

from __future__ import annotations

import tiktoken
from mcp.server.mcpserver import MCPServer

encoding = tiktoken.get_encoding("o200k_base")
server = MCPServer("count")


@server.tool()
def count(text: str) -> int:
    """The number of tokens of a text."""
    return len(encoding.encode_ordinary(text))


if __name__ == "__main__":
    server.run("stdio")
