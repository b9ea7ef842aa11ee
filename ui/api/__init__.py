"""Doors for other programs: OpenAI's interface, a REST interface, and MCP. All shut unless they are asked for."""
