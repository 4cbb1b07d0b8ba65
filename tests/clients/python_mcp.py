"""The official Python client, on stdio or over HTTP: connects in both eras, lists, calls both spellings, reads errors, gets the prompt."""

import asyncio
import json
import sys

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

ALERT = {"alert": {"name": "CheckoutDatabaseTimeouts", "startsAt": "2026-01-27T20:04:10Z",
                   "labels": {"region": "eu-west-1", "security_group": "sg-0c4ec0a1b2c3d4e5f"}}}


async def visit(mode: str, place: str) -> None:
    server = place if place.startswith("http") else stdio_client(StdioServerParameters(command=place, args=["serve", "--demo"]))
    async with Client(server, mode=mode) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"aws.cloudtrail_events", "aws.cloudtrail_event", "aws.cloudtrail_query"}, tools
        for tool in tools.values():
            hints = tool.annotations
            assert tool.title and tool.output_schema, tool
            assert (hints.read_only_hint, hints.destructive_hint, hints.idempotent_hint, hints.open_world_hint) == (True, False, True, True)
        for name in ("aws.cloudtrail_events", "aws_cloudtrail_events"):
            result = await client.call_tool(name, {"investigation": ALERT})
            answer = result.structured_content
            assert not result.is_error and answer["finding"] == "suspects", answer
            first = min((event for group in answer["groups"] for event in group["events"]), key=lambda event: event["rank"])
            assert first["name"] == "RevokeSecurityGroupIngress", first
            assert first["event_id"] in result.content[0].text
            assert "hunter2" not in json.dumps(answer) + result.content[0].text
        one = await client.call_tool("aws.cloudtrail_event", {"event_id": first["event_id"]})
        assert one.structured_content["finding"] == "found", one.structured_content
        asked = await client.call_tool("aws.cloudtrail_query", {"question": "who changed security groups in the last hour?"})
        assert not asked.is_error and "RevokeSecurityGroupIngress" in asked.content[0].text, asked
        refused = await client.call_tool("aws.cloudtrail_events", {"limit": 500})
        assert refused.is_error and refused.structured_content["error"]["argument"] == "limit", refused
        prompt = await client.get_prompt("what_changed", {"region": "eu-west-1"})
        assert "aws.cloudtrail_events" in prompt.messages[0].content.text


async def main() -> None:
    for mode in ("legacy", "auto"):
        await visit(mode, sys.argv[1])


asyncio.run(main())
