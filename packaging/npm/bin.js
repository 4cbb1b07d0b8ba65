#!/usr/bin/env node
// Starts the binary that npm installed for this platform, and ends as it ends.
"use strict";
const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const platform = `${process.platform}-${process.arch}`;
const name = `cloudtrail-mcp-${platform}`;
const file = process.platform === "win32" ? "cloudtrail-mcp.exe" : "cloudtrail-mcp";

let binary;
try {
  binary = require.resolve(`${name}/${file}`);
} catch {
  const known = Object.keys(require("./package.json").optionalDependencies ?? {});
  console.error(
    known.includes(name)
      ? `cloudtrail-mcp: the package ${name} is not installed; install again without --omit=optional`
      : `cloudtrail-mcp: there is no binary for ${platform} (there are: ${known.join(", ")}); build it with: cargo build --profile dist`,
  );
  process.exit(1);
}

const child = spawn(binary, process.argv.slice(2), { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => child.kill(signal));
}
child.on("error", (error) => {
  console.error(`cloudtrail-mcp: ${binary} does not start: ${error.message}`);
  process.exit(1);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
