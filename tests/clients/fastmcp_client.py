"""fastmcp, on stdio or over HTTP: checks every result against the output schema by itself."""

import asyncio
import sys

from fastmcp import Client
from fastmcp.client.transports import StdioTransport


async def main() -> None:
    place = sys.argv[1]
    server = place if place.startswith("http") else StdioTransport(place, ["serve", "--demo", "--tool-names", "underscore"])
    async with Client(server) as client:
        names = [tool.name for tool in await client.list_tools()]
        assert names == ["aws_cloudtrail_events", "aws_cloudtrail_event", "aws_cloudtrail_query"], names
        result = await client.call_tool("aws_cloudtrail_events", {"start_time": "2026-01-27T19:34:00Z", "detail": "full"})
        assert result.structured_content["finding"] in ("suspects", "no_suspect"), result.structured_content
        refused = await client.call_tool("aws_cloudtrail_events", {"regoins": "eu-west-1"}, raise_on_error=False)
        assert refused.is_error and "did you mean 'regions'" in refused.content[0].text, refused


asyncio.run(main())
