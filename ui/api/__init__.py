"""Interfaces for other programs: OpenAI's, REST, and MCP. All are off unless they are asked for."""
